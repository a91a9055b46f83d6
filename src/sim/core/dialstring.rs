//! Dial strings: `{all=x}[leg=y]user/1@d,sofia/gateway/g/2|error/user_busy`.

use super::args::separate;

type Vars = Vec<(String, String)>;

/// One leg to be tried: its own variables and its endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegSpec {
    /// Its own variables.
    pub vars: Vec<(String, String)>,
    /// What is called.
    pub endpoint: String,
}

/// A whole dial string: groups tried one after the other, the legs of one at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialString {
    /// The variables of all.
    pub vars: Vec<(String, String)>,
    /// The legs by group.
    pub groups: Vec<Vec<LegSpec>>,
}

/// Takes a dial string apart.
pub fn parse(text: &str) -> DialString {
    let mut vars = Vars::new();
    let mut rest = text.trim();
    while let Some((inside, after)) = bracketed(rest, '{', '}').or_else(|| bracketed(rest, '<', '>')) {
        vars.extend(variables(inside));
        rest = after.trim_start();
    }
    let groups = split_outside(rest, '|')
        .into_iter()
        .map(|group| split_outside(group, ',').into_iter().filter_map(leg).collect::<Vec<_>>())
        .filter(|group| !group.is_empty())
        .collect();
    DialString { vars, groups }
}

fn leg(text: &str) -> Option<LegSpec> {
    let mut vars = Vars::new();
    let mut rest = text.trim();
    while let Some((inside, after)) = bracketed(rest, '[', ']').or_else(|| bracketed(rest, '{', '}')) {
        vars.extend(variables(inside));
        rest = after.trim_start();
    }
    (!rest.is_empty()).then(|| LegSpec { vars, endpoint: rest.to_string() })
}

/// `a=b,c='d,e'` (or `^^:a=b:c=d`) as pairs.
pub(super) fn variables(text: &str) -> Vars {
    separate(text, ',', 1024)
        .into_iter()
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((name.trim().to_string(), unquote(value).to_string()))
        })
        .collect()
}

fn unquote(value: &str) -> &str {
    value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')).unwrap_or(value)
}

/// What is between the bracket the text begins with and its partner, and what follows.
fn bracketed(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let body = text.strip_prefix(open)?;
    let mut depth = 1;
    for (i, c) in body.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some((body.get(..i)?, body.get(i + c.len_utf8()..)?));
            }
        }
    }
    None
}

/// Splits at `at` where no bracket is open.
fn split_outside(text: &str, at: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (i, c) in text.char_indices() {
        match c {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth -= 1,
            _ if c == at && depth <= 0 => {
                parts.push(text.get(start..i).unwrap_or_default());
                start = i + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_legs_and_variables() {
        let d = parse("{a=1,b='x,y'}[leg_timeout=3]user/1@d,[x=2]sofia/gateway/g/2|error/user_busy");
        assert_eq!(d.vars, [("a".into(), "1".into()), ("b".into(), "x,y".into())]);
        assert_eq!(d.groups.len(), 2);
        assert_eq!(d.groups[0][0].endpoint, "user/1@d");
        assert_eq!(d.groups[0][0].vars, [("leg_timeout".into(), "3".into())]);
        assert_eq!(d.groups[1][0].endpoint, "error/user_busy");
        assert_eq!(parse("{^^:a=1:b=2,3}x/y").vars[1], ("b".into(), "2,3".into()));
    }
}
