//! The one test binary.

mod calls;
mod esl;
mod harness;
mod xml_curl;

fn main() {
    let args = libtest_mimic::Arguments::from_args();
    let trials = [calls::trials(), esl::trials(), xml_curl::trials()].into_iter().flatten().collect();
    libtest_mimic::run(&args, trials).exit();
}
