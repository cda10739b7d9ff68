//! Delimited text and single cells that once were read wrong, each kind with its right value and inputs of our own.

use std::fmt::Write;
use std::sync::Arc;

use straingauge_api::{ColumnType, DataParams, DateOrder, MissingChoice, Problem, Question, QuestionAbout, ReadOptions};
use straingauge_engine::Error;
use straingauge_engine::table::{Column, Read, Reader, Table, Values, dataset};

use super::support::case_file;

fn read_with(bytes: &[u8], options: &ReadOptions) -> Read {
    let mut reader = Reader::new("file.csv", options).expect("a reader");
    for slice in bytes.chunks(100) {
        reader.push(slice).expect("readable bytes");
    }
    reader.finish().expect("a whole file")
}

fn read(text: impl AsRef<[u8]>) -> Read {
    read_with(text.as_ref(), &ReadOptions::default())
}

fn names(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|c| c.name.as_str()).collect()
}

fn column<'a>(read: &'a Read, name: &str) -> &'a Column {
    read.table.column(name).unwrap_or_else(|| panic!("no column {name} in {:?}", names(&read.table)))
}

/// The numbers of a column; NaN where missing.
fn numbers(column: &Column) -> Vec<f64> {
    let Values::Number { values, .. } = &column.values else { panic!("{} holds no numbers: {:?}", column.name, column.values) };
    values.values().to_vec()
}

fn cells(column: &Column) -> Vec<String> {
    (0..column.rows()).map(|row| column.cell(row).unwrap_or_default()).collect()
}

fn problem<'a>(read: &'a Read, code: &str) -> &'a Problem {
    read.facts.problems.iter().find(|p| p.code == code).unwrap_or_else(|| panic!("no {code} in {:?}", read.facts.problems))
}

fn question(read: &Read, about: QuestionAbout) -> &Question {
    read.facts.questions.iter().find(|q| q.about == about).unwrap_or_else(|| panic!("no {about:?} in {:?}", read.facts.questions))
}

/// Sixty rows under a header, made from the row number.
fn rows(header: &str, row: impl Fn(usize) -> String) -> String {
    std::iter::once(header.to_owned()).chain((0..60).map(row)).collect::<Vec<_>>().join("\n") + "\n"
}

/// A file of one column beside a label.
fn one_column(name: &str, cell: impl Fn(usize) -> String) -> Read {
    read(rows(&format!("{name},label"), |i| format!("\"{}\",{}", cell(i), i % 2)))
}

// 04 and 05: the first line.

#[test]
fn a_header_named_like_a_value_stays_a_header() {
    let Some(bytes) = case_file("04_header_lost_name_is_a_value.csv") else { return };
    let of_file = read(bytes);
    assert_eq!((of_file.table.rows, names(&of_file.table)), (60, vec!["age", "treatment", "label"]));
    assert!(of_file.facts.questions.is_empty());

    let words = read(rows("site;arm", |i| format!("{};{}", ["north", "south", "site"][i % 3], ["control", "arm"][i % 2])));
    assert_eq!((words.table.rows, names(&words.table)), (61, vec!["column_1", "column_2"]), "nothing speaks for names");
    let mixed = read(rows("site,arm", |i| format!("{},{}", ["north", "south"][i % 2], ["control", "arm"][i % 2])));
    let asked = question(&mixed, QuestionAbout::Header);
    assert_eq!((mixed.table.rows, asked.readings[0].choice.as_str(), asked.readings[1].choice.as_str()), (60, "header", "row"));
    let as_row = read_with(
        rows("site,arm", |i| format!("{},{}", ["north", "south"][i % 2], ["control", "arm"][i % 2])).as_bytes(),
        &ReadOptions { header: Some(false), ..ReadOptions::default() },
    );
    assert_eq!((as_row.table.rows, as_row.facts.questions.len()), (61, 0));
    let dated = read(rows("kind,day", |i| format!("{},2024-01-{:02}", ["kind", "unkind"][i % 2], i % 28 + 1)));
    assert_eq!((dated.table.rows, names(&dated.table)), (60, vec!["kind", "day"]));
}

#[test]
fn numbers_that_pandas_writes_are_names() {
    let Some(bytes) = case_file("05_predict_proba_header_0_1.csv") else { return };
    let of_file = read(bytes);
    assert_eq!((of_file.table.rows, names(&of_file.table)), (60, vec!["0", "1"]));
    let line = of_file.table.first_line.as_ref().expect("a first line");
    assert!(line.header && !line.open && line.cells == ["0", "1"]);

    let p = |i: usize| [0.25, 0.875, 0.5][i % 3];
    let series = read(rows(",0", |i| format!("{i},{}", p(i))));
    assert_eq!((series.table.rows, series.facts.questions.len()), (60, 0));
    let indexed = read(rows(",0,1", |i| format!("{i},{},{}", p(i), 1.0 - p(i))));
    assert_eq!((indexed.table.rows, names(&indexed.table)), (60, vec!["column_1", "0", "1"]));
    let years = read(rows("2019,2020", |i| format!("{},{}", 1000 + i * 20, 400 + i * 20)));
    assert_eq!((years.table.rows, names(&years.table)), (60, vec!["2019", "2020"]));
    let by_country = read(rows("country,2019,2020", |i| format!("c{i},{}.5,{}.25", i, i + 1)));
    assert_eq!((by_country.table.rows, names(&by_country.table)), (60, vec!["country", "2019", "2020"]));
    let three = read(rows("0,1,2", |i| format!("{},0.0,{}", p(i), 1.0 - p(i))));
    assert_eq!((three.table.rows, names(&three.table)), (60, vec!["0", "1", "2"]));
    let matrix = read(rows("0,1,2,3", |i| format!("{},{},{},{}", i % 7, i % 5, i % 3, i % 2)));
    assert_eq!(matrix.table.rows, 60);

    // Without a header.
    let bare = read((0..60).fold(String::new(), |mut out, i| {
        writeln!(out, "{:.18e} {:.18e}", p(i), 1.0 - p(i)).expect("a string");
        out
    }));
    assert_eq!((bare.table.rows, names(&bare.table)), (60, vec!["column_1", "column_2"]));
    assert_eq!(numbers(&bare.table.columns[0])[..3], [0.25, 0.875, 0.5]);
    let labels = read((0..60).map(|i| format!("{}\n", i % 2)).collect::<String>());
    assert_eq!(labels.table.rows, 60);
    assert_eq!(question(&labels, QuestionAbout::Header).readings[0].choice, "row");
    assert_eq!(
        labels.table.first_line.as_ref().map(|l| (l.header, l.open, l.cells.as_slice())),
        Some((false, true, ["0".to_owned()].as_slice()))
    );
    let scored = read((0..60).map(|i| format!("{},item {i}\n", i + 1)).collect::<String>());
    assert_eq!(scored.table.rows, 60, "a row number is no name");
}

// 14: blanks between fields.

#[test]
fn runs_of_blanks_separate_fields() {
    let Some(bytes) = case_file("14_whitespace_table.txt") else { return };
    let of_file = read(bytes);
    assert_eq!((of_file.table.rows, names(&of_file.table)), (60, vec!["alpha", "beta", "label"]));
    assert_eq!(of_file.facts.delimiter, Some(' '));

    let r = read(rows("\"width\" \"kind\"", |i| format!("\"{}\" {}.5 \"two words\"", i + 1, i)));
    assert_eq!((r.table.rows, names(&r.table)), (60, vec!["row_names", "width", "kind"]));
    assert_eq!(column(&r, "kind").cell(3).as_deref(), Some("two words"));
    let named = read("mpg cyl\nMazda 21 6\nDatsun 22.8 4\nHornet 21.4 6\nValiant 18.1 6\n");
    assert_eq!((named.table.rows, names(&named.table)), (4, vec!["row_names", "mpg", "cyl"]));
    let tabs = read(rows("a\tb   c", |i| format!("  {i}{}x{}     {}.5  ", ["\t ", "   "][i % 2], i % 3, i)));
    assert_eq!((tabs.table.rows, names(&tabs.table)), (60, vec!["a", "b", "c"]));
    let commas = read(rows("# a,b", |i| format!("{:.3e},{:.3e}", i as f64, 0.5)));
    assert_eq!((commas.table.rows, names(&commas.table)), (60, vec!["a", "b"]));
    let numpy = read(rows("# a b", |i| format!("{:.3e} {:.3e}", i as f64, 0.5)));
    assert_eq!((numpy.table.rows, names(&numpy.table)), (60, vec!["a", "b"]));

    for (text, width) in [
        (rows("comment", |i| format!("this is text {i}")), 1),
        (rows("at", |i| format!("2024-01-{:02} 10:00", i % 28 + 1)), 1),
        (rows("first name,last name", |i| format!("Ann B{i},Lee C")), 2),
        (rows("size", |i| format!("{} kg", i + 1)), 1),
    ] {
        assert_eq!(read(&text).table.columns.len(), width, "{text}");
    }
}

// 15: lines that are no rows.

#[test]
fn lines_that_are_no_rows_are_told() {
    let Some(bytes) = case_file("15_title_line_above_header.csv") else { return };
    let of_file = read(bytes);
    assert_eq!((of_file.table.rows, names(&of_file.table)), (60, vec!["alpha", "beta", "label"]));
    assert!(problem(&of_file, "lines_above").message.contains("Monthly report"));

    let body = |i: usize| format!("{}.5,x{},{}", i, i % 3, i % 2);
    let head = "alpha,beta,label";
    for (above, count) in [
        ("# written by a program\n# on 2024-01-01, by hand\n", 2),
        ("Monthly report, January\n\nall sites\n", 2),
        ("Monthly report,,\n", 1),
        ("\"A title, quoted\"\n", 1),
    ] {
        let read = read(format!("{above}{}", rows(head, body)));
        assert_eq!((read.table.rows, names(&read.table)), (60, vec!["alpha", "beta", "label"]), "{above}");
        assert_eq!(problem(&read, "lines_above").count, count, "{above}");
    }
    let excel = read(format!("sep=;\r\n{}", rows(head, body).replace(',', ";")));
    assert_eq!((excel.table.rows, excel.table.columns.len(), excel.facts.delimiter), (60, 3, Some(';')));

    let (first, rest) = {
        let text = rows(head, body);
        let (first, rest) = text.split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("lines");
        (first, rest)
    };
    for units in ["mm,,", "(mm),(kind),(0/1)", "[mm],-,-", "mm,text,class"] {
        let read = read(format!("{first}\n{units}\n{rest}"));
        assert_eq!((read.table.rows, numbers(column(&read, "alpha"))[0]), (60, 0.5), "{units}");
        assert_eq!(column(&read, "alpha").cells.unit.as_deref(), Some("mm"), "{units}");
        assert!(problem(&read, "lines_above").message.contains(units), "{units}");
    }
    for footer in [
        "Total,1800.0,30\n",
        "\n\n(60 rows)\n",
        "60 rows selected.\n",
        "Source: the ministry\n",
        "\nTotal:,,30\n(60 rows)\n",
        "* preliminary\nSource: X, Y\n",
    ] {
        let read = read(format!("{first}\n{rest}{footer}"));
        assert_eq!((read.table.rows, column(&read, "alpha").kind()), (60, ColumnType::Float), "{footer}");
        let shown = footer.trim().lines().next().expect("a line");
        assert!(problem(&read, "lines_below").message.contains(shown), "{footer}: {:?}", read.facts.problems);
    }
    let printed = read(
        (0..60).fold("   alpha  label\n".to_owned(), |out, i| out + &format!("{i:<3} {i:5}.5   x{}\n", i % 3))
            + "\n[60 rows x 2 columns]\n",
    );
    assert_eq!((printed.table.rows, names(&printed.table)), (60, vec!["row_names", "alpha", "label"]));
    let ruled = read(
        " id | kind\n----+------\n".to_owned() + &(0..60).map(|i| format!("{i:3} | k{} \n", i % 3)).collect::<String>() + "(60 rows)\n",
    );
    assert_eq!((ruled.table.rows, cells(column(&ruled, "kind"))[1].as_str()), (60, "k1"));
    let comments = read(format!("{first}\n{}", rest.replacen("7.5,", "# a remark\n7.5,", 1)));
    assert_eq!((comments.table.rows, problem(&comments, "comments").count), (60, 1));
    let counts = read((0..60).fold("60,2,red,green\n".to_owned(), |out, i| out + &format!("{}.5,{}.1,{}\n", i, i % 7, i % 2)));
    assert_eq!((counts.table.rows, counts.table.columns.len()), (60, 3));
    let iris =
        read((0..60).fold("60,4,setosa,versicolor,virginica\n".to_owned(), |out, i| out + &format!("5.{i},3.5,1.4,0.2,{}\n", i % 3)));
    assert_eq!((iris.table.rows, iris.table.columns.len(), iris.table.columns[0].kind()), (60, 5, ColumnType::Float));
    assert!(problem(&iris, "lines_above").message.contains("setosa"));
}

#[test]
fn rows_that_look_odd_stay_rows() {
    let kept = |text: &str| {
        let read = read(text);
        assert!(
            read.facts.problems.iter().all(|p| !p.code.starts_with("lines_") && p.code != "comments"),
            "{text}: {:?}",
            read.facts.problems
        );
        read.table.rows
    };
    assert_eq!(kept("# rooms,kind,label\n0.5,q,0\n1.5,p,1\n2.5,q,0\n"), 3);
    assert_eq!(kept("kind,n\ntotal,3\npart,1\nrest,2\ntotal,3\n"), 4);
    assert_eq!(kept("a,b\n1,2\n3\n4,5,6\n7,8\n"), 4);
    assert_eq!(kept("note\nhello\nall rows\n"), 2);
    assert_eq!(kept("x,y\n?,NA\n1,2\n3,4\n"), 3);
    assert_eq!(kept("name,x\nbob,unknown\njim,2\nann,3\n"), 3);
}

// 13: odd cells in columns of numbers.

#[test]
fn a_few_infinities_leave_a_column_numeric() {
    let Some(bytes) = case_file("13_inf_2_of_60_makes_a_category.csv") else { return };
    let of_file = read(bytes);
    let ratio = column(&of_file, "ratio");
    assert_eq!((ratio.kind(), of_file.table.rows), (ColumnType::Float, 60));
    assert!(numbers(ratio).iter().all(|x| !x.is_infinite()));
    assert_eq!(
        (ratio.cells.missing.spellings.as_slice(), ratio.cells.missing.rows.as_slice()),
        (["inf".to_owned()].as_slice(), [7, 9].as_slice())
    );
    let told = problem(&of_file, "infinite_values");
    assert_eq!((told.count, told.details.row, told.examples[0].text.as_str()), (2, Some(8), "inf"));

    for odd in ["inf", "-inf", "Infinity", "1.#INF", "-1.#INF", "1e999", "∞"] {
        let read = one_column("x", |i| if i % 9 == 4 { odd.to_owned() } else { format!("{i}.5") });
        assert_eq!(numbers(column(&read, "x")).iter().filter(|x| x.is_nan()).count(), 7, "{odd}");
        assert_eq!((problem(&read, "infinite_values").count, column(&read, "x").cells.bad.len()), (7, 0), "{odd}");
    }
    for odd in [".", "N.A.", "--", "#DIV/0!", "#N/A", "#VALUE!", "n.a."] {
        let read = one_column("x", |i| if i % 9 == 4 { odd.to_owned() } else { format!("{i}") });
        let x = column(&read, "x");
        assert_eq!((x.kind(), numbers(x)[5], x.cells.bad.len()), (ColumnType::Integer, 5.0, 0), "{odd}");
        assert_eq!(
            (x.cells.missing.spellings.as_slice(), x.cells.missing.counts.as_slice()),
            ([odd.to_owned()].as_slice(), [7].as_slice()),
            "{odd}"
        );
    }
    let first = one_column("x", |i| if i == 0 { "-inf".to_owned() } else { format!("{i}.25") });
    assert_eq!(column(&first, "x").kind(), ColumnType::Float);
    let words = one_column("x", |i| ["low", "--", "high"][i % 3].to_owned());
    assert_eq!(cells(column(&words, "x"))[1], "--", "among words it is a word");
}

#[test]
fn infinities_of_records_are_missing_too() {
    let text: String = (0..60).map(|i| if i == 7 { "{\"x\": \"inf\"}\n".to_owned() } else { format!("{{\"x\": {i}.5}}\n") }).collect();
    let read = read(text);
    assert_eq!((column(&read, "x").kind(), problem(&read, "infinite_values").count), (ColumnType::Float, 1));
}

// 18 and 20: numbers with something around them.

#[test]
fn amounts_with_a_currency_are_numbers() {
    let Some(bytes) = case_file("18_price_with_currency_becomes_an_id.csv") else { return };
    let of_file = read(bytes);
    let price = column(&of_file, "price");
    let values = numbers(price);
    assert_eq!((values[0], values[59], values.iter().sum::<f64>() / 60.0), (10.0, 83.75, 46.875));
    assert_eq!(price.cells.unit.as_deref(), Some("$"));
    assert_eq!(problem(&of_file, "unit_read").message, "price holds numbers in $: $10.00 is read as 10.");

    let read_as = |cell: &dyn Fn(usize) -> String| {
        let read = one_column("x", cell);
        let x = column(&read, "x");
        (numbers(x)[11], x.cells.unit.clone().unwrap_or_default(), x.cells.bad.len(), x.cells.missing.rows.len())
    };
    let is = |value: f64, unit: &str| (value, unit.to_owned(), 0, 0);
    assert_eq!(read_as(&|i| format!("{i} €")), is(11.0, "€"));
    assert_eq!(read_as(&|i| format!("USD {i}.25")), is(11.25, "USD"));
    assert_eq!(read_as(&|i| format!("kr {i}")), is(11.0, "kr"));
    assert_eq!(read_as(&|i| format!("-${i}.50")), is(-11.5, "$"));
    assert_eq!(read_as(&|i| format!("${},{:03}.50", i + 1, i)), is(12_011.5, "$"));
    assert_eq!(read_as(&|i| format!("{i},50 €")), is(11.5, "€"));
    assert_eq!(read_as(&|i| format!("{i}%")), is(0.11, "%"));
    assert_eq!(read_as(&|i| format!("{}'{:03}", i + 1, i)), is(12_011.0, ""));
    assert_eq!(read_as(&|i| format!("{} {:03}", i + 1, i)), is(12_011.0, ""));
    assert_eq!(read_as(&|i| format!("{}\u{a0}{:03},5", i + 1, i)), is(12_011.5, ""));
    assert_eq!(read_as(&|i| format!("{}\u{202f}{:03}", i + 1, i)), is(12_011.0, ""));
    assert_eq!(read_as(&|i| if i % 3 == 2 { format!("({i})") } else { format!("{i}") }), is(-11.0, ""));
    assert_eq!(read_as(&|i| if i % 3 == 2 { format!("−{i}.5") } else { format!("{i}.5") }), is(-11.5, ""));
    assert_eq!(read_as(&|i| format!("{i} kg")), is(11.0, "kg"));
    assert_eq!(read_as(&|i| format!("{i} day{}", if i == 1 { "" } else { "s" })), is(11.0, "day"));
    assert_eq!(read_as(&|i| format!("{i}.5e3")), is(11_500.0, ""));
    assert_eq!(read_as(&|i| format!("+{i}")), is(11.0, ""));
    let with_gaps = one_column("x", |i| if i % 7 == 3 { ["", "NA", "--"][i % 3].to_owned() } else { format!("${i}") });
    assert_eq!((numbers(column(&with_gaps, "x"))[11], column(&with_gaps, "x").cells.bad.len()), (11.0, 0));
}

#[test]
fn codes_and_words_are_no_numbers() {
    for cell in [
        &(|i: usize| format!("12-{i:02}")) as &dyn Fn(usize) -> String,
        &|i| format!("A{i}"),
        &|i| format!("0{i:04}"),
        &|i| format!("+49 30 {:06}", i * 977),
        &|i| format!("555 {:03} {:03}", i + 100, i + 200),
        &|i| format!("(555) 123-{i:04}"),
        &|i| format!("0x{i:X}"),
        &|i| format!("{i} {}", ["kg", "lb", "km", "m"][i % 4]),
        &|i| if i % 2 == 0 { format!("{i}%") } else { format!("0.{i}") },
        &|i| format!("{i}th"),
        &|i| format!("{}:30", i % 12),
        &|i| format!("v1.{i}"),
        &|i| format!("10.0.0.{i}"),
    ] {
        let read = one_column("x", cell);
        let kind = column(&read, "x").kind();
        assert!(!matches!(kind, ColumnType::Integer | ColumnType::Float), "{} is {kind:?}", cell(7));
        assert_eq!(cells(column(&read, "x"))[7], cell(7));
    }
}

#[test]
fn percentages_are_shares() {
    let Some(bytes) = case_file("20_percent_predictions_run_is_ready.csv") else { return };
    let of_file = read(bytes);
    let pred = numbers(column(&of_file, "pred"));
    assert_eq!(pred[..4], [0.1, 0.911, 0.122, 0.933]);
    assert!(pred.iter().all(|p| (0.0..=1.0).contains(p)));
    assert_eq!(problem(&of_file, "unit_read").message, "pred holds percentages, which are read as shares: 10.0% is 0.1.");
}

#[test]
fn lists_as_python_prints_them_are_lists() {
    for (open, between, close) in [
        ("[np.float64(", "), np.float64(", ")]"),
        ("[", " ", "]"),
        ("[", "\n ", "]"),
        ("[[", " ", "]]"),
        ("(", ", ", ")"),
        ("tensor([", ", ", "])"),
        ("tensor([", ", ", "], dtype=torch.float64)"),
        ("array([", ", ", "])"),
        ("[tensor(", "), tensor(", ")]"),
    ] {
        let read = one_column("p", |i| format!("{open}0.4{between}0.{}{close}", i % 9 + 1));
        let Values::List(lists) = &column(&read, "p").values else { panic!("{open}{between}{close} is no list") };
        assert_eq!((lists.width, lists.row(5)), (2, [0.4, 0.6].as_slice()), "{open}{between}{close}");
    }
}

// 22: dates.

/// The dates of a data set whose `timestampCol` is `date`, as text, or the error.
fn dated(text: &str, options: &ReadOptions) -> Result<Vec<String>, Error> {
    let params = DataParams { timestamp_col: Some("date".into()), ..DataParams::default() };
    let set = dataset(Arc::new(read_with(text.as_bytes(), options).table), "reference", &params, None)?;
    let column = set.table.column("date").expect("the column");
    assert_eq!(column.kind(), ColumnType::Timestamp);
    Ok(cells(column))
}

fn dated_rows(cell: impl Fn(usize) -> String) -> Result<Vec<String>, Error> {
    dated(&rows("date,label", |i| format!("\"{}\",{}", cell(i), i % 2)), &ReadOptions::default())
}

#[test]
fn a_named_column_holds_dates() {
    let Some(bytes) = case_file("22_yyyymmdd.csv") else { return };
    let of_file = dated(std::str::from_utf8(&bytes).expect("UTF-8"), &ReadOptions::default()).expect("dates");
    assert_eq!(
        (of_file[0].as_str(), of_file[27].as_str(), of_file[28].as_str()),
        ("2024-01-01 00:00:00", "2024-01-28 00:00:00", "2024-01-01 00:00:00")
    );

    let day = |i: usize| i % 28 + 1;
    let tenth = "2024-01-10 00:00:00";
    let micros = 1_704_067_200_000_000_u64;
    for (name, found) in [
        ("seconds", dated_rows(|i| format!("{}", micros / 1_000_000 + i as u64 * 86_400))),
        ("milliseconds", dated_rows(|i| format!("{}", micros / 1_000 + i as u64 * 86_400_000))),
        ("microseconds", dated_rows(|i| format!("{}", micros + i as u64 * 86_400_000_000))),
        ("nanoseconds", dated_rows(|i| format!("{}", (micros + i as u64 * 86_400_000_000) * 1_000))),
        ("words", dated_rows(|i| format!("Jan {:02}, 2024", day(i)))),
        ("long words", dated_rows(|i| format!("{} January 2024", day(i)))),
        ("two digits", dated_rows(|i| format!("01/{:02}/24", day(i)))),
        ("slashes", dated_rows(|i| format!("2024/01/{:02}", day(i)))),
        ("iso", dated_rows(|i| format!("2024-01-{:02}T00:00:00Z", day(i)))),
        ("zone name", dated_rows(|i| format!("2024-01-{:02} 01:00:00 CET", day(i)))),
        ("compact", dated_rows(|i| format!("202401{:02}T000000Z", day(i)))),
        ("dashes", dated_rows(|i| format!("{:02}-Jan-24", day(i)))),
    ] {
        assert_eq!(found.as_ref().map(|f| f[9].as_str()), Ok(tenth), "{name}");
    }
    for (name, found) in
        [("months", dated_rows(|i| format!("2024-{:02}", i % 12 + 1))), ("quarters", dated_rows(|i| format!("{}Q{}", 2024, [1, 4][i % 2])))]
    {
        assert_eq!(found.as_ref().map(|f| f[9].as_str()), Ok("2024-10-01 00:00:00"), "{name}");
    }
}

#[test]
fn what_is_no_date_is_refused_by_name() {
    for (found, row, cell) in [
        (dated_rows(|i| if i == 40 || i == 50 { "soon".to_owned() } else { format!("Jan {:02}, 2024", i % 28 + 1) }), 41, "soon"),
        (dated_rows(|i| format!("{}", i + 1)), 1, "1"),
        (dated_rows(|i| ["a", "b"][i % 2].to_owned()), 1, "a"),
    ] {
        let error = found.expect_err("no dates");
        assert_eq!(
            (error.code, error.row, error.column.as_deref(), error.file.as_deref()),
            ("not_a_timestamp", Some(row), Some("date"), Some("file.csv"))
        );
        assert!(error.message.contains(cell) && error.mend.is_some(), "{error}");
    }
}

#[test]
fn numbers_are_days_only_where_something_says_so() {
    let kind = |name: &str, cell: &dyn Fn(usize) -> String| {
        let read = one_column(name, cell);
        column(&read, name).kind()
    };
    assert_eq!(kind("x", &|i| format!("202401{:02}", i % 28 + 1)), ColumnType::Timestamp);
    assert_eq!(kind("day_date", &|i| format!("2024010{}", i % 3 + 1)), ColumnType::Timestamp);
    assert_eq!(kind("x", &|i| format!("2024010{}", i % 3 + 1)), ColumnType::Integer);
    assert_eq!(kind("x", &|i| format!("{}", 20_240_101 + i)), ColumnType::Integer);
    assert_eq!(kind("x", &|i| format!("{}", 1_704_067_200 + i)), ColumnType::Integer);
    assert_eq!(kind("month", &|i| format!("2024-{:02}", i % 12 + 1)), ColumnType::Category);
    assert_eq!(kind("ts", &|i| format!("{}.25", 1_704_067_200 + i)), ColumnType::Timestamp);
    assert_eq!(kind("version", &|i| format!("1.2.{}", i % 30)), ColumnType::Category);
    assert_eq!(kind("code", &|i| format!("12-{:02}", i % 12 + 1)), ColumnType::Category);
}

#[test]
fn the_order_of_day_and_month_is_asked_only_where_it_matters() {
    let questions = |cell: &dyn Fn(usize) -> String| one_column("on", cell).facts.questions;
    assert!(questions(&|i| format!("{:02}/{:02}/2024", i % 12 + 1, i % 12 + 1)).is_empty(), "both readings are one");
    assert!(questions(&|i| format!("01/{:02}/2024", i % 28 + 1)).is_empty(), "28 decides");
    assert!(questions(&|i| format!("2024/01/{:02}", i % 12 + 1)).is_empty(), "the year stands first");
    for cell in [&(|i: usize| format!("01/{:02}/2024", i % 12 + 1)) as &dyn Fn(usize) -> String, &|i| format!("01/{:02}/24", i % 12 + 1)] {
        let asked = questions(cell);
        assert_eq!((asked.len(), asked[0].about), (1, QuestionAbout::DateOrder));
        let readings = &asked[0].readings;
        assert_ne!(readings[0].meaning, readings[1].meaning);
        assert_eq!(
            (readings[0].cell.as_str(), readings[0].meaning.as_str(), readings[1].meaning.as_str()),
            (cell(1).as_str(), "2024-01-02", "2024-02-01")
        );
    }
    let told = read_with(
        rows("on,x", |i| format!("01/{:02}/24,1", i % 12 + 1)).as_bytes(),
        &ReadOptions { date_order: Some(DateOrder::DayFirst), ..ReadOptions::default() },
    );
    assert_eq!((cells(column(&told, "on"))[1].as_str(), told.facts.questions.len()), ("2024-02-01 00:00:00", 0));
}

#[test]
fn the_time_zone_is_asked_once_a_file() {
    let asked =
        read(rows("created,closed", |i| format!("2024-01-{:02} 10:00:00,2024-02-{:02} 11:00", i % 28 + 1, i % 28 + 1))).facts.questions;
    assert_eq!((asked.len(), asked[0].about, asked[0].column.as_str()), (1, QuestionAbout::TimeZone, ""));
    let named = read(rows("created,closed", |i| format!("2024-01-{:02} 10:00:00 UTC,2024-02-{:02} 11:00 CET", i % 28 + 1, i % 28 + 1)));
    assert!(named.facts.questions.is_empty(), "the cells name their zones");
    assert_eq!(cells(column(&named, "closed"))[0], "2024-02-01 10:00:00");
}

// 02: words that may say that there is no value.

#[test]
fn words_of_a_class_column_are_asked_for() {
    let text = rows("x,severity", |i| format!("{i},{}", ["none", "mild", "severe"][i % 3]));
    let of_file = read(&text);
    let asked = question(&of_file, QuestionAbout::MissingValue);
    assert_eq!((asked.column.as_str(), asked.readings[0].choice.as_str(), asked.readings[0].cell.as_str()), ("severity", "value", "none"));
    assert_eq!(asked.reason, "33 % of the rows hold it, beside 2 other values");
    assert_eq!(cells(column(&of_file, "severity"))[..3], ["none", "mild", "severe"]);
    let told = |missing: bool| {
        let choice = MissingChoice { column: "severity".into(), spelling: "none".into(), missing };
        let read = read_with(text.as_bytes(), &ReadOptions { missing_values: vec![choice], ..ReadOptions::default() });
        assert!(read.facts.questions.is_empty());
        cells(column(&read, "severity"))[0].clone()
    };
    assert_eq!((told(true).as_str(), told(false).as_str()), ("", "none"));

    let region = read(rows("x,region", |i| format!("{i},{}", ["EU", "NA", "ASIA"][i % 3])));
    let asked = question(&region, QuestionAbout::MissingValue);
    assert_eq!((asked.readings[0].choice.as_str(), asked.readings[1].choice.as_str()), ("missing", "value"));
    assert_eq!(column(&region, "region").cells.missing.spellings, ["NA"]);
    let label = read(rows("x,label", |i| format!("{i},{}", ["yes", "NA", "maybe"][i % 3])));
    assert_eq!(question(&label, QuestionAbout::MissingValue).readings[0].choice, "value");

    for (why, text) in [
        ("programs write NaN", rows("x,kind", |i| format!("{i},{}", ["a", "NaN", "b"][i % 3]))),
        ("an empty cell is no word", rows("x,kind", |i| format!("{i},{}", ["a", "", "b"][i % 3]))),
        ("numbers have no classes", rows("x,kind", |i| format!("{i},{}", ["1.5", "NA", "2.5"][i % 3]))),
    ] {
        let read = read(&text);
        assert!(read.facts.questions.is_empty(), "{why}: {:?}", read.facts.questions);
        assert_eq!(read.table.columns[1].cells.missing.rows.len(), 20, "{why}");
    }
}

#[test]
fn formats_with_nulls_spell_nothing() {
    let Some(bytes) = case_file("02_class_none_is_lost.json") else { return };
    let of_file = read(bytes);
    let label = column(&of_file, "label");
    assert_eq!((cells(label)[0].as_str(), label.cells.missing.rows.len(), of_file.facts.questions.len()), ("none", 0, 0));
    let own = read("[{\"a\": \"NA\", \"b\": null}, {\"a\": null, \"b\": \"null\"}, {\"a\": \"x\"}]");
    assert_eq!(
        (cells(column(&own, "a")), cells(column(&own, "b"))),
        (vec!["NA".to_owned(), String::new(), "x".into()], vec![String::new(), "null".into(), String::new()])
    );
    assert_eq!(column(&own, "b").cells.missing.spellings, ["null", "(no key)"]);
}

#[test]
fn numbers_in_strings_are_alike() {
    for cells in [["34", "35"], ["3.50", "4.25"], ["$34", "$35"]] {
        let text: String = (0..40).map(|i| format!("{{\"x\": \"{}\"}}\n", cells[i % 2])).collect();
        let read = read(text);
        assert!(matches!(column(&read, "x").values, Values::Number { .. }), "{cells:?}");
    }
    let zips: String = (0..40).map(|i| format!("{{\"x\": \"0{}\"}}\n", 1000 + i)).collect();
    assert_eq!(column(&read(zips), "x").kind(), ColumnType::Category);
}
