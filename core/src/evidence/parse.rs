//! Tables from the bytes of a file: CSV (RFC 4180) or JSON, both strict.

use super::table::{Cells, Column, MAX_CELL_BYTES, Table, check_rows, place, shown};
use crate::document::{Kind, Node, parse_json};
use crate::error::{Error, Result};
use crate::json;
use std::collections::HashMap;
use std::io::Read;

/// Read after the last byte of a file: it comes out as a record of its own unless a quote was left open.
const END_MARK: &[u8] = b"\n\x01end\x01";

impl Table {
    /// Reads CSV: a header, commas, quotes doubled inside quotes, any line ending.
    ///
    /// Every column is text. An empty cell is missing; nothing is trimmed; a byte order mark and blank lines
    /// are skipped. A header alone is a table of zero rows.
    ///
    /// # Errors
    /// `empty_table` (no header), `not_utf8`, `ragged_row`, `duplicate_column`, `unnamed_column`,
    /// `wrong_separator`, `cell_too_large`, `too_many_rows`, `unclosed_quote`.
    ///
    /// ```
    /// use colead::evidence::Table;
    /// let t = Table::from_csv("facts", b"unit,measure,value\nt1,pace,0.5\n")?;
    /// assert_eq!((t.rows(), t.columns().len()), (1, 3));
    /// # Ok::<(), colead::Error>(())
    /// ```
    pub fn from_csv(name: &str, bytes: &[u8]) -> Result<Table> {
        let bytes = without_bom(bytes);
        let marked = bytes.chain(END_MARK);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(marked);
        let mut record = csv::ByteRecord::new();
        let mut header: Option<Vec<String>> = None;
        let mut columns: Vec<Vec<Option<String>>> = Vec::new();
        let mut rows = 0;
        let mut closed = false;
        while reader.read_byte_record(&mut record).map_err(|e| Error::input("syntax", e.to_string()).at(name))? {
            if record.len() == 1 && record.get(0) == END_MARK.get(1..) {
                closed = true;
                break;
            }
            let Some(names) = &header else {
                let names = read_header(name, &record)?;
                columns = vec![Vec::new(); names.len()];
                header = Some(names);
                continue;
            };
            check_rows(name, rows + 1)?;
            // A cell that is too large is judged first: it is what an open quote looks like.
            for (i, cell) in record.iter().enumerate() {
                let column = || names.get(i).map_or_else(|| (i + 1).to_string(), Clone::clone);
                check_size(cell.len(), || place(name, rows, &column()))?;
            }
            if record.len() != names.len() && !ends_with_mark(&record) {
                let message = format!("the row has {} cells, the header has {}", record.len(), names.len());
                return Err(Error::input("ragged_row", message)
                    .at(format!("{name}, row {}", rows + 1))
                    .help("give each row as many cells as the header; quote a cell that holds a comma"));
            }
            for ((cell, column), title) in record.iter().zip(&mut columns).zip(names) {
                let text = std::str::from_utf8(cell).map_err(|_| not_utf8(place(name, rows, title)))?;
                column.push(if text.is_empty() { None } else { Some(text.to_owned()) });
            }
            rows += 1;
        }
        if !closed {
            let place = if rows == 0 { format!("{name}, header") } else { format!("{name}, row {rows}") };
            return Err(Error::input("unclosed_quote", "a quote is opened and never closed")
                .at(place)
                .help("close the quote; the file may have been cut short"));
        }
        let Some(names) = header else { return Err(empty(name)) };
        let columns = names.into_iter().zip(columns).map(|(name, cells)| Column { name, cells: Cells::Text(cells) });
        Table::new(name, columns.collect())
    }

    /// Reads JSON: a list of objects (one a row; a key left out or null is missing), or an object of lists of
    /// equal length (one a column).
    ///
    /// A column of booleans, whole numbers or numbers keeps its type; any other mixture becomes text.
    ///
    /// # Errors
    /// `not_utf8`, `syntax`, `duplicate_key`, `too_deep`, `empty_table` (neither rows nor columns), `not_a_table`,
    /// `not_a_cell` (a list or object inside a cell), `unnamed_column`, `unequal_columns`, `cell_too_large`,
    /// `too_many_rows`.
    ///
    /// ```
    /// use colead::evidence::Table;
    /// let rows = Table::from_json("declared", br#"[{"priority": "safety", "rank": 1}]"#)?;
    /// let columns = Table::from_json("declared", br#"{"priority": ["safety"], "rank": [1]}"#)?;
    /// assert_eq!(rows, columns);
    /// # Ok::<(), colead::Error>(())
    /// ```
    pub fn from_json(name: &str, bytes: &[u8]) -> Result<Table> {
        let text = std::str::from_utf8(without_bom(bytes)).map_err(|_| not_utf8(name.to_owned()))?;
        if text.trim().is_empty() {
            return Err(empty(name));
        }
        let root = parse_json(name, text)?;
        let columns = match &root.kind {
            Kind::List(items) => from_rows(name, items)?,
            Kind::Map(entries) => {
                entries.iter().map(|(column, list)| from_list(name, column, list)).collect::<Result<_>>()?
            }
            _ => {
                return Err(Error::input("not_a_table", "the document is neither a list nor an object")
                    .at(name)
                    .help(SHAPES));
            }
        };
        if columns.is_empty() {
            return Err(empty(name));
        }
        let columns = columns.into_iter().map(|(column, cells)| {
            check_name(name, column)?;
            Ok(Column { name: column.to_owned(), cells: typed(name, column, &cells)? })
        });
        Table::new(name, columns.collect::<Result<_>>()?)
    }
}

const SHAPES: &str = "give a list of objects, or an object of lists";

type JsonColumn<'a> = (&'a str, Vec<&'a Kind>);

fn from_rows<'a>(table: &str, items: &'a [Node]) -> Result<Vec<JsonColumn<'a>>> {
    check_rows(table, items.len())?;
    let mut columns: Vec<JsonColumn<'a>> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for (row, item) in items.iter().enumerate() {
        let Kind::Map(entries) = &item.kind else {
            return Err(Error::input("not_a_table", "the row is not an object")
                .at(format!("{table}, row {}", row + 1))
                .help(SHAPES));
        };
        for (key, node) in entries {
            let k = *index.entry(key.as_str()).or_insert_with(|| {
                columns.push((key, Vec::new()));
                columns.len() - 1
            });
            if let Some((_, cells)) = columns.get_mut(k) {
                // Rows that left the key out are missing there.
                cells.resize(row, &Kind::Null);
                cells.push(&node.kind);
            }
        }
    }
    for (_, cells) in &mut columns {
        cells.resize(items.len(), &Kind::Null);
    }
    Ok(columns)
}

fn from_list<'a>(table: &str, column: &'a str, list: &'a Node) -> Result<JsonColumn<'a>> {
    match &list.kind {
        Kind::List(items) => Ok((column, items.iter().map(|n| &n.kind).collect())),
        _ => Err(Error::input("not_a_table", format!("{} is not a list", shown(column)))
            .at(format!("{table}, column {column}"))
            .help(SHAPES)),
    }
}

/// Cells of the narrowest type that holds them all.
fn typed(table: &str, column: &str, cells: &[&Kind]) -> Result<Cells> {
    let (mut text, mut float, mut int, mut bool) = (false, false, false, false);
    for (row, cell) in cells.iter().enumerate() {
        match cell {
            Kind::Null => {}
            Kind::Bool(_) => bool = true,
            Kind::Int(_) => int = true,
            Kind::Float(_) => float = true,
            Kind::Text(s) => {
                check_size(s.len(), || place(table, row, column))?;
                text = true;
            }
            Kind::List(_) | Kind::Map(_) => {
                return Err(Error::input("not_a_cell", "a list or an object stands where one value is meant")
                    .at(place(table, row, column))
                    .help("give text, a number, true, false or null"));
            }
        }
    }
    Ok(match (text, float, int, bool) {
        (false, false, false, true) => {
            Cells::Bool(cells.iter().map(|c| if let Kind::Bool(b) = c { Some(*b) } else { None }).collect())
        }
        (false, false, true, false) => {
            Cells::Int(cells.iter().map(|c| if let Kind::Int(i) = c { Some(*i) } else { None }).collect())
        }
        (false, true, _, false) => {
            let number = |c: &&Kind| match c {
                Kind::Int(i) => Some(*i as f64),
                Kind::Float(f) => Some(*f),
                _ => None,
            };
            Cells::Float(cells.iter().map(number).collect())
        }
        _ => {
            let words = |c: &&Kind| match c {
                Kind::Text(s) if s.is_empty() => None,
                Kind::Text(s) => Some(s.clone()),
                Kind::Int(i) => Some(i.to_string()),
                Kind::Float(f) => Some(json::number(*f)),
                Kind::Bool(b) => Some(b.to_string()),
                _ => None,
            };
            Cells::Text(cells.iter().map(words).collect())
        }
    })
}

fn read_header(table: &str, record: &csv::ByteRecord) -> Result<Vec<String>> {
    let place = || format!("{table}, header");
    let mut names = Vec::with_capacity(record.len());
    for cell in record {
        check_size(cell.len(), place)?;
        let name = std::str::from_utf8(cell).map_err(|_| not_utf8(place()))?;
        check_name(table, name)?;
        names.push(name.to_owned());
    }
    if let [only] = names.as_slice()
        && let Some(separator) = only.chars().find(|c| matches!(c, ';' | '\t' | '|'))
    {
        return Err(Error::input(
            "wrong_separator",
            format!("the header is separated by {}", shown(&separator.to_string())),
        )
        .at(place())
        .help("separate cells by commas"));
    }
    Ok(names)
}

fn check_name(table: &str, name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::input("unnamed_column", "a column has no name")
            .at(format!("{table}, header"))
            .help("name it or drop it; a data frame writes its index so"));
    }
    Ok(())
}

fn check_size(bytes: usize, place: impl FnOnce() -> String) -> Result<()> {
    if bytes > MAX_CELL_BYTES {
        return Err(Error::input("cell_too_large", format!("the cell has more than {MAX_CELL_BYTES} bytes"))
            .at(place())
            .help("shorten it, or close a quote left open"));
    }
    Ok(())
}

/// Whether an open quote swallowed the mark, which is then reported instead of a ragged row.
fn ends_with_mark(record: &csv::ByteRecord) -> bool {
    record.iter().next_back().is_some_and(|cell| cell.ends_with(END_MARK))
}

fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn not_utf8(place: String) -> Error {
    Error::input("not_utf8", "the bytes are not UTF-8 text").at(place).help("save the file as UTF-8")
}

fn empty(table: &str) -> Error {
    Error::input("empty_table", "the table is empty").at(table).help("leave the file out when there is nothing to say")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refusal(table: Result<Table>) -> (&'static str, String) {
        let e = table.unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }
    fn csv(text: &str) -> Result<Table> {
        Table::from_csv("t", text.as_bytes())
    }
    fn json(text: &str) -> Result<Table> {
        Table::from_json("t", text.as_bytes())
    }
    fn texts(t: &Table, column: &str) -> Vec<Option<String>> {
        match &t.column(column).unwrap().cells {
            Cells::Text(v) => v.clone(),
            other => panic!("{other:?}"),
        }
    }
    fn some(words: &[&str]) -> Vec<Option<String>> {
        words.iter().map(|w| (!w.is_empty()).then(|| (*w).to_owned())).collect()
    }

    #[test]
    fn csv_keeps_every_character_and_knows_missing() {
        let t = csv("\u{feff}a,b\r\n x ,\r\n\r\n\"1,\"\"2\n\",y").unwrap();
        assert_eq!(texts(&t, "a"), some(&[" x ", "1,\"2\n"]));
        assert_eq!(texts(&t, "b"), some(&["", "y"]));
        let header = csv("a,b\n").unwrap();
        assert_eq!((header.rows(), header.columns().len()), (0, 2));
    }

    #[test]
    fn csv_refuses_with_the_row() {
        for text in ["", "\u{feff}", "\n\n"] {
            assert_eq!(refusal(csv(text)), ("empty_table", "t".into()));
        }
        assert_eq!(refusal(csv("a,b\n1,2\n1\n")), ("ragged_row", "t, row 2".into()));
        assert_eq!(refusal(csv("a,b\n1,2,3\n")), ("ragged_row", "t, row 1".into()));
        assert_eq!(refusal(csv("a,a\n1,2\n")), ("duplicate_column", "t".into()));
        assert_eq!(refusal(csv("a,\n1,2\n")), ("unnamed_column", "t, header".into()));
        assert_eq!(refusal(csv("a;b\n1;2\n")), ("wrong_separator", "t, header".into()));
        assert_eq!(refusal(Table::from_csv("t", b"a,b\nx,y\nx,\xff\n")), ("not_utf8", "t, row 2, column b".into()));
        assert_eq!(refusal(Table::from_csv("t", b"a,\xff\n")), ("not_utf8", "t, header".into()));
    }

    #[test]
    fn an_open_quote_is_not_taken_for_a_cell() {
        assert_eq!(refusal(csv("a,b\n1,2\n1,\"x\n3,4\n")), ("unclosed_quote", "t, row 2".into()));
        assert_eq!(refusal(csv("a,b\n\"1,2\n3,4\n")), ("unclosed_quote", "t, row 1".into()));
        assert_eq!(refusal(csv("a,\"b\n1,2\n")), ("unclosed_quote", "t, header".into()));
        assert!(csv("a,b\n1,\"x\"").is_ok());
    }

    #[test]
    fn a_cell_is_limited() {
        let cell = "x".repeat(MAX_CELL_BYTES);
        assert!(csv(&format!("a,b\n1,{cell}\n")).is_ok());
        assert_eq!(refusal(csv(&format!("a,b\n1,{cell}x\n"))), ("cell_too_large", "t, row 1, column b".into()));
        assert_eq!(refusal(csv(&format!("{cell}x,b\n1,2\n"))), ("cell_too_large", "t, header".into()));
        assert_eq!(refusal(json(&format!("[{{\"a\":\"{cell}x\"}}]"))), ("cell_too_large", "t, row 1, column a".into()));
    }

    #[test]
    fn json_columns_keep_their_type() {
        let t = json(r#"[{"i":1,"f":1,"b":true,"m":0.5,"t":""},{"f":0.5,"b":null,"m":"x","i":2},{}]"#).unwrap();
        let cells = |c: &str| t.column(c).unwrap().cells.clone();
        assert_eq!(cells("i"), Cells::Int(vec![Some(1), Some(2), None]));
        assert_eq!(cells("f"), Cells::Float(vec![Some(1.0), Some(0.5), None]));
        assert_eq!(cells("b"), Cells::Bool(vec![Some(true), None, None]));
        assert_eq!(texts(&t, "m"), some(&["0.5", "x", ""]));
        assert_eq!(texts(&t, "t"), some(&["", "", ""]));
        assert_eq!(json("\u{feff}{\"a\":[]}").unwrap().rows(), 0);
    }

    #[test]
    fn json_refuses_what_is_no_table() {
        for text in ["", " ", "[]", "{}", "[{},{}]"] {
            assert_eq!(refusal(json(text)), ("empty_table", "t".into()), "{text}");
        }
        assert_eq!(refusal(json("3")), ("not_a_table", "t".into()));
        assert_eq!(refusal(json(r#"[{"a":1},2]"#)), ("not_a_table", "t, row 2".into()));
        assert_eq!(refusal(json(r#"{"a":1}"#)), ("not_a_table", "t, column a".into()));
        assert_eq!(refusal(json(r#"{"a":[1],"b":[]}"#)), ("unequal_columns", "t".into()));
        assert_eq!(refusal(json(r#"{"":[1]}"#)), ("unnamed_column", "t, header".into()));
        assert_eq!(refusal(json(r#"[{"a":1},{"a":[]}]"#)), ("not_a_cell", "t, row 2, column a".into()));
        assert_eq!(refusal(json(r#"[{"a":1,"a":2}]"#)), ("duplicate_key", "t".into()));
        assert_eq!(refusal(json("[1")), ("syntax", "t".into()));
        assert_eq!(refusal(json("[NaN]")), ("syntax", "t".into()));
        assert_eq!(refusal(json(&"[".repeat(1000))), ("too_deep", "t".into()));
        assert_eq!(refusal(Table::from_json("t", b"[\"\xff\"]")), ("not_utf8", "t".into()));
    }

    fn to_csv(names: &[String], rows: &[Vec<String>]) -> Vec<u8> {
        let mut w = csv::Writer::from_writer(Vec::new());
        w.write_record(names).unwrap();
        for row in rows {
            w.write_record(row).unwrap();
        }
        w.into_inner().unwrap()
    }

    proptest! {
        #[test]
        fn csv_comes_back_as_it_went(
            (names, rows) in (1_usize..5).prop_flat_map(|k| (
                prop::collection::btree_set("[a-z\"]{1,3}", k),
                prop::collection::vec(prop::collection::vec("[ -~\u{e9}\\n\\r\u{1}]{0,6}", k), 0..6),
            ))
        ) {
            let names: Vec<String> = names.into_iter().collect();
            let bytes = to_csv(&names, &rows);
            let t = Table::from_csv("t", &bytes).unwrap();
            let columns: Vec<_> = names.iter().map(|n| texts(&t, n)).collect();
            let back: Vec<Vec<String>> = (0..t.rows())
                .map(|r| columns.iter().map(|c| c[r].clone().unwrap_or_default()).collect())
                .collect();
            prop_assert_eq!(&back, &rows);
            prop_assert_eq!(to_csv(&names, &back), bytes);
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Table::from_csv("t", &bytes);
            let _ = Table::from_json("t", &bytes);
        }
    }
}
