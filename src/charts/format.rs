//! Numbers as a reader sees them: one way for the page, the charts and the reports.
//!
//! A true minus sign (U+2212), thin spaces between thousands (U+202F), a no-break space before `%`.

use straingauge_api::Unit;

/// A value in its unit; a dash where there is none.
pub fn value(x: Option<f64>, unit: Unit) -> String {
    let Some(x) = x.filter(|x| x.is_finite()) else { return "–".to_owned() };
    match unit {
        Unit::Score => signed(&format!("{x:.3}")),
        Unit::Share => percent(x),
        Unit::Points => signed(&format!("{:.1} points", x * 100.0)),
        Unit::Distance => signed(&if x.abs() < 0.01 && x != 0.0 { format!("{x:.4}") } else { format!("{x:.2}") }),
        Unit::Relative => together([x], unit).concat(),
        Unit::Number => number(x),
        Unit::Count => fixed(x, 0),
        Unit::Logical => if x == 0.0 { "no" } else { "yes" }.to_owned(),
    }
}

/// A plain number: about four significant digits, no exponent within reason.
pub fn number(x: f64) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    let size = x.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return signed(&format!("{x:.2e}"));
    }
    if size >= 1000.0 {
        return fixed(x, 0);
    }
    let decimals = match size {
        s if s >= 100.0 => 1,
        s if s >= 10.0 => 2,
        s if s >= 0.1 => 3,
        _ => 5,
    };
    trimmed(x, decimals)
}

/// A value of the data with at most so many decimals, thousands apart.
pub fn trimmed(x: f64, decimals: usize) -> String {
    let text = fixed(x, decimals);
    if text.contains('.') && !text.contains('e') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Values of one unit that are compared, all with the same decimals: as many as their unit and their size ask for, and more where two that
/// differ would read alike.
pub fn together<const N: usize>(values: [f64; N], unit: Unit) -> [String; N] {
    /// Beyond these digits two values that differ may read alike.
    const MORE: usize = 3;
    with_digits(values, unit, MORE)
}

/// Values of one unit that stand beside each other, all with the same decimals: as many as their unit and their size ask for. Two that differ
/// may read alike.
pub fn side_by_side<const N: usize>(values: [f64; N], unit: Unit) -> [String; N] {
    with_digits(values, unit, 0)
}

fn with_digits<const N: usize>(values: [f64; N], unit: Unit, more: usize) -> [String; N] {
    let scaled = values.map(|x| match unit {
        Unit::Share | Unit::Points | Unit::Relative => x * 100.0,
        _ => x,
    });
    let size = scaled.iter().filter(|x| x.is_finite()).fold(0.0, |most: f64, x| most.max(x.abs()));
    // What is nothing beside the others, or on a scale that ends at 1, reads as nothing, without an exponent.
    let bounded = matches!(unit, Unit::Score | Unit::Share | Unit::Points | Unit::Relative);
    let scaled = scaled.map(|x| if x.abs() < 0.5e-7 && (bounded || size >= 0.5e-4) { 0.0 } else { x });
    let whole = scaled.iter().all(|x| x.fract() == 0.0);
    let least = match unit {
        Unit::Count | Unit::Logical => return values.map(|x| value(Some(x), unit)),
        Unit::Score => 3,
        Unit::Share | Unit::Points => 1,
        Unit::Relative => usize::from(size < 10.0),
        Unit::Distance => 2,
        Unit::Number if whole => 0,
        Unit::Number => decimals(size),
    };
    let alike = |decimals: usize| {
        let texts = scaled.map(|x| fixed(x, decimals));
        let pairs = scaled.iter().zip(&texts).enumerate();
        // What rounding makes of one number is one number.
        let differ = |x: f64, y: f64| (x - y).abs() > 1e-9 * size;
        pairs.clone().any(|(i, (x, text))| pairs.clone().skip(i + 1).any(|(_, (y, other))| differ(*x, *y) && text == other))
    };
    let most = least + more;
    let decimals = (least..most).find(|&d| !alike(d)).unwrap_or(most);
    scaled.map(|x| match unit {
        _ if !x.is_finite() => "–".to_owned(),
        Unit::Relative if x > 0.0 => format!("+{}\u{a0}%", fixed(x, decimals)),
        Unit::Share | Unit::Relative => format!("{}\u{a0}%", fixed(x, decimals)),
        Unit::Points => format!("{} points", fixed(x, decimals)),
        _ => fixed(x, decimals),
    })
}

/// A value before, after, and what it changed by, all with the same digits; the change with its sign, of shares in points.
pub fn changed(from: f64, to: f64, unit: Unit) -> [String; 3] {
    let [a, b, change] = together([from, to, to - from], unit);
    let change = if unit == Unit::Share { change.replace("\u{a0}%", " points") } else { change };
    let nothing = !change.chars().any(|c| ('1'..='9').contains(&c));
    let sign = if to > from && !nothing && !change.starts_with('+') { "+" } else { "" };
    let change = if nothing { change.trim_start_matches(['\u{2212}', '+']) } else { &change };
    [a, b, format!("{sign}{change}")]
}

/// Decimals that give a number of this size about four digits.
fn decimals(size: f64) -> usize {
    match size {
        s if s >= 1000.0 => 0,
        s if s >= 100.0 => 1,
        s if s >= 10.0 => 2,
        s if s >= 0.1 || s == 0.0 => 3,
        s if s >= 0.01 => 4,
        s if s >= 0.001 => 5,
        s if s >= 1e-4 => 6,
        s if s >= 1e-5 => 7,
        _ => 8,
    }
}

/// A number with so many decimals, thousands apart; far from 1 with an exponent.
fn fixed(x: f64, decimals: usize) -> String {
    let size = x.abs();
    if size >= 1e15 || (size != 0.0 && size < 0.5e-7) {
        return signed(&format!("{x:.2e}"));
    }
    let text = format!("{size:.decimals$}");
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let whole = grouped(whole);
    let text = rest.map_or_else(|| whole.clone(), |rest| format!("{whole}.{rest}"));
    if x < 0.0 { signed(&format!("-{text}")) } else { text }
}

/// A share as a percentage: `12.5 %`; small ones with two digits.
pub fn percent(x: f64) -> String {
    let p = x * 100.0;
    signed(&match p.abs() {
        s if s >= 99.95 || s == 0.0 => format!("{p:.0}\u{a0}%"),
        s if s < 1.0 => format!("{p:.2}\u{a0}%"),
        _ => format!("{p:.1}\u{a0}%"),
    })
}

/// A p- or q-value: `0.032`, `< 0.001`.
pub fn p_value(p: Option<f64>) -> String {
    match p {
        None => "–".to_owned(),
        Some(p) if p < 0.001 => "<\u{202f}0.001".to_owned(),
        Some(p) => format!("{p:.3}"),
    }
}

/// An interval: `0.17 to 0.27`.
pub fn interval(low: Option<f64>, high: Option<f64>, unit: Unit) -> Option<String> {
    let (low, high) = (low?, high?);
    Some(format!("{} to {}", value(Some(low), unit), value(Some(high), unit)))
}

/// A count with its noun: `1 row`, `4 425 rows`, `2 values of city`.
pub fn counted(n: u64, noun: &str) -> String {
    let (head, tail) = noun.split_at(noun.find(" of ").unwrap_or(noun.len()));
    match n {
        1 => format!("1 {noun}"),
        _ if head.ends_with('s') => format!("{} {head}es{tail}", spaced(n)),
        _ => format!("{} {head}s{tail}", spaced(n)),
    }
}

/// So many of all, and their share: `12 of 300 rows (4.0 %)`, `None of 300 rows`; a sentence may begin with it.
pub fn out_of(n: u64, all: u64, noun: &str) -> String {
    match n {
        0 => format!("None of {}", counted(all, noun)),
        n => format!("{} of {} ({})", spaced(n), counted(all, noun), percent(n as f64 / all.max(1) as f64)),
    }
}

/// All of so many: `all 300 rows`, `the only row`.
pub fn all_of(n: u64, noun: &str) -> String {
    if n == 1 { format!("the only {noun}") } else { format!("all {}", counted(n, noun)) }
}

/// A phrase that begins with its verb as many have it, made to fit so many: `repeat a row`, of one `repeats a row`.
pub fn agreeing(n: u64, phrase: &str) -> String {
    let (verb, rest) = phrase.split_at(phrase.find(' ').unwrap_or(phrase.len()));
    match (n, verb) {
        (1, adverb) if adverb.ends_with("ly") => format!("{adverb} {}", agreeing(n, rest.trim_start())),
        (1, "are") => format!("is{rest}"),
        (1, "have") => format!("has{rest}"),
        (1, "do") => format!("does{rest}"),
        (1, _) => format!("{verb}s{rest}"),
        _ => phrase.to_owned(),
    }
}

/// A share within a sentence: `12.5 %`, `none`.
pub fn share_or_none(x: f64) -> String {
    match x {
        x if x <= 0.0 => "none".to_owned(),
        x if x < 0.000_05 => "less than 0.01\u{a0}%".to_owned(),
        x => percent(x),
    }
}

/// Digits in threes with thin spaces.
pub fn spaced(n: u64) -> String {
    grouped(&n.to_string())
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// The text with a true minus sign.
fn signed(text: &str) -> String {
    let zero = text.starts_with('-') && !text.chars().any(|c| ('1'..='9').contains(&c));
    if zero { text.trim_start_matches('-').to_owned() } else { text.replace('-', "\u{2212}") }
}

/// The text cut to `most` characters, with an ellipsis.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_follow_their_unit() {
        let of = |x, unit| value(Some(x), unit);
        assert_eq!(of(0.610_395, Unit::Score), "0.610");
        assert_eq!(of(-0.375, Unit::Score), "\u{2212}0.375");
        assert_eq!(of(-0.0001, Unit::Score), "0.000");
        assert_eq!(of(0.005_275_86, Unit::Share), "0.53\u{a0}%");
        assert_eq!(of(0.021, Unit::Points), "2.1 points");
        assert_eq!(of(0.25, Unit::Relative), "+25\u{a0}%");
        assert_eq!(of(50_000.0, Unit::Count), "50\u{202f}000");
        assert_eq!(value(None, Unit::Score), "–");
        assert_eq!(value(Some(f64::NAN), Unit::Score), "–");
    }

    #[test]
    fn what_is_compared_has_the_same_digits() {
        assert_eq!(together([0.816, 0.776, 0.04], Unit::Score), ["0.816", "0.776", "0.040"]);
        assert_eq!(together([0.900_1, 0.900_4], Unit::Score), ["0.9001", "0.9004"]);
        assert_eq!(together([0.5, 0.5], Unit::Score), ["0.500", "0.500"]);
        assert_eq!(together([75_745_553.222, 5.46e9], Unit::Number), ["75\u{202f}745\u{202f}553", "5\u{202f}460\u{202f}000\u{202f}000"]);
        assert_eq!(together([8_703.192, 21_649.3], Unit::Number), ["8\u{202f}703", "21\u{202f}649"]);
        assert_eq!(together([4_784.184, 4_784.082], Unit::Number), ["4\u{202f}784.2", "4\u{202f}784.1"]);
        assert_eq!(together([0.432, -0.022], Unit::Number), ["0.432", "\u{2212}0.022"]);
        assert_eq!(together([3.0, 12.0], Unit::Number), ["3", "12"]);
        assert_eq!(together([0.000_009_74, 0.000_049], Unit::Number), ["0.0000097", "0.0000490"]);
        assert_eq!(together([0.107, 0.083], Unit::Share), ["10.7\u{a0}%", "8.3\u{a0}%"]);
        assert_eq!(together([0.25, f64::NAN], Unit::Relative), ["+25\u{a0}%", "–"]);
        assert_eq!(together([0.0, 0.0013], Unit::Share), ["0.0\u{a0}%", "0.1\u{a0}%"]);
        assert_eq!(together([-1e-9, 0.1], Unit::Score), ["0.000", "0.100"]);
        assert_eq!(together([0.7, 0.7 + 1e-16, 5e-16], Unit::Score), ["0.700", "0.700", "0.000"]);
        assert_eq!(together([6e-16], Unit::Relative), ["0.0\u{a0}%"]);
    }

    #[test]
    fn counts_and_their_verbs_agree() {
        let of = |n, all| format!("{} {}.", out_of(n, all, "row"), agreeing(n, "have no value"));
        assert_eq!(of(0, 300), "None of 300 rows have no value.");
        assert_eq!(of(1, 300), "1 of 300 rows (0.33\u{a0}%) has no value.");
        assert_eq!(of(12, 12_000), "12 of 12\u{202f}000 rows (0.10\u{a0}%) have no value.");
        assert_eq!(of(1, 1), "1 of 1 row (100\u{a0}%) has no value.");
        assert_eq!([0, 1, 2_500].map(|n| counted(n, "row")), ["0 rows", "1 row", "2\u{202f}500 rows"]);
        assert_eq!([1, 2].map(|n| counted(n, "value of way of life")), ["1 value of way of life", "2 values of way of life"]);
        assert_eq!(counted(2, "class"), "2 classes");
        assert_eq!([1, 2].map(|n| all_of(n, "row")), ["the only row", "all 2 rows"]);
        let verbs = ["are equal", "have", "do so", "lie within 3", "nearly repeat it"].map(|phrase| agreeing(1, phrase));
        assert_eq!(verbs, ["is equal", "has", "does so", "lies within 3", "nearly repeats it"]);
        assert_eq!([0.0, 0.000_01, 0.125].map(share_or_none), ["none", "less than 0.01\u{a0}%", "12.5\u{a0}%"]);
        assert_eq!(side_by_side([0.800_25, 0.800_33], Unit::Score), ["0.800", "0.800"]);
        assert_eq!(side_by_side([3.952, 12.1], Unit::Number), ["3.95", "12.10"]);
    }

    #[test]
    fn changes_have_the_digits_of_what_changed() {
        assert_eq!(changed(0.816, 0.776, Unit::Score), ["0.816", "0.776", "\u{2212}0.040"]);
        assert_eq!(changed(0.432, 0.455, Unit::Number), ["0.432", "0.455", "+0.023"]);
        assert_eq!(changed(0.8325, 0.8325, Unit::Score), ["0.833", "0.833", "0.000"]);
        assert_eq!(changed(0.107, 0.083, Unit::Share), ["10.7\u{a0}%", "8.3\u{a0}%", "\u{2212}2.4 points"]);
        assert_eq!(changed(8_703.2, 21_649.1, Unit::Number), ["8\u{202f}703", "21\u{202f}649", "+12\u{202f}946"]);
    }

    #[test]
    fn numbers_keep_about_four_digits() {
        assert_eq!(number(1_234_567.8), "1\u{202f}234\u{202f}568");
        assert_eq!(number(12.5), "12.5");
        assert_eq!(number(0.25), "0.25");
        assert_eq!(number(-3.0), "\u{2212}3");
        assert_eq!(number(1e-9), "1.00e\u{2212}9");
        assert_eq!(number(100.0), "100");
    }

    #[test]
    fn evidence_and_cuts() {
        assert_eq!(p_value(Some(1e-9)), "<\u{202f}0.001");
        assert_eq!(p_value(Some(0.0321)), "0.032");
        assert_eq!(cut("a long label here", 8), "a long…");
    }
}
