# What a developer does here. `just` without a name lists it.

default:
    @just --list

# What CI runs.
ci:
    .ci/run

# Format, lints, docs.
lint:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked

# All tests; live ones are ignored where there is no FreeSWITCH.
test *ARGS:
    cargo test --locked {{ARGS}}

# The OpenAPI documents of openapi/, as the code says.
openapi:
    CCGATE_WRITE_OPENAPI=1 cargo test --locked --test it facade::openapi::documents

# Requests made up by schemathesis from each document, against the lab: no 5xx, and no answer that the document does not tell of.
schemathesis *SURFACES:
    tests/schemathesis/run.py {{SURFACES}}

# What docs/BENCHMARKS.md tells: every benchmark, whatever the others missed. Needs sqlite3.
bench:
    #!/usr/bin/env bash
    failed=()
    (cd benches/esl && cargo run --release) || failed+=(esl)
    for bench in leads push reconcile wall calls api; do
        cargo bench --locked --bench "$bench" || failed+=("$bench")
    done
    [ ${#failed[@]} -eq 0 ] || { echo "failed, or missed a goal: ${failed[*]}" >&2; exit 1; }

# The scenarios on a real FreeSWITCH; its absence is a failure.
live:
    CCGATE_LIVE=1 cargo test --locked --test it live_

# The same random sequences on the simulated switch and on a real one: docs/simulated-switch.md. About a second and a half a seed.
differ SEEDS="200":
    CCGATE_LIVE=1 CCGATE_DIFFER={{SEEDS}} cargo test --locked --test it sim::differ::

# What takes long: docs/soak.md. Random operations with faults, so many seeds on the simulated switch and on a real one; and a shift in the lab.
soak SEEDS="500" LIVE="20" MINUTES="480":
    CCGATE_LIVE=1 CCGATE_SOAK={{SEEDS}} CCGATE_SOAK_LIVE={{LIVE}} cargo test --locked --test it random_operations_with_faults
    CCGATE_SOAK_MINUTES={{MINUTES}} cargo test --locked --test it sim_a_shift_in_the_lab

# The lab: service, simulated switch, agents, queues and calls.
lab:
    cargo run --release --locked -- lab

# The description of the queries against which the compiler checks them, after a change of migrations/ or of a query.
prepare:
    rm -rf .sqlx && mkdir .sqlx
    rm -f target/prepare.db && cat migrations/*.sql | sqlite3 target/prepare.db
    touch src/lib.rs
    SQLX_OFFLINE_DIR="$PWD/.sqlx" DATABASE_URL="sqlite://$PWD/target/prepare.db" cargo check --all-targets

# Fuzzing of every target, or of some, for a while each; what it adds to the corpus is minimised: docs/fuzzing.md. Needs cargo-fuzz and the nightly compiler.
fuzz SECONDS="600" *TARGETS="decode commands dial listings xml bodies queries records":
    #!/usr/bin/env bash
    set -euo pipefail
    export SQLX_OFFLINE=true
    for target in {{TARGETS}}; do
        cargo +nightly fuzz run --sanitizer none "$target" -- -max_total_time={{SECONDS}} -max_len=8192 -timeout=60 -print_final_stats=1
        cargo +nightly fuzz cmin --sanitizer none "$target"
    done

# Licences, advisories and bans of the dependencies. Needs cargo-deny.
deny:
    cargo deny check
