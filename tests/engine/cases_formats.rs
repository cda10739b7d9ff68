//! JSON in the layouts that libraries write, and binary files of other writers, each with its right value.

use straingauge_api::ReadOptions;
use straingauge_engine::Result;
use straingauge_engine::table::{Read, Reader, Table};

use super::support::{case_file, read};

fn read_text(text: &str) -> Result<Read> {
    let mut reader = Reader::new("text.json", &ReadOptions::default())?;
    // Small slices: where the text is cut must not matter.
    for slice in text.as_bytes().chunks(7) {
        reader.push(slice)?;
    }
    reader.finish()
}

fn names(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|c| c.name.as_str()).collect()
}

fn cells(table: &Table, column: &str) -> Vec<Option<String>> {
    let column = table.column(column).expect("the column");
    (0..table.rows).map(|row| column.cell(row)).collect()
}

fn of(values: &[&str]) -> Vec<Option<String>> {
    values.iter().map(|v| (!v.is_empty()).then(|| (*v).to_owned())).collect()
}

#[test]
fn pandas_default_json_is_one_row_a_record() {
    let name = "12_json_pandas_default_orient.json";
    let Some(bytes) = case_file(name) else { return };
    let table = read(name, &bytes);
    assert_eq!((table.rows, names(&table)), (60, vec!["a", "label"]));
    assert_eq!(cells(&table, "a")[59].as_deref(), Some("29.5"));
}

#[test]
fn every_layout_of_one_table_is_the_same_table() {
    let layouts = [
        r#"[{"a": 1.5, "b": "x"}, {"a": 2.5, "b": "y"}, {"a": null, "b": "z"}]"#,
        "{\"a\": 1.5, \"b\": \"x\"}\n{\"a\": 2.5, \"b\": \"y\"}\n{\"a\": null, \"b\": \"z\"}\n",
        r#"{"a": {"0": 1.5, "1": 2.5, "2": null}, "b": {"0": "x", "1": "y", "2": "z"}}"#,
        r#"{"0": {"a": 1.5, "b": "x"}, "1": {"a": 2.5, "b": "y"}, "2": {"a": null, "b": "z"}}"#,
        r#"{"columns": ["a", "b"], "index": [0, 1, 2], "data": [[1.5, "x"], [2.5, "y"], [null, "z"]]}"#,
        r#"{"schema": {"fields": [{"name": "a"}]}, "data": [{"a": 1.5, "b": "x"}, {"a": 2.5, "b": "y"}, {"a": null, "b": "z"}]}"#,
        r#"{"data": [{"a": 1.5, "b": "x"}, {"a": 2.5, "b": "y"}, {"a": null, "b": "z"}]}"#,
        r#"{"count": 3, "results": [{"a": 1.5, "b": "x"}, {"a": 2.5, "b": "y"}, {"a": null, "b": "z"}], "next": null}"#,
        r#"{"a": [1.5, 2.5, null], "b": ["x", "y", "z"]}"#,
        r#"{"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {"a": 1.5, "b": "x"}},
            {"type": "Feature", "geometry": null, "properties": {"a": 2.5, "b": "y"}},
            {"type": "Feature", "geometry": null, "properties": {"a": null, "b": "z"}}]}"#,
    ];
    for layout in layouts {
        for text in [layout.to_owned(), layout.replace(' ', ""), layout.replace(", ", ",\r\n    ")] {
            let table = read_text(&text).unwrap_or_else(|e| panic!("{text}: {e}")).table;
            assert_eq!((table.rows, names(&table)), (3, vec!["a", "b"]), "{text}");
            assert_eq!((cells(&table, "a"), cells(&table, "b")), (of(&["1.5", "2.5", ""]), of(&["x", "y", "z"])), "{text}");
        }
    }
}

#[test]
fn an_index_that_says_something_is_a_column() {
    for text in [
        r#"{"a": {"r7": 1, "r9": 2, "r8": 5}, "b": {"r7": 3, "r9": 4, "r8": 6}}"#,
        r#"{"r7": {"a": 1, "b": 3}, "r9": {"a": 2, "b": 4}, "r8": {"a": 5, "b": 6}, "r6": {"a": 5, "b": "?"}}"#,
    ] {
        let table = read_text(text).unwrap().table;
        assert_eq!(names(&table), ["index", "a", "b"], "{text}");
        assert_eq!(cells(&table, "index")[..3], of(&["r7", "r9", "r8"])[..]);
    }
    // Columns that lack some rows, and rows in another order.
    let table = read_text(r#"{"a": {"5": 1, "6": 2}, "b": {"6": 4, "7": 5}}"#).unwrap().table;
    assert_eq!(
        (cells(&table, "index"), cells(&table, "a"), cells(&table, "b")),
        (of(&["5", "6", "7"]), of(&["1", "2", ""]), of(&["", "4", "5"]))
    );
}

#[test]
fn lists_of_values_are_rows() {
    for text in ["[[0.1, 0.9], [0.8, 0.2]]", "[0.1, 0.9]\n[0.8, 0.2]\n", "[ [0.1,0.9] ,\n[0.8,0.2] ]\n"] {
        let table = read_text(text).unwrap().table;
        assert_eq!((table.rows, names(&table)), (2, vec!["0", "1"]), "{text}");
        assert_eq!(cells(&table, "1"), of(&["0.9", "0.2"]), "{text}");
    }
    let table = read_text("[0.25, 0.75, null]").unwrap().table;
    assert_eq!((names(&table), cells(&table, "0")), (vec!["0"], of(&["0.25", "0.75", ""])));
    let ragged = read_text("[[1, 2], [3]]").unwrap();
    assert_eq!(cells(&ragged.table, "1"), of(&["2", ""]));
    assert!(ragged.facts.problems.iter().any(|p| p.code == "ragged_rows" && p.count == 1));
}

#[test]
fn scores_of_all_labels_are_one_column_a_label() {
    let name = "21_jsonl_of_arrays_first_line_only.jsonl";
    let Some(bytes) = case_file(name) else { return };
    let table = read(name, &bytes);
    assert_eq!((table.rows, names(&table)), (60, vec!["NEGATIVE", "POSITIVE"]));
    assert_eq!(cells(&table, "POSITIVE")[..2], of(&["0.1", "0.9"])[..]);
    // As one array, with keys of another order and name, and labels by falling score.
    let text =
        r#"[[{"score": 0.7, "class": "b"}, {"score": 0.3, "class": "a"}], [{"class": "a", "score": 0.6}, {"class": "b", "score": 0.4}]]"#;
    let table = read_text(text).unwrap().table;
    assert_eq!((cells(&table, "a"), cells(&table, "b")), (of(&["0.3", "0.6"]), of(&["0.7", "0.4"])));
    // The best two of three labels: the third is missing in a row.
    let text = "[{\"label\":\"x\",\"score\":0.6},{\"label\":\"y\",\"score\":0.3}]\n[{\"label\":\"z\",\"score\":0.5},{\"label\":\"x\",\"score\":0.4}]";
    let table = read_text(text).unwrap().table;
    assert_eq!((names(&table), cells(&table, "z")), (vec!["x", "y", "z"], of(&["", "0.5"])));
}

#[test]
fn what_is_no_table_is_refused_with_what_mends_it() {
    for text in [r#"{"a": [1, 2], "b": [1, 2, 3]}"#, r#"{"a": [{"x": 1}], "b": [{"y": 2}]}"#, "[[1], {\"a\": 2}]", "[1, [2]]"] {
        let error = read_text(text).expect_err(text);
        assert_eq!(error.code, "unknown_json_layout", "{text}");
        assert!(error.mend.is_some_and(|mend| mend.contains("orient=\"records\"")), "{text}");
    }
    assert_eq!(read_text("[[1, 2], [3").unwrap_err().code, "truncated_json");
    assert_eq!(read_text("[[1, 2], [3 4]]").unwrap_err().code, "malformed_json");
}

#[test]
fn one_record_stays_one_record() {
    let one = read_text(r#"{"text": "hello", "scores": [0.2, 0.8], "meta": {"lang": "en"}}"#).unwrap();
    assert_eq!((one.table.rows, names(&one.table)), (1, vec!["text", "scores", "meta.lang"]));
    let lines = read_text("{\"meta\": {\"a\": 1}}\n{\"meta\": {\"a\": 2}}").unwrap();
    assert_eq!((lines.table.rows, cells(&lines.table, "meta.a")), (2, of(&["1", "2"])));
}

#[test]
fn arrow_files_are_read_by_their_footer() {
    for name in ["23_arrow_rs_file.arrow", "23_arrow_polars21_simple.arrow"] {
        let Some(bytes) = case_file(name) else { return };
        let table = read(name, &bytes);
        assert_eq!(table.rows, 60, "{name}");
        assert!(table.columns.iter().all(|c| c.cells.missing.rows.is_empty() && c.cells.bad.is_empty()), "{name}");
    }
}

#[test]
fn moments_of_far_years_stay_where_they_are() {
    let name = "23_pq_int96.parquet";
    let Some(bytes) = case_file(name) else { return };
    let table = read(name, &bytes);
    let far =
        table.columns.iter().flat_map(|c| (0..table.rows).filter_map(|row| c.cell(row))).filter(|cell| cell.starts_with("9999-12-31"));
    assert!(far.count() > 0, "{:?}", table.columns);
    let early = table.columns.iter().flat_map(|c| (0..table.rows).filter_map(|row| c.cell(row))).filter(|cell| cell.starts_with("18"));
    assert_eq!(early.count(), 0);
}

#[test]
fn a_series_is_a_column() {
    for text in [r#"{"0": 1.5, "1": 2.5, "2": null}"#, r#"{"name": "0", "index": [4, 5, 6], "data": [1.5, 2.5, null]}"#] {
        let table = read_text(text).unwrap().table;
        assert_eq!((names(&table), cells(&table, "0")), (vec!["0"], of(&["1.5", "2.5", ""])), "{text}");
    }
    let record = read_text(r#"{"age": 3, "label": 1}"#).unwrap().table;
    assert_eq!((record.rows, names(&record)), (1, vec!["age", "label"]));
}

#[test]
fn the_best_label_of_every_row_is_a_label_with_its_score() {
    let text = "[{\"label\":\"x\",\"score\":0.6}]\n[{\"label\":\"y\",\"score\":0.9}]\n";
    let table = read_text(text).unwrap().table;
    assert_eq!(
        (names(&table), cells(&table, "label"), cells(&table, "score")),
        (vec!["label", "score"], of(&["x", "y"]), of(&["0.6", "0.9"]))
    );
}

#[test]
fn texts_that_are_no_tables_are_refused_and_rare_separators_told() {
    let text = |text: &str| {
        let mut reader = Reader::new("f.csv", &ReadOptions::default())?;
        reader.push(text.as_bytes())?;
        reader.finish()
    };
    for page in [
        "<!doctype html><html><body>Sign in</body></html>",
        "@relation r\n@attribute a numeric\n@data\n1\n2\n",
        "1 1:0.5 3:2\n0 2:1\n1 1:3\n",
    ] {
        let error = text(page).expect_err(page);
        assert!(error.code == "not_a_table" && error.mend.is_some(), "{page}: {error}");
    }
    for sign in [':', '~'] {
        let body: String = (0..40).map(|i| format!("{i}.5{sign}word{i}{sign}{}\n", i % 2)).collect();
        let read = text(&format!("a{sign}b{sign}label\n{body}")).unwrap();
        assert!(read.facts.problems.iter().any(|p| p.code == "one_column" && p.message.contains(sign)), "{:?}", read.facts.problems);
    }
    let times: String = (0..40).map(|i| format!("10:{i:02}\n")).collect();
    assert!(text(&format!("time\n{times}")).unwrap().facts.problems.iter().all(|p| p.code != "one_column"));
}
