# CCGATE=http://127.0.0.1:8080 SSID=... python3 agent_on_break.py
import http.client
import os
from urllib.parse import urlsplit

brand = urlsplit(os.environ["CCGATE"])
connection = http.client.HTTPSConnection if brand.scheme == "https" else http.client.HTTPConnection
conn = connection(brand.netloc)
payload = "{\n    \"ssid\":\"" + os.environ["SSID"] + "\"\n}"
conn.request("POST", "/api/v2/agentProfile/agentOnBreak", payload)
res = conn.getresponse()
data = res.read()
print(data.decode("utf-8"))
