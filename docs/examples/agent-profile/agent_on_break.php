<?php
// CCGATE=http://127.0.0.1:8080 SSID=... php agent_on_break.php; with PEAR's HTTP_Request2, as in the vendor's document.
require_once 'HTTP/Request2.php';
$request = new HTTP_Request2();
$request->setUrl(getenv('CCGATE') . '/api/v2/agentProfile/agentOnBreak');
$request->setMethod(HTTP_Request2::METHOD_POST);
$request->setConfig(array(
  'follow_redirects' => TRUE
));
$request->setBody("{\n    \"ssid\":\"" . getenv('SSID') . "\"\n}");
try {
  $response = $request->send();
  if ($response->getStatus() == 200) {
    echo $response->getBody();
  }
  else {
    echo 'Unexpected HTTP status: ' . $response->getStatus() . ' ' .
    $response->getReasonPhrase();
  }
}
catch(HTTP_Request2_Exception $e) {
  echo 'Error: ' . $e->getMessage();
}
