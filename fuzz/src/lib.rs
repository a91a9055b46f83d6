//! What has to hold for any bytes at all, a module a target. The test binary `it` runs the same on the corpus that is kept.

pub mod codec;
pub mod commands;
pub mod dial;
pub mod listings;
mod office;
pub mod records;
pub mod requests;
pub mod xml;

/// What a target does with bytes; panics when something does not hold.
pub type Check = fn(&[u8]);

/// Each target by its name, which is that of its folder in `corpus`.
pub const TARGETS: [(&str, Check); 8] = [
    ("decode", codec::check),
    ("commands", commands::check),
    ("dial", dial::check),
    ("listings", listings::check),
    ("xml", xml::check),
    ("bodies", requests::bodies),
    ("queries", requests::queries),
    ("records", records::check),
];

/// Texts out of bytes, so many: they are cut at the byte 0x1F, and what is missing is empty.
fn texts<const N: usize>(data: &[u8]) -> [String; N] {
    let mut pieces = data.split(|byte| *byte == 0x1f).map(|piece| String::from_utf8_lossy(piece).into_owned());
    std::array::from_fn(|_| pieces.next().unwrap_or_default())
}
