//! The one test binary.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on says so and ends")]

mod calls;
mod corpus;
mod docs;
mod esl;
mod facade;
mod faults;
#[allow(unreachable_pub, reason = "it is another crate's root")]
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;
mod harness;
mod layers;
mod operations;
mod pages;
mod push;
mod reconcile;
mod scenario;
mod security;
mod sim;
mod switch;
mod xml_curl;

fn main() {
    let args = libtest_mimic::Arguments::from_args();
    let trials = [
        calls::trials(),
        corpus::trials(),
        esl::trials(),
        facade::trials(),
        faults::trials(),
        layers::trials(),
        operations::trials(),
        pages::trials(),
        push::trials(),
        reconcile::trials(),
        scenario::trials(),
        security::trials(),
        sim::trials(),
        switch::trials(),
        xml_curl::trials(),
    ];
    let mut trials: Vec<_> = trials.into_iter().flatten().collect();
    let names = trials.iter().map(|trial| trial.name().to_owned()).collect();
    trials.extend(docs::trials(&names));
    libtest_mimic::run(&args, trials).exit();
}
