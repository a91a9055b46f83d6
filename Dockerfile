# ccgate, built from this folder: docker build -t ccgate .
FROM rust:1.95-slim-trixie AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
# The checked queries come from .sqlx; there is no database here.
RUN SQLX_OFFLINE=true cargo build --release --locked --bin ccgate

FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
 && useradd --system --home-dir /var/lib/ccgate --create-home ccgate
COPY --from=build /build/target/release/ccgate /usr/local/bin/ccgate
USER ccgate
WORKDIR /var/lib/ccgate
VOLUME /var/lib/ccgate
ENTRYPOINT ["ccgate"]
CMD ["serve", "--config", "/etc/ccgate/ccgate.toml"]
