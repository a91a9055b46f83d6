//! The one test binary.

mod calls;
mod esl;

fn main() {
    let args = libtest_mimic::Arguments::from_args();
    let trials = [calls::trials(), esl::trials()].into_iter().flatten().collect();
    libtest_mimic::run(&args, trials).exit();
}
