//! CSV whose first line names the columns. A quoted cell may hold commas, quotes and line breaks.

use axum::body::Bytes;
use bytes::Buf;
use csv_core::{ReadRecordResult, Reader};
use serde_json::{Map, Value};

use super::{Broken, ROW_BYTES_MAX, Row};

/// The most cells of a row.
const CELLS_MAX: usize = 64;

/// The rows after the first.
#[derive(Debug)]
pub(super) struct Rows {
    reader: Reader,
    names: Option<Vec<String>>,
    /// The cells of the row that is being read, one after the other, and where each ends.
    text: Vec<u8>,
    text_bytes: usize,
    ends: [usize; CELLS_MAX],
    cells: usize,
    quotes: usize,
    line: u64,
    /// The line on which that row began.
    began: Option<u64>,
    index: u64,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            names: None,
            text: vec![0; ROW_BYTES_MAX],
            text_bytes: 0,
            ends: [0; CELLS_MAX],
            cells: 0,
            quotes: 0,
            line: 1,
            began: None,
            index: 0,
        }
    }
}

impl Rows {
    /// The next row that ends in `piece`, of which what was read is gone then.
    pub(super) fn next(&mut self, piece: &mut Bytes) -> Result<Option<Row>, Broken> {
        loop {
            if self.began.is_none() {
                self.skip_blank_lines(piece);
            }
            // The reader takes an empty piece for the end.
            if piece.is_empty() {
                return Ok(None);
            }
            self.began.get_or_insert(self.line);
            let read = self.read(piece);
            piece.advance(read.1);
            match read.0 {
                ReadRecordResult::Record => {
                    if let Some(row) = self.row()? {
                        return Ok(Some(row));
                    }
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
                ReadRecordResult::OutputFull => {
                    return Err(self.broken(format!("begins a row of more than {ROW_BYTES_MAX} bytes; is a quote missing?")));
                }
                ReadRecordResult::OutputEndsFull => return Err(self.broken(format!("must have at most {CELLS_MAX} cells"))),
            }
        }
    }

    /// The row that ends with the last piece, when that had no line break at its end.
    pub(super) fn end(&mut self) -> Result<Option<Row>, Broken> {
        let mut row = None;
        if self.began.is_some() {
            if self.quotes % 2 == 1 {
                return Err(self.broken("begins a row with a quote that is not closed".to_owned()));
            }
            if let (ReadRecordResult::Record, _) = self.read(&[]) {
                row = self.row()?;
            }
        }
        match (row, &self.names) {
            (None, None) => Err(self.broken("must name the columns, phone among them".to_owned())),
            (row, _) => Ok(row),
        }
    }

    /// The line that is being read, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    fn skip_blank_lines(&mut self, piece: &mut Bytes) {
        while let Some(byte @ (b'\n' | b'\r')) = piece.first() {
            self.line += u64::from(*byte == b'\n');
            piece.advance(1);
        }
    }

    /// Reads on; what that came to, and how many bytes were taken.
    fn read(&mut self, input: &[u8]) -> (ReadRecordResult, usize) {
        let (text, ends) = (&mut self.text[self.text_bytes..], &mut self.ends[self.cells..]);
        let (result, taken, text_bytes, cells) = self.reader.read_record(input, text, ends);
        self.line += memchr::memchr_iter(b'\n', &input[..taken]).count() as u64;
        self.quotes += memchr::memchr_iter(b'"', &input[..taken]).count();
        self.text_bytes += text_bytes;
        self.cells += cells;
        (result, taken)
    }

    /// The row that was read; none when it was the first, which names the columns.
    fn row(&mut self) -> Result<Option<Row>, Broken> {
        let line = self.began.unwrap_or(self.line);
        let row = match &self.names {
            Some(names) => {
                let row = Row { index: self.index, line, bytes: self.text_bytes, fields: self.fields(names) };
                self.index += 1;
                Some(row)
            }
            None => {
                let names: Option<Vec<_>> =
                    self.texts().map(|names| names.map(|name| name.trim_start_matches('\u{feff}').trim().to_ascii_lowercase()).collect());
                let names = names.filter(|names| names.iter().any(|name| name == "phone"));
                self.names = Some(names.ok_or_else(|| self.broken("must name the columns, phone among them".to_owned()))?);
                None
            }
        };
        (self.text_bytes, self.cells, self.quotes, self.began) = (0, 0, 0, None);
        Ok(row)
    }

    fn fields(&self, names: &[String]) -> Result<Map<String, Value>, String> {
        if self.cells != names.len() {
            return Err(format!("the row has {} cells where the first line names {} columns", self.cells, names.len()));
        }
        let texts = self.texts().ok_or("the row must be UTF-8")?;
        Ok(names.iter().cloned().zip(texts.map(Value::from)).collect())
    }

    /// The cells; none when they are no text.
    fn texts(&self) -> Option<impl Iterator<Item = &str>> {
        let ends = &self.ends[..self.cells];
        let text = std::str::from_utf8(&self.text[..self.text_bytes]).ok()?;
        let mut begin = 0;
        // The bounds are those of cells, which need not be those of characters in a text that is cut in the middle of one.
        ends.iter().all(|&end| text.is_char_boundary(end)).then(|| {
            ends.iter().map(move |&end| {
                let cell = &text[begin..end];
                begin = end;
                cell
            })
        })
    }

    fn broken(&self, why: String) -> Broken {
        Broken { line: self.began.unwrap_or(self.line), why }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rows of a body that comes in pieces of `size` bytes, and what broke it off.
    fn read(body: &[u8], size: usize) -> (Vec<Row>, Option<Broken>) {
        let (mut rows, mut read) = (Rows::default(), Vec::new());
        for piece in body.chunks(size) {
            let mut piece = Bytes::copy_from_slice(piece);
            loop {
                match rows.next(&mut piece) {
                    Ok(Some(row)) => read.push(row),
                    Ok(None) => break,
                    Err(broken) => return (read, Some(broken)),
                }
            }
        }
        match rows.end() {
            Ok(last) => {
                read.extend(last);
                (read, None)
            }
            Err(broken) => (read, Some(broken)),
        }
    }

    #[test]
    fn rows_know_their_lines() {
        let body = b"\n Phone ,Name\r\n1,\"A, \"\"B\"\"\nC\"\r\n\n\r\n2,\n3\n4,D,E\n5,F";
        for size in [1, 2, 7, 1_000] {
            let (rows, broken) = read(body, size);
            assert_eq!(broken, None);
            let told: Vec<_> = rows.iter().map(|row| (row.index, row.line, row.fields.is_ok())).collect();
            assert_eq!(told, [(0, 3, true), (1, 7, true), (2, 8, false), (3, 9, false), (4, 10, true)], "{size}");
            assert_eq!(rows[0].fields.as_ref().unwrap()["name"], "A, \"B\"\nC");
            assert_eq!(rows[1].fields.as_ref().unwrap()["name"], "");
            assert_eq!(rows[2].fields.as_ref().unwrap_err(), "the row has 1 cells where the first line names 2 columns");
        }
    }

    #[test]
    fn what_is_no_csv_is_told_with_its_line() {
        for (body, line, why) in [
            ("", 1, "must name the columns"),
            ("\n\n", 3, "must name the columns"),
            ("name\n1\n", 1, "must name the columns"),
            ("name", 1, "must name the columns"),
            ("phone,name\n1,a\n2,\"b\n3,c\n", 3, "begins a row with a quote"),
        ] {
            let (_, broken) = read(body.as_bytes(), 3);
            let broken = broken.unwrap_or_else(|| panic!("{body:?} was taken"));
            assert!(broken.line == line && broken.why.starts_with(why), "{body:?}: {broken:?}");
        }
        let long = format!("phone\n1\n\"{}", "2\n".repeat(ROW_BYTES_MAX));
        let (rows, broken) = read(long.as_bytes(), 1_000);
        assert_eq!((rows.len(), broken.map(|broken| broken.line)), (1, Some(3)));
        let wide = format!("phone{}\n", ",x".repeat(CELLS_MAX));
        assert!(read(wide.as_bytes(), 100).1.is_some());
    }

    #[test]
    fn a_row_that_is_no_text_is_refused_alone() {
        let (rows, broken) = read(b"\xef\xbb\xbfphone\n\xff\n2\n", 100);
        assert_eq!((rows.len(), broken), (2, None));
        assert_eq!(rows[0].fields, Err("the row must be UTF-8".to_owned()));
        assert_eq!(rows[1].fields.as_ref().unwrap()["phone"], "2");
    }

    proptest! {
        #[test]
        fn cells_come_back_as_they_were(cells in proptest::collection::vec(["[a\",\n\r ä]{0,6}", "[a\",\n\r ä]{0,6}"], 0..6), size in 1_usize..20) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let line = |row: &[String; 2]| format!("{},{}\n", quoted(&row[0]), quoted(&row[1]));
            let body = format!("phone,name\n{}", cells.iter().map(line).collect::<String>());
            let (rows, broken) = read(body.as_bytes(), size);
            prop_assert_eq!(broken, None);
            let read: Vec<_> = rows.into_iter().map(|row| row.fields.unwrap()).map(|row| [row["phone"].clone(), row["name"].clone()]).collect();
            prop_assert_eq!(read, cells.into_iter().map(|row| row.map(Value::from)).collect::<Vec<_>>());
        }

        #[test]
        fn anything_may_come(body in proptest::collection::vec(any::<u8>(), 0..60), size in 1_usize..9) {
            let _either = read(&body, size);
        }
    }
}
