//! A JSON array of objects, of which only one element is in memory at a time.
//!
//! The elements are told apart by commas outside of texts and brackets; each is then read as JSON of its own, so whatever is not strict JSON
//! is found there.

use axum::body::Bytes;
use bytes::Buf;
use serde_json::Value;

use super::{Broken, ROW_BYTES_MAX, Row};

/// The elements of an array.
#[derive(Debug)]
pub(super) struct Rows {
    place: Place,
    element: Vec<u8>,
    /// Brackets that are open in the element.
    depth: usize,
    /// In a text, and whether after a backslash.
    text: Option<bool>,
    line: u64,
    began: u64,
    index: u64,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// `[`
    Before,
    /// An element, or `]` where none was before.
    Value { first: bool },
    /// More of an element.
    Within,
    /// Nothing.
    After,
}

impl Default for Rows {
    fn default() -> Self {
        Self { place: Place::Before, element: Vec::new(), depth: 0, text: None, line: 1, began: 1, index: 0 }
    }
}

impl Rows {
    /// The next element that ends in `piece`, of which what was read is gone then.
    pub(super) fn next(&mut self, piece: &mut Bytes) -> Result<Option<Row>, Broken> {
        for at in 0..piece.len() {
            let ended = self.step(piece[at])?;
            if piece[at] == b'\n' {
                self.line += 1;
            }
            if ended {
                piece.advance(at + 1);
                return self.row().map(Some);
            }
        }
        piece.clear();
        Ok(None)
    }

    /// After the last piece.
    pub(super) fn end(&self) -> Result<(), Broken> {
        match self.place {
            Place::After => Ok(()),
            _ => Err(self.broken("is where the body ends before its array does")),
        }
    }

    /// The line that is being read, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Whether an element ended with this byte.
    fn step(&mut self, byte: u8) -> Result<bool, Broken> {
        let blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        match (self.place, byte) {
            (Place::Within, _) => return self.within(byte),
            (_, _) if blank => {}
            (Place::Before, b'[') => self.place = Place::Value { first: true },
            (Place::Before, _) => return Err(self.broken("must begin a JSON array")),
            (Place::Value { first: true }, b']') => self.place = Place::After,
            (Place::Value { .. }, b']' | b',') => return Err(self.broken("lacks an object between commas")),
            (Place::Value { .. }, _) => {
                self.place = Place::Within;
                self.began = self.line;
                return self.within(byte);
            }
            (Place::After, _) => return Err(self.broken("has something after the end of the array")),
        }
        Ok(false)
    }

    fn within(&mut self, byte: u8) -> Result<bool, Broken> {
        match (self.text, byte) {
            (Some(true), _) => self.text = Some(false),
            (Some(false), b'\\') => self.text = Some(true),
            (Some(false), b'"') => self.text = None,
            (Some(false), _) => {}
            (None, b'"') => self.text = Some(false),
            (None, b'{' | b'[') => self.depth += 1,
            (None, b'}' | b']') if self.depth > 0 => self.depth -= 1,
            (None, b']') => {
                self.place = Place::After;
                return Ok(true);
            }
            (None, b',') if self.depth == 0 => {
                self.place = Place::Value { first: false };
                return Ok(true);
            }
            (None, _) => {}
        }
        if self.element.len() == ROW_BYTES_MAX {
            return Err(Broken { line: self.began, why: format!("begins an object of more than {ROW_BYTES_MAX} bytes") });
        }
        self.element.push(byte);
        Ok(false)
    }

    fn row(&mut self) -> Result<Row, Broken> {
        let value = serde_json::from_slice(&self.element).map_err(|error| {
            let line = self.began + (error.line() as u64).saturating_sub(1);
            Broken { line, why: format!("must be JSON: {}", without_place(&error)) }
        })?;
        let fields = match value {
            Value::Object(fields) => Ok(fields),
            _ => Err("the row must be an object such as {\"phone\":\"972501234567\"}".to_owned()),
        };
        let row = Row { index: self.index, line: self.began, bytes: self.element.len(), fields };
        self.index += 1;
        self.element.clear();
        Ok(row)
    }

    fn broken(&self, why: &str) -> Broken {
        Broken { line: self.line, why: why.to_owned() }
    }
}

/// The library names a place in the element, which says nothing about the body.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// The rows of a body that comes in pieces of `size` bytes, and what broke it off.
    fn read(body: &str, size: usize) -> (Vec<Row>, Option<Broken>) {
        let (mut rows, mut read) = (Rows::default(), Vec::new());
        for piece in body.as_bytes().chunks(size) {
            let mut piece = Bytes::copy_from_slice(piece);
            loop {
                match rows.next(&mut piece) {
                    Ok(Some(row)) => read.push(row),
                    Ok(None) => break,
                    Err(broken) => return (read, Some(broken)),
                }
            }
        }
        (read, rows.end().err())
    }

    #[test]
    fn elements_are_told_apart() {
        let body = "\n[ {\"a\":\"],}{[\\\"\"},\n\n {\"b\":[1,{\"c\":2}]\n} , 5,[],\"x,y\"]\n ";
        let (rows, broken) = read(body, 3);
        assert_eq!(broken, None);
        let lines: Vec<_> = rows.iter().map(|row| (row.index, row.line, row.fields.is_ok())).collect();
        assert_eq!(lines, [(0, 2, true), (1, 4, true), (2, 5, false), (3, 5, false), (4, 5, false)]);
        assert_eq!(read(" [ ] ", 1), (Vec::new(), None));
    }

    #[test]
    fn what_is_no_array_is_told_with_its_line() {
        for (body, line, why) in [
            ("", 1, "is where the body ends"),
            ("{}", 1, "must begin a JSON array"),
            ("[\n{},\n", 3, "is where the body ends"),
            ("[\n{\"a\":1", 2, "is where the body ends"),
            ("[{},\n,{}]", 2, "lacks an object"),
            ("[{},\n]", 2, "lacks an object"),
            ("[,]", 1, "lacks an object"),
            ("[{}]\n[", 2, "has something after"),
            ("[{},\n{a:1}]", 2, "must be JSON: key must be a string"),
            ("[{},\n{\"a\":\n\n1,}]", 4, "must be JSON: trailing comma"),
            ("[{}}]", 1, "must be JSON"),
            ("[{\"a\":\"\n\"}]", 2, "must be JSON"),
        ] {
            let (_, broken) = read(body, 2);
            let broken = broken.unwrap_or_else(|| panic!("{body:?} was taken"));
            assert!(broken.line == line && broken.why.starts_with(why), "{body:?}: {broken:?}");
        }
        let long = format!("[{{}},\n{{\"a\":\"{}\"}}]", "x".repeat(ROW_BYTES_MAX));
        let (rows, broken) = read(&long, 1_000);
        assert_eq!((rows.len(), broken.map(|broken| broken.line)), (1, Some(2)));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[\\[\\]{},\"\\\\a-c\n]{0,4}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_array_comes_back_as_it_was(values in proptest::collection::vec(any_value(), 0..6), size in 1_usize..40, pretty: bool) {
            let body = if pretty { serde_json::to_string_pretty(&values) } else { serde_json::to_string(&values) }.unwrap();
            let (rows, broken) = read(&body, size);
            prop_assert_eq!(broken, None);
            prop_assert_eq!(rows.len(), values.len());
            for (row, value) in rows.into_iter().zip(values) {
                prop_assert_eq!(row.fields.map(Value::Object).ok(), value.is_object().then_some(value));
            }
        }

        #[test]
        fn it_takes_exactly_what_the_library_takes(body in "[\\[\\]{},:\" 1a\n\\\\]{0,12}", size in 1_usize..5) {
            let taken = read(&body, size).1.is_none();
            prop_assert_eq!(taken, serde_json::from_str::<Vec<Value>>(&body).is_ok(), "{}", body);
        }
    }

    #[test]
    fn a_row_knows_its_length() {
        let (rows, _) = read("[ {\"a\":1} ]", 100);
        assert_eq!(rows, [Row { index: 0, line: 1, bytes: 8, fields: Ok(json!({"a": 1}).as_object().unwrap().clone()) }]);
    }
}
