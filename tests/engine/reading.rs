//! Reading: every format and compression, every way to cut the bytes, every kind of damage.

use std::fmt::Write;
use std::path::PathBuf;

use proptest::prelude::*;
use straingauge_api::{ColumnType, ColumnTypeChoice, Compression, DateOrder, DecimalMark, Format, QuestionAbout, ReadOptions};
use straingauge_engine::Result;
use straingauge_engine::table::{Read, Reader, Table, Values};

use crate::support::real_file;

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/engine/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}; run tests/oracles/tables.py", path.display()))
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/engine/fixtures");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the fixtures")
        .filter_map(|e| e.expect("an entry").file_name().into_string().ok())
        .filter(|n| n.starts_with("table."))
        .collect();
    names.sort();
    names.into_iter().map(|n| (n.clone(), fixture(&n))).collect()
}

fn read_with(bytes: &[u8], cuts: &[usize], options: &ReadOptions) -> Result<Read> {
    let mut reader = Reader::new("file", options)?;
    let mut at = 0;
    for &cut in cuts.iter().chain([&bytes.len()]) {
        let cut = cut.clamp(at, bytes.len());
        reader.push(&bytes[at..cut])?;
        at = cut;
    }
    reader.finish()
}

fn read(bytes: impl AsRef<[u8]>) -> Result<Read> {
    read_with(bytes.as_ref(), &[], &ReadOptions::default())
}

/// A table as text: every value, and what was missing or bad.
fn shown(table: &Table) -> String {
    let mut out = String::new();
    for column in &table.columns {
        writeln!(out, "{} {:?} missing {:?} bad {:?}", column.name, column.kind(), column.cells.missing, column.cells.bad)
            .expect("a string");
        for row in 0..table.rows {
            let cell = match &column.values {
                Values::Number { values, .. } => format!("{:?}", values.value(row)),
                Values::Boolean(values) => values.value(row).to_string(),
                Values::Category(c) => c.names.get(c.codes[row] as usize).map_or("-", String::as_str).to_owned(),
                Values::Text(values) => values.value(row).to_owned(),
                Values::Timestamp(values) => values.value(row).to_string(),
                Values::List(lists) => format!("{:?}", lists.row(row)),
            };
            writeln!(out, "{row} {cell}").expect("a string");
        }
    }
    out
}

/// The same without the spellings of missing values, which formats differ in.
fn values_of(table: &Table) -> String {
    let mut plain = table.clone();
    for column in &mut plain.columns {
        let mut c = (**column).clone();
        c.cells.missing.spellings.clear();
        *column = c.into();
    }
    shown(&plain)
}

#[test]
fn every_format_and_compression_gives_the_same_table() {
    let expected = read(fixture("table.csv")).expect("a table");
    assert_eq!(expected.table.rows, 120);
    let kinds: Vec<(&str, ColumnType)> = expected.table.columns.iter().map(|c| (c.name.as_str(), c.kind())).collect();
    assert_eq!(
        kinds,
        [
            ("id", ColumnType::Integer),
            ("amount", ColumnType::Float),
            ("city", ColumnType::Category),
            ("vip", ColumnType::Boolean),
            ("at", ColumnType::Timestamp),
            ("note", ColumnType::Text),
            ("probabilities", ColumnType::List),
            ("meta.source", ColumnType::Category),
            ("meta.score", ColumnType::Float),
        ]
    );
    let mut formats = Vec::new();
    for (name, bytes) in fixtures() {
        let read = read(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(values_of(&read.table), values_of(&expected.table), "{name}");
        assert!(read.facts.problems.is_empty(), "{name}: {:?}", read.facts.problems);
        assert!(read.facts.questions.is_empty(), "{name}: {:?}", read.facts.questions);
        let compression = if name.rsplit('.').next() == Some("gz") {
            Compression::Gzip
        } else if name.rsplit('.').next() == Some("zst") {
            Compression::Zstd
        } else {
            Compression::None
        };
        assert_eq!(read.table.compression, compression, "{name}");
        formats.push(read.table.format);
    }
    for format in [Format::Csv, Format::Json, Format::Jsonl, Format::Parquet, Format::ArrowFile, Format::ArrowStream] {
        assert!(formats.contains(&format), "{format:?}");
    }
}

#[test]
fn the_digest_is_of_the_bytes_as_they_came() {
    // sha256sum of "abc" (FIPS 180-2, appendix B.1).
    let read = read_with(b"abc", &[1], &ReadOptions { header: Some(false), ..ReadOptions::default() }).expect("a table");
    assert_eq!(read.table.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(read.table.bytes, 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn where_bytes_are_cut_makes_no_difference(mut cuts in prop::collection::vec(0usize..40_000, 0..40), small in 0usize..200) {
        cuts.extend(small..small + 30);
        cuts.sort_unstable();
        for name in ["table.csv", "table.csv.gz", "table.csv.zst", "table.utf16.csv", "table.json", "table.jsonl.gz", "table.lz4.arrows", "table.zstd.parquet"] {
            let bytes = fixture(name);
            let whole = read(&bytes).expect("a table");
            let cut = read_with(&bytes, &cuts, &ReadOptions::default()).expect("a table");
            prop_assert_eq!(shown(&cut.table), shown(&whole.table), "{}", name);
            prop_assert_eq!(&cut.table.sha256, &whole.table.sha256);
        }
    }

    #[test]
    fn any_text_reads_the_same_however_it_is_cut(text in "[a1,.\"\n -]{1,200}", cut in 1usize..9) {
        let whole = read(&text).map(|r| shown(&r.table));
        let cuts: Vec<usize> = (0..text.len()).step_by(cut).collect();
        let sliced = read_with(text.as_bytes(), &cuts, &ReadOptions::default()).map(|r| shown(&r.table));
        prop_assert_eq!(sliced, whole);
    }

    #[test]
    fn any_json_reads_the_same_however_it_is_cut(text in "\\[?(\\{\"[ab]\": ?([0-9.]{1,3}|\"[a\\\\n\"]{0,4}\"|null|\\[1, ?2\\])\\}[,\n]){1,12}\\]?", cut in 1usize..9) {
        let whole = read(&text).map(|r| shown(&r.table));
        let cuts: Vec<usize> = (0..text.len()).step_by(cut).collect();
        let sliced = read_with(text.as_bytes(), &cuts, &ReadOptions::default()).map(|r| shown(&r.table));
        prop_assert_eq!(sliced, whole);
    }
}

#[test]
fn damage_is_an_error_or_a_warning_never_a_crash() {
    // A small generator of our own (Marsaglia 2003, xorshift64), so that a failure can be named by its number.
    let mut state = 0x0123_4567_89AB_CDEF_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for (name, bytes) in fixtures() {
        for length in (0..24).map(|i| i * bytes.len() / 24).chain(0..16) {
            drop(read(&bytes[..length]));
        }
        for trial in 0..60 {
            let mut damaged = bytes.clone();
            for _ in 0..=random(4) {
                let at = if random(2) == 0 { random(damaged.len()) } else { damaged.len() - 1 - random(damaged.len().min(400)) };
                damaged[at] = match random(4) {
                    0 => 0xFF,
                    1 => 0,
                    2 => damaged[at] ^ (1 << random(8)),
                    _ => random(256) as u8,
                };
            }
            let outcome = std::panic::catch_unwind(|| read(&damaged).map(|r| r.table.rows));
            assert!(outcome.is_ok(), "{name}, trial {trial}, makes the reader panic");
        }
    }
}

#[test]
fn real_files_have_their_rows() {
    for (path, rows, columns) in [
        ("arxiv/train.json.gz", 50_000, "label Integer, timestamp Timestamp, text Text"),
        ("arxiv/train_preds.json.gz", 50_000, "probabilities List"),
        ("arxiv/val_0_with_label.json.gz", 4_425, "label Integer, timestamp Timestamp, text Text"),
        ("arxiv/val_1.json.gz", 6_779, "timestamp Timestamp, text Text"),
        (
            "fraud/fraud_ref.csv.gz",
            10_000,
            "category Category, card_type Category, card_company Category, transaction_amount Float, city Category, browser_version Category, country Category, label Integer, preds Float",
        ),
        (
            "fraud/fraud_eval.csv.gz",
            29_000,
            "category Category, card_type Category, card_company Category, transaction_amount Float, city Category, browser_version Category, country Category, timestamp Timestamp, label Integer, preds Float",
        ),
    ] {
        let Some(bytes) = real_file(path) else { return };
        let read = read(&bytes).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(read.table.rows, rows, "{path}");
        let found: Vec<String> = read.table.columns.iter().map(|c| format!("{} {:?}", c.name, c.kind())).collect();
        assert_eq!(found.join(", "), columns, "{path}");
        assert!(read.table.columns.iter().all(|c| c.cells.bad.is_empty()), "{path}: {:?}", read.facts.problems);
    }
}

fn error(bytes: impl AsRef<[u8]>) -> (String, String) {
    let e = read(bytes).expect_err("an error");
    assert_eq!(e.file.as_deref(), Some("file"));
    assert!(e.mend.is_some(), "{e} says nothing that mends it");
    (e.code.to_owned(), e.to_string())
}

#[test]
fn unreadable_files_say_why_and_what_mends_them() {
    let gzip = fixture("table.csv.gz");
    let zstd = fixture("table.csv.zst");
    let json = fixture("table.json");
    let mut flipped = gzip.clone();
    flipped[200] ^= 0x55;
    for (bytes, code, words) in [
        (Vec::new(), "empty_file", "The file is empty."),
        (b"a,b\n".to_vec(), "empty_file", "no rows"),
        (b"  \n\n".to_vec(), "empty_file", "no rows"),
        (b"[]".to_vec(), "empty_file", "no rows"),
        (gzip[..gzip.len() - 9].to_vec(), "truncated_gzip", "end too early"),
        (flipped, "damaged_gzip", "damaged"),
        (zstd[..zstd.len() - 9].to_vec(), "truncated_zstd", "end too early"),
        (json[..json.len() - 1].to_vec(), "truncated_json", "row 121"),
        (json[..json.len() / 2].to_vec(), "truncated_json", "complete rows"),
        (b"[{\"a\": 1}, {\"a\": oops}]".to_vec(), "malformed_json", "Row 2"),
        (b"[{\"a\": 1} {\"a\": 2}]".to_vec(), "malformed_json", "a comma"),
        (b"PK\x03\x04 and more".to_vec(), "binary_file", "Excel"),
        (b"\x00\x01\x02\x03\x04\x05garbage".to_vec(), "binary_file", "neither text"),
        (fixture("table.none.parquet")[..900].to_vec(), "truncated_parquet", "not complete"),
        (fixture("table.lz4.arrow")[..2_500].to_vec(), "truncated_arrow", "not complete"),
        (format!("[{}", "{\"a\":".repeat(50)).into_bytes(), "bound_exceeded", "32"),
    ] {
        let (found, message) = error(&bytes);
        assert_eq!(found, code, "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn a_bomb_is_not_unpacked() {
    use std::io::Write;
    // A gigabyte and a half in 48 kilobytes.
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58];
    for _ in 0..12_000 {
        // A line end repeated 131 072 times.
        frame.write_all(&[0x02, 0x00, 0x10, b'\n']).expect("a vector");
    }
    let (code, message) = error(&frame);
    assert_eq!(code, "decompression_bomb", "{message}");
}

fn kinds(text: &str) -> String {
    let read = read(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    read.table.columns.iter().map(|c| format!("{:?}", c.kind())).collect::<Vec<_>>().join(" ")
}

fn column_of(cells: impl IntoIterator<Item = String>) -> Read {
    let text: String =
        std::iter::once("name,x\n".to_owned()).chain(cells.into_iter().enumerate().map(|(i, c)| format!("r{i},\"{c}\"\n"))).collect();
    read(text).expect("a table")
}

#[test]
fn types_are_decided_over_the_whole_file() {
    assert_eq!(kinds("a,b,c\n1,1.5,x\n2,2,y\n"), "Integer Float Category");
    assert_eq!(kinds("a,b\ntrue,yes\nFALSE,no\n"), "Boolean Boolean");
    assert_eq!(kinds("a\n0\n1\n"), "Integer");
    assert_eq!(kinds("zip,id\n01234,12345678901234567890\n94110,12345678901234567891\n"), "Category Category");
    // Numbers up to the last thousandth of a long file, then words.
    let late = (0..100_000).map(|i| if i < 90_000 { i.to_string() } else { format!("w{}", i % 7) });
    let read = column_of(late);
    assert_eq!(read.table.columns[1].kind(), ColumnType::Category);
    let Values::Category(c) = &read.table.columns[1].values else { panic!("no category") };
    assert_eq!((c.names[0].as_str(), c.names[89_999].as_str()), ("0", "89999"));
}

#[test]
fn a_few_bad_cells_are_findings_not_another_type() {
    let read = column_of((0..1_000).map(|i| if i % 333 == 7 { "n.a. sorry".to_owned() } else { format!("{i}.50") }));
    let column = &read.table.columns[1];
    assert_eq!(column.kind(), ColumnType::Float);
    assert_eq!(
        column.cells.bad.iter().map(|b| (b.row, b.text.as_str())).collect::<Vec<_>>(),
        [(7, "n.a. sorry"), (340, "n.a. sorry"), (673, "n.a. sorry")]
    );
    let problem = &read.facts.problems[0];
    assert_eq!((problem.code.as_str(), problem.count, problem.details.row), ("bad_cells", 3, Some(8)));
    // Two in a hundred are too many: the texts come back as they stood.
    let read = column_of((0..1_000).map(|i| if i % 50 == 7 { "n.a. sorry".to_owned() } else { format!("{}.50", i % 9) }));
    let Values::Category(c) = &read.table.columns[1].values else { panic!("no category") };
    assert_eq!(c.names[0], "0.50");
}

#[test]
fn missing_spellings_are_counted_apart() {
    let read = read("a,b\n1,x\n,NA\nnull,?\n?,-\nN/A,\n2,None\n-,y\nNaN,\n").expect("a table");
    let number = &read.table.columns[0].cells.missing;
    assert_eq!(number.spellings, ["", "null", "?", "N/A", "-", "NaN"]);
    assert_eq!(number.rows, [1, 2, 3, 4, 6, 7]);
    let category = &read.table.columns[1];
    assert_eq!(category.kind(), ColumnType::Category);
    assert_eq!(category.cells.missing.spellings, ["NA", "?", "-", "", "None"]);
    assert_eq!(category.cells.missing.counts, [1, 1, 1, 2, 1]);
}

#[test]
fn ambiguous_cells_raise_questions_with_both_readings() {
    let ask = |text: &str| read(text).expect("a table").facts.questions;
    let q = ask("id;x\n1;1,234\n2;5,678\n");
    assert_eq!((q[0].about, q[0].readings[0].choice.as_str()), (QuestionAbout::Decimal, "comma"));
    assert_eq!(q[0].readings[1].choice, "point");
    assert!(ask("id;x\n1;1,234\n2;5,67\n").is_empty(), "5,67 decides");
    let q = ask("id,d\n1,03/04/2024\n2,05/06/2024\n");
    assert_eq!(q[0].about, QuestionAbout::DateOrder);
    assert_eq!((q[0].readings[0].meaning.as_str(), q[0].readings[1].meaning.as_str()), ("2024-03-04", "2024-04-03"));
    assert!(ask("id,d\n1,03/04/2024\n2,25/06/2024\n").is_empty(), "25 decides");
    let q = ask("id,t\n1,2024-01-01 10:00:00\n2,2024-01-02 10:00:00\n");
    assert_eq!((q[0].about, q[0].column.as_str()), (QuestionAbout::TimeZone, "t"));
    assert!(ask("id,t\n1,2024-01-01\n2,2024-01-02\n").is_empty(), "a date alone asks nothing");
}

#[test]
fn answers_settle_the_questions() {
    let first = |text: &str, options: ReadOptions| {
        let read = read_with(text.as_bytes(), &[], &options).expect("a table");
        assert!(read.facts.questions.is_empty(), "{:?}", read.facts.questions);
        match &read.table.columns[1].values {
            Values::Number { values, .. } => values.value(0),
            Values::Timestamp(values) => values.value(0) as f64,
            _ => f64::NAN,
        }
    };
    let commas = "id;x\n1;1,234\n2;5,678\n";
    assert_eq!(first(commas, ReadOptions { decimal: Some(DecimalMark::Comma), ..ReadOptions::default() }), 1.234);
    assert_eq!(first(commas, ReadOptions { decimal: Some(DecimalMark::Point), ..ReadOptions::default() }), 1234.0);
    let dates = "id,d\n1,03/04/2024\n2,05/06/2024\n";
    assert_eq!(first(dates, ReadOptions { date_order: Some(DateOrder::DayFirst), ..ReadOptions::default() }), 1_712_102_400_000.0);
    assert_eq!(first(dates, ReadOptions { date_order: Some(DateOrder::MonthFirst), ..ReadOptions::default() }), 1_709_510_400_000.0);
    let times = "id,t\n1,2024-01-01 10:00:00\n2,2024-01-02 10:00:00\n";
    assert_eq!(first(times, ReadOptions { utc_offset_minutes: Some(120), ..ReadOptions::default() }), 1_704_096_000_000.0);
}

#[test]
fn the_reader_may_set_a_type() {
    let with = |kind| {
        let options = ReadOptions { column_types: vec![ColumnTypeChoice { column: "x".into(), kind }], ..ReadOptions::default() };
        read_with(b"x,y\n1,a\n2,b\nten,c\n", &[], &options).expect("a table").table.columns[0].clone()
    };
    assert_eq!(with(ColumnType::Category).kind(), ColumnType::Category);
    assert_eq!(with(ColumnType::Text).kind(), ColumnType::Text);
    let number = with(ColumnType::Float);
    assert_eq!((number.kind(), number.cells.bad.len()), (ColumnType::Integer, 1));
}

#[test]
fn odd_files_are_read_with_warnings() {
    let codes = |bytes: &[u8]| read(bytes).expect("a table").facts.problems.into_iter().map(|p| p.code).collect::<Vec<_>>();
    assert_eq!(codes(b"a,b\n1,2\n3\n4,5,6\n7,8\n"), ["ragged_rows"]);
    assert_eq!(codes(b"a,a,\n1,2,3\n"), ["duplicate_names"]);
    assert_eq!(codes(b"a,b\ncaf\xE9,1\nth\xE9,2\n"), ["encoding_assumed"]);
    assert_eq!(codes(b"a,b\n1,\"open\n2,x\n"), ["unclosed_quote"]);
    assert_eq!(codes(b"{\"a\": 1}\n{\"a\": oops}\n{\"a\": 2}\n"), ["bad_records"]);
    let mut padded = fixture("table.csv.gz");
    padded.extend([0; 50]);
    assert!(codes(&padded).is_empty(), "zeros pad");
    padded.extend(b"junk");
    assert_eq!(codes(&padded), ["trailing_bytes"]);
}

#[test]
fn seconds_since_1970_are_a_guess_by_name() {
    let read = read("created_at,n\n1700000000,1700000000\n1700000100,1700000100\n").expect("a table");
    assert_eq!(read.table.columns[0].kind(), ColumnType::Timestamp);
    assert_eq!(read.table.columns[1].kind(), ColumnType::Integer);
    assert_eq!(read.facts.problems[0].code, "epoch_assumed");
}

#[test]
fn lists_of_another_length_are_bad_cells() {
    let mut text = (0..200).map(|i| format!("{{\"p\": [0.{i}, 0.5]}}\n")).collect::<Vec<_>>().concat();
    text += "{\"p\": [1]}\n{\"p\": null}\n{}\n";
    let read = read(&text).expect("a table");
    let column = &read.table.columns[0];
    assert_eq!(column.kind(), ColumnType::List);
    assert_eq!(column.cells.bad.iter().map(|b| (b.row, b.text.as_str())).collect::<Vec<_>>(), [(200, "[1]")]);
    assert_eq!(column.cells.missing.spellings, ["null", "(no key)"]);
    let Values::List(lists) = &column.values else { panic!("no lists") };
    assert_eq!(lists.values.len(), 203 * 2);
    assert!(lists.row(200).iter().all(|v| v.is_nan()));
}

#[test]
fn utf16_json_and_keys_that_come_later() {
    let text = "[{\"a\": \"é\"}, {\"b\": {\"c\": 2}, \"a\": \"x\"}]";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = read(&bytes).expect("a table");
    let names: Vec<&str> = read.table.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["a", "b.c"]);
    assert_eq!(read.facts.encoding.as_deref(), Some("utf-16le"));
    assert_eq!(read.table.columns[1].cells.missing.rows, [0]);
}
