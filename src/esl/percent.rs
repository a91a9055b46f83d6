//! FreeSWITCH's percent-encoding of event values.
//!
//! The set is `SWITCH_URL_UNSAFE` of FreeSWITCH's `switch_utils.h` with everything outside of printable ASCII. It is not
//! that of URLs: `/` and `,` stay, `:` and `=` do not.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, PercentDecode, percent_decode, percent_encode};

const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b':')
    .add(b';')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'"');

/// Appends `value` encoded as the switch does it, which leaves a `%` alone when two of `0-9A-F` follow: such a value
/// does not come back as it was, from FreeSWITCH neither.
pub(super) fn encode_into(value: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    for at in memchr::memchr_iter(b'%', value) {
        let kept = value.get(at + 1..at + 3).is_some_and(|two| two.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')));
        if kept {
            put(value.get(from..at).unwrap_or_default(), out);
            out.push(b'%');
            from = at + 1;
        }
    }
    put(value.get(from..).unwrap_or_default(), out);
}

/// Decodes `%HH`; what is no such thing stays as it is.
pub(super) fn decode(value: &[u8]) -> PercentDecode<'_> {
    percent_decode(value)
}

/// Decoded bytes, borrowed when nothing was encoded.
pub(super) fn decode_bytes(value: &[u8]) -> Cow<'_, [u8]> {
    decode(value).into()
}

/// Decoded text, borrowed when nothing was encoded; what is no UTF-8 is replaced.
pub(super) fn decode_text(value: &[u8]) -> Cow<'_, str> {
    decode(value).decode_utf8_lossy()
}

fn put(part: &[u8], out: &mut Vec<u8>) {
    for piece in percent_encode(part, UNSAFE) {
        out.extend_from_slice(piece.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(value: &[u8]) -> String {
        let mut out = Vec::new();
        encode_into(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_set_is_the_switchs() {
        assert_eq!(encoded(b"sofia/internal/1001@127.0.0.1:5081"), "sofia/internal/1001%40127.0.0.1%3A5081");
        assert_eq!(encoded(b"a,b/c-d_e.f!g$h'i(j)k*l~m"), "a,b/c-d_e.f!g$h'i(j)k*l~m");
        assert_eq!(encoded(b"\r\n #%&+:;<=>?@[\\]^`{|}\""), "%0D%0A%20%23%25%26%2B%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D%22");
        assert_eq!(encoded(b"\x00\x1f\x7f\x80\xff"), "%00%1F%7F%80%FF");
    }

    #[test]
    fn what_looks_encoded_is_left_alone() {
        assert_eq!(encoded(b"a%3Ab"), "a%3Ab");
        assert_eq!(encoded(b"a%3ab %4"), "a%253ab%20%254");
        assert_eq!(encoded(b"%%41"), "%25%41");
    }

    #[test]
    fn nothing_is_copied_when_nothing_is_encoded() {
        assert!(matches!(decode_text(b"plain"), Cow::Borrowed("plain")));
        assert_eq!(decode_text(b"a%20b"), "a b");
        assert_eq!(decode_bytes(b"%FF%zz").as_ref(), b"\xff%zz");
    }
}
