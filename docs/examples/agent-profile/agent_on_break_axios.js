// CCGATE=http://127.0.0.1:8080 SSID=... node agent_on_break_axios.js; after npm install axios.
var axios = require('axios');
var data = '{"ssid":"' + process.env.SSID + '"}';

var config = {
  method: 'post',
  url: process.env.CCGATE + '/api/v2/agentProfile/agentOnBreak',
  data : data
};

axios(config)
.then(function (response) {
  console.log(JSON.stringify(response.data));
})
.catch(function (error) {
  console.log(error);
});
