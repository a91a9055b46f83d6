//! The one test binary.

mod calls;
mod esl;
mod facade;
mod harness;
mod layers;
mod push;
mod scenario;
mod xml_curl;

fn main() {
    let args = libtest_mimic::Arguments::from_args();
    let trials = [
        calls::trials(),
        esl::trials(),
        facade::trials(),
        layers::trials(),
        push::trials(),
        scenario::trials(),
        xml_curl::trials(),
    ];
    libtest_mimic::run(&args, trials.into_iter().flatten().collect()).exit();
}
