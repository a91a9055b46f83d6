//! How FreeSWITCH takes text apart and puts it into URLs.

use std::fmt::Write as _;

/// Splits at `delim` (a leading `^^X` changes it) into at most `max` words: `'` quotes, `\` escapes, ends are trimmed.
///
/// As `switch_separate_string`: the last word keeps nothing of what would be one word too many.
pub fn separate(text: &str, delim: char, max: usize) -> Vec<String> {
    let mut rest = text;
    let mut delim = delim;
    if let Some(after) = text.strip_prefix("^^") {
        let mut chars = after.chars();
        if let Some(c) = chars.next()
            && !chars.as_str().is_empty()
        {
            delim = c;
            rest = chars.as_str();
        }
    }
    let blank = delim == ' ';
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    let mut open = false;
    let mut chars = rest.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if words.len() == max {
            break;
        }
        if blank && !open && c == ' ' {
            continue;
        }
        open = true;
        if c == '\\' {
            word.push(c);
            if let Some((_, e)) = chars.next() {
                word.push(e);
            }
            continue;
        }
        if c == '\'' && (blank || quoted || rest.get(i + 1..).is_some_and(|r| r.contains('\''))) {
            quoted = !quoted;
        }
        if c == delim && !quoted {
            words.push(clean(&word, if blank { None } else { Some(delim) }));
            word.clear();
            open = !blank && chars.peek().is_some();
            continue;
        }
        word.push(c);
    }
    if words.len() < max && (open || !word.is_empty()) {
        words.push(clean(&word, if blank { None } else { Some(delim) }));
    }
    words
}

/// Takes quotes, escapes and blank ends off one word.
fn clean(word: &str, delim: Option<char>) -> String {
    let word = word.trim_start_matches(' ');
    let mut out = String::new();
    let mut keep = 0;
    let mut quoted = false;
    let mut chars = word.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if c == '\\'
            && let Some(&(_, e)) = chars.peek()
            && let Some(plain) = unescape(e, delim)
        {
            chars.next();
            out.push(plain);
            keep = out.len();
            continue;
        }
        if c == '\'' && (quoted || word.get(i + 1..).is_some_and(|r| r.contains('\''))) {
            quoted = !quoted;
            if quoted {
                keep = out.len();
            }
            continue;
        }
        out.push(c);
        if c != ' ' || quoted {
            keep = out.len();
        }
    }
    out.truncate(keep);
    out
}

fn unescape(c: char, delim: Option<char>) -> Option<char> {
    match c {
        '\'' | '"' | '\\' => Some(c),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        's' => Some(' '),
        _ if Some(c) == delim => Some(c),
        _ => None,
    }
}

/// FreeSWITCH's percent encoding: of controls, bytes outside ASCII, and the characters it calls unsafe in a URL.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' | b'"' | b'#' | b'%' | b'&' | b'+' | b':' | b';' | b'<' | b'=' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'^'
            | b'`' | b'{' | b'|' | b'}' => {
                let _ = write!(out, "%{byte:02X}");
            }
            0x21..=0x7e => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Whether FreeSWITCH takes this text for true.
pub(super) fn is_true(text: &str) -> bool {
    ["yes", "on", "true", "t", "enabled", "active", "allow"].iter().any(|t| t.eq_ignore_ascii_case(text))
        || text.parse::<i64>().is_ok_and(|n| n != 0)
}

/// C's `atoi`: leading digits, else 0.
pub(super) fn atoi(text: &str) -> i64 {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end).and_then(|d| d.parse::<i64>().ok()).unwrap_or(0) * sign
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_freeswitch_does() {
        assert_eq!(separate("agent set status x 'On Break'", ' ', 8), ["agent", "set", "status", "x", "On Break"]);
        assert_eq!(separate("a   b ", ' ', 8), ["a", "b"]);
        assert_eq!(separate("^^:a:b c", ' ', 8), ["a", "b c"]);
        assert_eq!(separate("a,b\\,c,'d,e'", ',', 8), ["a", "b,c", "d,e"]);
        assert_eq!(separate("1 2 3 4 5 6 7 8 9", ' ', 8).len(), 8);
    }

    #[test]
    fn encoding_keeps_what_freeswitch_keeps() {
        assert_eq!(encode("sofia/internal/1001@d:5060, (x)*"), "sofia/internal/1001%40d%3A5060,%20(x)*");
        assert_eq!(encode("ä\r\n"), "%C3%A4%0D%0A");
    }
}
