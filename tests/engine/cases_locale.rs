//! Numbers and dates as they are written in different places and by different programs: each as its owner means it, or with a finding.

use straingauge_api::{ColumnType, DataParams, Problem, QuestionAbout, ReadOptions};
use straingauge_engine::session::Session;
use straingauge_engine::table::{Column, Read, Reader, Values};

fn read_with(name: &str, rows: usize, options: &ReadOptions, cell: &dyn Fn(usize) -> String) -> Read {
    let body: String = (0..rows).map(|i| format!("{i};\"{}\";{}\n", cell(i), ["p", "q"][i % 2])).collect();
    let mut reader = Reader::new("file.csv", options).expect("a reader");
    reader.push(format!("k;{name};side\n{body}").as_bytes()).expect("readable bytes");
    reader.finish().expect("a whole file")
}

fn read(name: &str, cell: &dyn Fn(usize) -> String) -> Read {
    read_with(name, 60, &ReadOptions::default(), cell)
}

fn column<'a>(read: &'a Read, name: &str) -> &'a Column {
    read.table.column(name).expect("the column")
}

fn numbers(read: &Read, name: &str) -> Vec<f64> {
    let Values::Number { values, .. } = &column(read, name).values else { panic!("no numbers: {:?}", column(read, name)) };
    values.values().to_vec()
}

fn cells(read: &Read, name: &str) -> Vec<String> {
    (0..read.table.rows).map(|row| column(read, name).cell(row).unwrap_or_default()).collect()
}

fn problem<'a>(read: &'a Read, code: &str) -> Option<&'a Problem> {
    read.facts.problems.iter().find(|p| p.code == code)
}

#[test]
fn amounts_of_many_countries_are_numbers() {
    let is = |wanted: f64, unit: Option<&str>, cell: &dyn Fn(usize) -> String| {
        let found = read("x", cell);
        assert_eq!((numbers(&found, "x")[7], column(&found, "x").cells.unit.as_deref()), (wanted, unit), "{}", cell(7));
    };
    is(807_654.25, Some("₹"), &|i| format!("₹ {},07,654.25", i + 1));
    is(-7_001.5, None, &|i| if i % 7 == 0 { format!("({},001.50)", i.max(1)) } else { format!("{i},001.50") });
    is(-7.5, Some("$"), &|i| if i % 7 == 0 { format!(" $ ({i}.50) ") } else { format!(" $ {i}.50 ") });
    is(0.0, Some("$"), &|i| if i % 7 == 0 { " $ -   ".into() } else { format!(" $ 1,00{}.50 ", i % 10) });
    is(7_234.0, Some("kr."), &|i| format!("kr. {i}.234,-"));
    is(7.5, Some("£m"), &|i| format!("£{i}.5m"));
    is(2_007.0, Some("円"), &|i| format!("{}円", 2_000 + i));
    is(70_000.0, None, &|i| format!("{i},0E+04"));
    is(7_234_000.0, None, &|i| format!("{i}.234.000"));
    is(950.0, None, &|i| ["950", "1.234.567", "12.345"][(i + 2) % 3].into());
}

#[test]
fn addresses_and_telephones_with_points_are_no_numbers() {
    for cell in [&(|i: usize| format!("192.168.100.{}", 100 + i)) as &dyn Fn(usize) -> String, &|i| format!("555.123.{}", 400 + i)] {
        let found = read("x", cell);
        assert_eq!(column(&found, "x").kind(), ColumnType::Category, "{}", cell(7));
    }
}

#[test]
fn points_that_may_be_thousands_are_read_by_what_stands_around_them() {
    // Nobody who writes three decimals leaves them out, and nobody who leaves out zeros writes them.
    let own = read("x", &|i| if i % 3 == 0 { format!("{}", 900 + i) } else { format!("{i}.{}50", i % 10) });
    assert_eq!(numbers(&own, "x")[..3], [900.0, 1150.0, 2250.0]);
    let asked = own.facts.questions.iter().find(|q| q.about == QuestionAbout::Decimal).expect("a question");
    assert_eq!((asked.readings[0].choice.as_str(), asked.readings[0].cell.as_str()), ("comma", "1.150"));
    for (choice, first) in [(straingauge_api::DecimalMark::Comma, 1150.0), (straingauge_api::DecimalMark::Point, 1.15)] {
        let options = ReadOptions { decimal: Some(choice), ..ReadOptions::default() };
        let told = read_with("x", 60, &options, &|i| if i % 3 == 0 { format!("{}", 900 + i) } else { format!("{i}.{}50", i % 10) });
        assert_eq!((numbers(&told, "x")[1], told.facts.questions.len()), (first, 0));
    }
    // Another column shows that the comma is the decimal mark.
    let file = |between: &str, rate: &dyn Fn(usize) -> String| {
        let body: String = (0..60).map(|i| format!("{}.{}{between}{}\n", 1 + i % 9, 234 + i, rate(i))).collect();
        let mut reader = Reader::new("f.csv", &ReadOptions::default()).unwrap();
        reader.push(format!("sum{between}rate\n{body}").as_bytes()).unwrap();
        reader.finish().unwrap()
    };
    let settled = file("\t", &|i| format!("0,{}", 10 + i));
    assert_eq!(numbers(&settled, "sum")[..2], [1234.0, 2235.0]);
    assert!(settled.facts.questions.iter().any(|q| q.about == QuestionAbout::Decimal && q.reason.contains("rate")));
    let open = file("\t", &|i| format!("0.{}", 10 + i));
    assert_eq!((numbers(&open, "sum")[0], open.facts.questions.len()), (1.234, 0));
    // Semicolons alone are a reason to ask.
    let asked = file(";", &|i| format!("w{i}"));
    assert_eq!(numbers(&asked, "sum")[0], 1.234);
    assert!(asked.facts.questions.iter().any(|q| q.about == QuestionAbout::Decimal && q.readings[0].choice == "point"));
}

#[test]
fn a_column_of_numbers_with_a_few_words_says_so() {
    let below = read("x", &|i| if i % 20 == 0 { "<0.5".into() } else { format!("{i}.25") });
    let found = problem(&below, "mostly_numbers").expect("a finding");
    assert!(found.message.contains("57 of 60 cells of x are numbers and 3 are not (“<0.5”"), "{}", found.message);
    let units = read("x", &|i| if i % 2 == 0 { format!("{i}%") } else { format!("{i}") });
    assert!(problem(&units, "mostly_numbers").is_some_and(|p| p.message.contains("several units")));
    let dates = read("when", &|i| if i % 10 == 0 { "pending".into() } else { format!("2024-01-{:02}", 1 + i % 28) });
    assert!(problem(&dates, "mostly_dates").is_some_and(|p| p.message.contains("“pending”")));
    for words in [&(|i: usize| ["red", "7", "blue"][i % 3].to_owned()) as &dyn Fn(usize) -> String, &|i| format!("00{i}")] {
        assert!(problem(&read("x", words), "mostly_numbers").is_none());
    }
    let unknown = read("x", &|i| if i % 9 == 0 { "unknown".into() } else { format!("{i}.5") });
    assert_eq!((column(&unknown, "x").kind(), column(&unknown, "x").cells.missing.rows.len()), (ColumnType::Float, 7));
}

#[test]
fn days_of_spreadsheets_are_dates_where_the_name_says_so() {
    let day = |i: usize| format!("{}", 45_000 + i);
    for name in ["date", "Order Date", "Datum", "day"] {
        let found = read(name, &day);
        assert_eq!(cells(&found, name)[0], "2023-03-15 00:00:00", "{name}");
        assert!(problem(&found, "epoch_assumed").is_some_and(|p| p.message.contains("spreadsheets")));
    }
    let noon = read("Datum", &|i| format!("{}.25", 45_000 + i));
    assert_eq!(cells(&noon, "Datum")[0], "2023-03-15 06:00:00");
    for name in ["response_time", "x", "days_left"] {
        assert!(matches!(column(&read(name, &day), name).values, Values::Number { .. }), "{name}");
    }
    let body: String = (0..60).map(|i| format!("{},{}\n", 45_000 + i, i % 2)).collect();
    let mut session = Session::default();
    let reader = session.open("f.csv", &ReadOptions::default(), true).unwrap();
    session.push(reader, format!("x,label\n{body}").as_bytes()).unwrap();
    let table = session.finish(reader, None).unwrap().0;
    let params = DataParams { timestamp_col: Some("x".into()), ..DataParams::default() };
    let (_, info) = session.dataset(table, "d", &params, None).unwrap();
    assert_eq!(info.columns[0].range.as_ref().map(|r| r.0.as_str()), Some("2023-03-15 00:00:00"));
}

#[test]
fn zones_are_never_dropped() {
    let first = |cell: &dyn Fn(usize) -> String| {
        let found = read("at", cell);
        (cells(&found, "at")[0].clone(), problem(&found, "unknown_zone").is_some(), found.facts.questions.clone())
    };
    let day = |i: usize| format!("2024-07-{:02}", 1 + i % 28);
    for (cell, moment) in [
        (&(|i: usize| format!("{} 10:00 Europe/Berlin", day(i))) as &dyn Fn(usize) -> String, "2024-07-01 08:00:00"),
        (&|i| format!("{}T10:00:00[Europe/Berlin]", day(i)), "2024-07-01 08:00:00"),
        (&|i| format!("{}T10:00:00+02:00[Europe/Berlin]", day(i)), "2024-07-01 08:00:00"),
        (&|i| format!("{}T10:00:00Z[UTC]", day(i)), "2024-07-01 10:00:00"),
        (&|i| format!("{} 10:00:00 (CET)", day(i)), "2024-07-01 09:00:00"),
        (&|i| format!("{:02}.07.2024 10:00 Europe/Berlin", 1 + i % 28), "2024-07-01 08:00:00"),
        (&|i| format!("Jul {:02} 2024 10:00:00 GMT+0200 (Central European Summer Time)", 1 + i % 28), "2024-07-01 08:00:00"),
        (&|i| format!("{} 10:00 US/Pacific", day(i)), "2024-07-01 17:00:00"),
    ] {
        assert_eq!(first(cell), (moment.to_owned(), false, Vec::new()), "{}", cell(0));
    }
    for (cell, name, offset) in [
        (&(|i: usize| format!("{} 10:00:00 IST", day(i))) as &dyn Fn(usize) -> String, "IST", "330"),
        (&|i| format!("{} 10:00 Africa/Cairo", day(i)), "Africa/Cairo", "60"),
        (&|i| format!("Mon Jul {:02} 10:00:00 CST 2024", 1 + i % 28), "CST", "-360"),
    ] {
        let (moment, told, questions) = first(cell);
        assert_eq!((moment.as_str(), told), ("2024-07-01 10:00:00", true), "{}", cell(0));
        let asked = questions.iter().find(|q| q.about == QuestionAbout::TimeZone).expect("a question");
        assert!(asked.reason.contains(name) && asked.readings.iter().any(|r| r.choice == offset), "{asked:?}");
    }
    let options = ReadOptions { utc_offset_minutes: Some(330), ..ReadOptions::default() };
    let told = read_with("at", 60, &options, &|i| format!("{} 10:00:00 IST", day(i)));
    assert_eq!((cells(&told, "at")[0].as_str(), told.facts.questions.len()), ("2024-07-01 04:30:00", 0));
    assert!(problem(&told, "unknown_zone").is_none());
    let states = read("x", &|i| format!("{} 10:00 {}", day(i), ["PASS", "FAIL"][i % 2]));
    assert!(!matches!(column(&states, "x").values, Values::Timestamp(_)), "what follows the time is no zone");
}

#[test]
fn dates_of_other_places_and_programs_are_dates() {
    let day = |i: usize| 1 + i % 28;
    for cell in [
        &(|i: usize| format!("{} juillet 2024", day(i))) as &dyn Fn(usize) -> String,
        &|i| format!("{} de julio de 2024", day(i)),
        &|i| format!("{} luglio 2024", day(i)),
        &|i| format!("2024年7月{}日", day(i)),
        &|i| format!("2024. 07. {:02}.", day(i)),
        &|i| format!("2024 07 {:02}", day(i)),
        &|i| format!("{}.7.24", day(i)),
        &|i| format!("24-07-{:02}", day(i)),
        &|i| format!("/Date({})/", 1_719_792_000_000_u64 + 86_400_000 * (day(i) as u64 - 1)),
        &|i| format!("2024-{:03}", 182 + day(i)),
        &|i| format!("2024-06-{:02} 24:00:00", if day(i) == 1 { 30 } else { 1 }),
    ] {
        assert_eq!(cells(&read("date", cell), "date")[0], "2024-07-01 00:00:00", "{}", cell(0));
    }
    for cell in [
        &(|i: usize| format!("{:02}/07/2024 10:15 p.m.", day(i))) as &dyn Fn(usize) -> String,
        &|i| format!("{:02}/Jul/2024:22:15:00 +0000", day(i)),
        &|i| format!("{:02}-JUL-24 10.15.00.000000 PM", day(i)),
    ] {
        assert_eq!(cells(&read("date", cell), "date")[0], "2024-07-01 22:15:00", "{}", cell(0));
    }
    let open = read("date", &|i| format!("{:02}-07-{}", day(i), 22 + i % 3));
    assert_eq!(cells(&open, "date")[0], "2022-07-01 00:00:00", "few years at the end stay there");
    let sql = read("date", &|i| if i % 9 == 0 { "0000-00-00".into() } else { format!("2024-07-{:02}", day(i)) });
    assert_eq!((column(&sql, "date").kind(), column(&sql, "date").cells.missing.rows.len()), (ColumnType::Timestamp, 7));
    let midnights: String = (0..60).map(|i| format!("{{\"d\":{}}}\n", 1_719_792_000_000_u64 + 86_400_000 * i)).collect();
    let mut reader = Reader::new("f.jsonl", &ReadOptions::default()).unwrap();
    reader.push(midnights.as_bytes()).unwrap();
    assert_eq!(cells(&reader.finish().unwrap(), "d")[0], "2024-07-01 00:00:00");
}

#[test]
fn numbers_that_may_mean_nothing_are_asked_for() {
    let cell = |value: &'static str| move |i: usize| if i.is_multiple_of(6) { value.to_owned() } else { format!("{i}.5") };
    for value in ["-999", "9999"] {
        let found = read("x", &cell(value));
        let asked = found.facts.questions.iter().find(|q| q.about == QuestionAbout::MissingValue).expect("a question");
        assert_eq!((asked.readings[0].choice.as_str(), asked.readings[0].cell.as_str()), ("value", value));
        assert!(asked.reason.starts_with("10 of 60 cells hold it, and all others lie between 1.5 and 59.5"), "{}", asked.reason);
        for missing in [true, false] {
            let choice = straingauge_api::MissingChoice { column: "x".into(), spelling: value.into(), missing };
            let told = read_with("x", 60, &ReadOptions { missing_values: vec![choice], ..ReadOptions::default() }, &cell(value));
            assert!(told.facts.questions.is_empty());
            assert_eq!(column(&told, "x").cells.missing.rows.len(), if missing { 10 } else { 0 });
        }
    }
    for cell in [&(|i: usize| format!("{}", i * 999)) as &dyn Fn(usize) -> String, &|i| format!("{}", 990 + i % 10), &|_| "999".into()] {
        assert!(read("x", cell).facts.questions.is_empty(), "{}", cell(3));
    }
}

#[test]
fn quotes_with_a_backslash_are_characters() {
    let body: String = (0..60).map(|i| format!("{i},\"he said \\\"yes, {i}\\\" and C:\\\\dir\",{}\n", i % 2)).collect();
    let mut reader = Reader::new("spark.csv", &ReadOptions::default()).unwrap();
    for slice in format!("k,text,label\n{body}").as_bytes().chunks(61) {
        reader.push(slice).unwrap();
    }
    let read = reader.finish().unwrap();
    assert_eq!((read.table.rows, read.table.columns.len(), read.facts.problems.len()), (60, 3, 0), "{:?}", read.facts.problems);
    assert_eq!(cells(&read, "text")[7], "he said \"yes, 7\" and C:\\dir");
}
