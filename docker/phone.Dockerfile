# A phone: SIPp, driven by phone.sh and call.sh.
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends sip-tester && rm -rf /var/lib/apt/lists/*
COPY . /docker
ENTRYPOINT ["/docker/phone.sh"]
