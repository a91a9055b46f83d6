// CCGATE=http://127.0.0.1:8080 SSID=... node agent_on_break.js; also in a browser, with the two filled in.
var raw = "{\n    \"ssid\":\"" + process.env.SSID + "\"\n}";

var requestOptions = {
  method: 'POST',
  body: raw,
  redirect: 'follow'
};

fetch(process.env.CCGATE + "/api/v2/agentProfile/agentOnBreak", requestOptions)
  .then(response => response.text())
  .then(result => console.log(result))
  .catch(error => console.log('error', error));
