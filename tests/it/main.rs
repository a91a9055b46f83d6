//! The one test binary.

mod esl;

fn main() {
    let args = libtest_mimic::Arguments::from_args();
    libtest_mimic::run(&args, esl::trials()).exit();
}
