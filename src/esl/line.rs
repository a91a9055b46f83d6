//! The grammar of single lines. A line is given without its line feed.

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_till1, take_while};
use nom::character::complete::usize as decimal;
use nom::combinator::{all_consuming, rest, value};
use nom::sequence::{preceded, separated_pair};
use nom::{IResult, Parser};

/// A header's name and its value, both as they are on the wire.
pub(super) type Pair<'a> = (&'a [u8], &'a [u8]);

/// `header = 1*<any but ":"> ":" *SP value`
fn header_line(line: &[u8]) -> IResult<&[u8], Pair<'_>> {
    let name = take_till1(|byte| byte == b':');
    let colon = (tag(&b":"[..]), take_while(|byte| byte == b' '));
    separated_pair(name, colon, rest).parse(line)
}

/// `length = 1*DIGIT`
fn length_value(value: &[u8]) -> IResult<&[u8], usize> {
    all_consuming(decimal).parse(value)
}

/// `outcome = "+OK" / "-ERR" / "-USAGE"`, then an optional `":"` or spaces, then the text
fn outcome_text(text: &[u8]) -> IResult<&[u8], (Outcome, &[u8])> {
    let word =
        alt((value(Outcome::Ok, tag(&b"+OK"[..])), value(Outcome::Err, tag(&b"-ERR"[..])), value(Outcome::Usage, tag(&b"-USAGE"[..]))));
    (word, preceded(take_while(|byte| byte == b':' || byte == b' '), rest)).parse(text)
}

/// `denied = ["-ERR "] "permission denied"`, in any case
fn denied_text(text: &[u8]) -> IResult<&[u8], &[u8]> {
    alt((preceded(tag(&b"-ERR "[..]), tag_no_case(&b"permission denied"[..])), tag_no_case(&b"permission denied"[..]))).parse(text)
}

/// How a reply's text begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// `+OK`
    Ok,
    /// `-ERR`
    Err,
    /// `-USAGE`
    Usage,
}

/// Splits a header line; `None` when it has no colon or no name.
pub(super) fn header(line: &[u8]) -> Option<Pair<'_>> {
    header_line(line).ok().map(|(_, pair)| pair)
}

/// The number in a `Content-Length` value; `None` when it is anything but digits that fit.
pub(super) fn length(value: &[u8]) -> Option<usize> {
    length_value(value).ok().map(|(_, number)| number)
}

/// What the text says and the rest of it; `None` when it has no such prefix and is data.
pub(super) fn outcome(text: &[u8]) -> Option<(Outcome, &[u8])> {
    outcome_text(text).ok().map(|(_, found)| found)
}

/// Whether the text is the switch's "permission denied".
pub(super) fn denied(text: &[u8]) -> bool {
    denied_text(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_needs_a_name_and_a_colon() {
        assert_eq!(header(b"Reply-Text: +OK accepted"), Some((&b"Reply-Text"[..], &b"+OK accepted"[..])));
        assert_eq!(header(b"User-Data:"), Some((&b"User-Data"[..], &b""[..])));
        assert_eq!(header(b"a:b: c"), Some((&b"a"[..], &b"b: c"[..])));
        assert_eq!(header(b"no colon here"), None);
        assert_eq!(header(b": value"), None);
    }

    #[test]
    fn a_length_is_digits_only() {
        assert_eq!(length(b"372"), Some(372));
        assert_eq!(length(b""), None);
        assert_eq!(length(b"-1"), None);
        assert_eq!(length(b"12 "), None);
        assert_eq!(length(b"99999999999999999999999999"), None);
    }

    #[test]
    fn an_outcome_is_a_prefix() {
        assert_eq!(outcome(b"+OK"), Some((Outcome::Ok, &b""[..])));
        assert_eq!(outcome(b"-ERR Agent not found!"), Some((Outcome::Err, &b"Agent not found!"[..])));
        assert_eq!(outcome(b"-USAGE: <x>"), Some((Outcome::Usage, &b"<x>"[..])));
        assert_eq!(outcome(b"true"), None);
        assert!(denied(b"-ERR permission denied"));
        assert!(denied(b"Permission Denied"));
        assert!(!denied(b"-ERR Agent not found!"));
    }
}
