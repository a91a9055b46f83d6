//! The regular expressions of dialplan conditions: what such documents use of them, matched by backtracking.

/// Steps after which a match is given up; a dialplan's expressions need a few dozen.
const STEPS_MAX: usize = 100_000;

#[derive(Clone, Debug)]
enum Node {
    Any,
    Char(char),
    Set(bool, Vec<(char, char)>),
    Start,
    End,
    Group(Option<usize>, Vec<Vec<Node>>),
    Repeat(Box<Node>, usize, usize),
}

/// Matches; gives the whole match and the groups, `None` when it does not match or is no expression.
pub(super) fn captures(expression: &str, text: &str) -> Option<Vec<String>> {
    let chars: Vec<char> = expression.chars().collect();
    let mut parser = Parser { chars: &chars, at: 0, groups: 0 };
    let alternatives = parser.alternatives()?;
    if parser.at != chars.len() {
        return None;
    }
    let text: Vec<char> = text.chars().collect();
    let root = [Node::Group(Some(0), alternatives)];
    for start in 0..=text.len() {
        let mut run = Run { text: &text, groups: vec![None; parser.groups + 1], steps: 0 };
        if run.seq(&root, start, &mut |_, _| true) {
            let found = run.groups.iter().map(|g| g.and_then(|(a, b)| text.get(a..b)).map(|c| c.iter().collect()).unwrap_or_default());
            return Some(found.collect());
        }
    }
    None
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    groups: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn alternatives(&mut self) -> Option<Vec<Vec<Node>>> {
        let mut all = vec![Vec::new()];
        while let Some(c) = self.peek() {
            match c {
                ')' => break,
                '|' => {
                    self.at += 1;
                    all.push(Vec::new());
                }
                _ => {
                    let node = self.repeated()?;
                    all.last_mut()?.push(node);
                }
            }
        }
        Some(all)
    }

    fn repeated(&mut self) -> Option<Node> {
        let node = self.atom()?;
        let (min, max) = match self.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => return self.counted(node),
            _ => return Some(node),
        };
        self.at += 1;
        self.eat('?');
        Some(Node::Repeat(Box::new(node), min, max))
    }

    fn counted(&mut self, node: Node) -> Option<Node> {
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.next()? {
                '}' => break,
                c => text.push(c),
            }
        }
        let (min, max) = text.split_once(',').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
        let min = min.parse().ok()?;
        let max = match max {
            None => min,
            Some("") => usize::MAX,
            Some(n) => n.parse().ok()?,
        };
        Some(Node::Repeat(Box::new(node), min, max))
    }

    fn atom(&mut self) -> Option<Node> {
        Some(match self.next()? {
            '.' => Node::Any,
            '^' => Node::Start,
            '$' => Node::End,
            '(' => {
                let index = if self.eat('?') {
                    if !self.eat(':') {
                        return None;
                    }
                    None
                } else {
                    self.groups += 1;
                    Some(self.groups)
                };
                let inside = self.alternatives()?;
                if !self.eat(')') {
                    return None;
                }
                Node::Group(index, inside)
            }
            '[' => self.set()?,
            '\\' => class(self.next()?),
            '*' | '+' | '?' => return None,
            c => Node::Char(c),
        })
    }

    fn set(&mut self) -> Option<Node> {
        let negated = self.eat('^');
        let mut ranges = Vec::new();
        loop {
            let c = match self.next()? {
                ']' if !ranges.is_empty() => return Some(Node::Set(negated, ranges)),
                '\\' => match class(self.next()?) {
                    Node::Set(false, inner) => {
                        ranges.extend(inner);
                        continue;
                    }
                    Node::Char(c) => c,
                    _ => return None,
                },
                c => c,
            };
            let end = if self.peek() == Some('-') && self.chars.get(self.at + 1) != Some(&']') {
                self.at += 1;
                self.next()?
            } else {
                c
            };
            ranges.push((c, end));
        }
    }
}

fn class(c: char) -> Node {
    match c {
        'd' => Node::Set(false, vec![('0', '9')]),
        'D' => Node::Set(true, vec![('0', '9')]),
        'w' => Node::Set(false, vec![('0', '9'), ('a', 'z'), ('A', 'Z'), ('_', '_')]),
        's' => Node::Set(false, vec![(' ', ' '), ('\t', '\r')]),
        other => Node::Char(other),
    }
}

struct Run<'a> {
    text: &'a [char],
    groups: Vec<Option<(usize, usize)>>,
    steps: usize,
}

type Next<'n> = &'n mut dyn FnMut(&mut Run<'_>, usize) -> bool;

impl Run<'_> {
    fn seq(&mut self, nodes: &[Node], at: usize, then: Next<'_>) -> bool {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return false;
        }
        match nodes.split_first() {
            None => then(self, at),
            Some((first, rest)) => self.one(first, at, &mut |run, at| run.seq(rest, at, then)),
        }
    }

    fn one(&mut self, node: &Node, at: usize, then: Next<'_>) -> bool {
        let here = self.text.get(at).copied();
        match node {
            Node::Start => at == 0 && then(self, at),
            Node::End => at == self.text.len() && then(self, at),
            Node::Any => here.is_some() && then(self, at + 1),
            Node::Char(c) => here == Some(*c) && then(self, at + 1),
            Node::Set(negated, ranges) => {
                here.is_some_and(|c| ranges.iter().any(|(a, b)| (*a..=*b).contains(&c)) != *negated) && then(self, at + 1)
            }
            Node::Group(index, alternatives) => alternatives.iter().any(|nodes| {
                self.seq(nodes, at, &mut |run, end| {
                    let slot = index.and_then(|i| run.groups.get_mut(i));
                    let before = slot.map(|s| s.replace((at, end)));
                    let ok = then(run, end);
                    if !ok && let (Some(before), Some(slot)) = (before, index.and_then(|i| run.groups.get_mut(i))) {
                        *slot = before;
                    }
                    ok
                })
            }),
            Node::Repeat(inner, min, max) => self.repeat(inner, (*min, *max), 0, at, then),
        }
    }

    fn repeat(&mut self, node: &Node, range: (usize, usize), count: usize, at: usize, then: Next<'_>) -> bool {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return false;
        }
        if count < range.1 && self.one(node, at, &mut |run, end| end > at && run.repeat(node, range, count + 1, end, then)) {
            return true;
        }
        count >= range.0 && then(self, at)
    }
}

#[cfg(test)]
mod tests {
    use super::captures;

    #[test]
    fn what_dialplans_use() {
        let all = |e, t| captures(e, t).map(|c| c.join("|"));
        assert_eq!(all("^(support|short)$", "short").as_deref(), Some("short|short"));
        assert_eq!(all(r"^\*\*(\d{4})$", "**9477").as_deref(), Some("**9477|9477"));
        assert_eq!(all("^ring([0-9]+)_([0-9]+)$", "ring300_1500").as_deref(), Some("ring300_1500|300|1500"));
        assert_eq!(all(r"^\+?(?:972)?(0?5\d+)$", "+972501234").as_deref(), Some("+972501234|501234"));
        assert_eq!(all("^$", "x"), None);
        assert_eq!(all("(((", "x"), None);
        assert_eq!(all("^(a+)+$", &"a".repeat(40).replace("aaaaaaaaaa", "aaaaaaaaab")), None);
    }
}
