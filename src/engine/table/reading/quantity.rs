//! Numbers as people write them: with a currency, a unit, a percent sign, blanks between thousands, brackets for a minus.

use super::locale::CommaReading;

/// A number with what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quantity {
    /// Sign, digits, commas and points, without blanks or apostrophes between thousands.
    pub(crate) core: String,
    /// The currency or unit as it is compared between cells; empty where there is none.
    pub(crate) unit: String,
    /// Digits of a number with blanks between groups of three and no decimals; 0 for other numbers.
    pub(crate) blank_digits: usize,
}

/// Longest cell that is looked at, in bytes.
const LONGEST: usize = 48;

/// Currency signs and abbreviations that stand before or behind an amount.
const CURRENCIES: [&str; 41] = [
    "US$", "AU$", "CA$", "NZ$", "HK$", "MX$", "A$", "C$", "R$", "S$", "$", "€", "£", "¥", "￥", "₹", "₽", "₩", "₺", "₴", "₦", "₫", "₪",
    "฿", "₱", "¢", "kr.", "kr", "Kr", "zł", "Kč", "Ft", "Fr.", "SFr.", "Rs.", "Rs", "лв", "руб", "円", "元", "원",
];

/// ISO 4217 codes in wide use.
const CODES: [&str; 47] = [
    "USD", "EUR", "GBP", "JPY", "CNY", "RMB", "INR", "CHF", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "RUB", "UAH",
    "TRY", "BRL", "MXN", "ARS", "CLP", "COP", "PEN", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "KRW", "THB", "IDR", "MYR", "PHP", "VND",
    "ILS", "AED", "SAR", "QAR", "ZAR", "NGN", "KES", "EGP", "PKR",
];

/// Units that stand behind a number without a blank.
const UNITS: [&str; 74] = [
    "kg", "g", "mg", "µg", "t", "lb", "lbs", "oz", "km", "m", "cm", "mm", "µm", "nm", "mi", "ft", "in", "yd", "l", "L", "ml", "mL", "dl",
    "cl", "s", "ms", "µs", "ns", "sec", "min", "h", "hr", "hrs", "d", "yr", "yrs", "y", "mo", "°", "°C", "°F", "C", "F", "K", "Hz", "kHz",
    "MHz", "GHz", "W", "kW", "MW", "kWh", "Wh", "V", "mV", "mA", "Pa", "hPa", "kPa", "bar", "psi", "B", "KB", "kB", "MB", "GB", "TB", "px",
    "pt", "bp", "bps", "km/h", "mph", "rpm",
];

/// Signs for thousands, millions and more behind an amount; they are kept as a part of the unit.
const MULTIPLES: [&str; 14] = ["k", "K", "m", "M", "mn", "Mn", "bn", "Bn", "B", "tn", "mln", "Mio", "Mrd", "Mio."];

/// Words behind a number that are no units.
const NO_UNITS: [&str; 8] = ["am", "pm", "st", "nd", "rd", "th", "x", "e"];

/// Reads a cell that is no plain number. `None` for codes, phone numbers, dates and words.
pub(crate) fn parse(cell: &[u8]) -> Option<Quantity> {
    let digits = cell.iter().any(u8::is_ascii_digit);
    // `$ -` is nothing in accounting formats: the only amount without a digit.
    if cell.len() > LONGEST || !(digits || (cell.len() < 12 && cell.trim_ascii_end().ends_with(b"-"))) {
        return None;
    }
    // Most cells that are none begin with another letter.
    let first = cell.trim_ascii_start().first()?;
    if first.is_ascii_lowercase() && !matches!(first, b'k' | b'z') || matches!(first, b'#' | b'@' | b'/' | b'"' | b'_') {
        return None;
    }
    let text = std::str::from_utf8(cell).ok()?.trim();
    let (text, mut negative) = match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inner) => (inner.trim(), true),
        None => (text, false),
    };
    let bracketed = negative;
    let (text, before) = strip_sign(text);
    let (text, prefix) = strip_currency(text);
    // Accounting formats put the currency before the brackets, and a dash for nothing.
    let (text, bracketed) = match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).filter(|_| prefix.is_some() && !bracketed) {
        Some(inner) => (inner.trim(), true),
        None => (text, bracketed),
    };
    negative |= bracketed;
    if let (Some(unit), "-" | "–") = (&prefix, text) {
        return Some(Quantity { core: "0".to_owned(), unit: unit.clone(), blank_digits: 0 });
    }
    let whole = without_dashes(text);
    let text = whole.as_deref().unwrap_or(text);
    let (text, inside) = if before.is_none() { strip_sign(text) } else { (text, None) };
    let sign = before.or(inside);
    negative |= sign == Some('-');
    let end = text.find(|c: char| !(c.is_ascii_digit() || is_separator(c))).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    let digits = number.trim_end_matches(is_blank);
    let spaced = digits.len() < number.len() || rest.starts_with(is_blank);
    let mut suffix = rest.trim();
    if let Some(without) = suffix.strip_suffix(['-', '−']).filter(|_| sign.is_none() && !bracketed) {
        negative = true;
        suffix = without.trim();
    }
    let (core, blanks) = ungrouped(digits)?;
    let padded = core.len() > 1 && core.starts_with('0') && core.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    if padded || (bracketed && sign.is_some()) || (blanks && sign == Some('+')) {
        return None;
    }
    let unit = match (prefix, unit_of(suffix, spaced)?) {
        (Some(currency), unit) if unit.is_empty() || CODES.contains(&unit.as_str()) => {
            if unit.is_empty() {
                currency
            } else {
                unit
            }
        }
        (Some(currency), unit) if MULTIPLES.contains(&unit.as_str()) => format!("{currency}{unit}"),
        (Some(_), _) => return None,
        (None, unit) => unit,
    };
    let reading = CommaReading::of(core.as_bytes());
    if !(reading.decimal || reading.thousands) {
        return None;
    }
    let blank_digits = if blanks && !core.contains([',', '.']) && unit.is_empty() { core.len() } else { 0 };
    Some(Quantity { core: if negative { format!("-{core}") } else { core }, unit, blank_digits })
}

/// Whether a cell is a number with something around it.
pub(crate) fn is_quantity(cell: &[u8]) -> bool {
    parse(cell).is_some()
}

/// The number of a core without commas: a hundredth of it where the unit is percent, a thousandth for permille.
pub(crate) fn value(core: &str, unit: &str) -> Option<f64> {
    let text = match unit {
        "%" => format!("{core}e-2"),
        "‰" => format!("{core}e-3"),
        _ => core.to_owned(),
    };
    text.parse().ok().filter(|x: &f64| x.is_finite())
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2007}')
}

fn is_separator(c: char) -> bool {
    is_blank(c) || matches!(c, ',' | '.' | '\'' | '\u{2019}')
}

/// A sign off the front, the true minus among them.
fn strip_sign(text: &str) -> (&str, Option<char>) {
    let mut rest = text.chars();
    match rest.next() {
        Some('-' | '−' | '–') => (rest.as_str().trim_start(), Some('-')),
        Some('+') => (rest.as_str().trim_start(), Some('+')),
        _ => (text, None),
    }
}

fn strip_currency(text: &str) -> (&str, Option<String>) {
    for currency in CURRENCIES.iter().chain(&CODES) {
        if let Some(rest) = text.strip_prefix(currency) {
            let rest = rest.trim_start_matches(is_blank);
            if rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '−' | '–' | '+' | '.' | ',' | '(')) {
                return (rest, Some((*currency).to_owned()));
            }
        }
    }
    (text, None)
}

/// Decimals for the dash that says that there are none: `kr. 1.234,-`, `5.–`.
fn without_dashes(text: &str) -> Option<String> {
    let whole = ["-", "–", "—"].iter().find_map(|dash| text.strip_suffix(dash))?;
    whole.ends_with([',', '.']).then(|| format!("{whole}00"))
}

/// The unit that a suffix says, in the form in which cells are compared; `None` where it is none.
fn unit_of(suffix: &str, spaced: bool) -> Option<String> {
    if suffix.is_empty() || matches!(suffix, "%" | "‰") || CURRENCIES.contains(&suffix) || CODES.contains(&suffix) {
        return Some(suffix.to_owned());
    }
    let starts = suffix.starts_with(|c: char| c.is_alphabetic() || matches!(c, '°' | 'µ'));
    let fits = suffix.chars().all(|c| c.is_alphabetic() || matches!(c, '°' | '/' | '²' | '³' | '^' | '·' | '.'));
    let known = UNITS.contains(&suffix) || MULTIPLES.contains(&suffix);
    if !starts || !fits || suffix.chars().count() > 12 || NO_UNITS.iter().any(|w| suffix.eq_ignore_ascii_case(w)) || !(known || spaced) {
        return None;
    }
    // A singular and a plural are one unit.
    let singular = if !known && suffix.len() > 3 { suffix.trim_end_matches('s') } else { suffix };
    Some(singular.trim_end_matches('.').to_owned())
}

/// Digits without the blanks or apostrophes that part groups of three, and whether blanks did.
fn ungrouped(digits: &str) -> Option<(String, bool)> {
    let parting = |c: char| is_blank(c) || matches!(c, '\'' | '\u{2019}');
    if !digits.contains(parting) {
        return (!digits.is_empty()).then(|| (digits.to_owned(), false));
    }
    let (whole, fraction) = match digits.find([',', '.']) {
        Some(at) => digits.split_at_checked(at)?,
        None => (digits, ""),
    };
    let mut groups = whole.split(parting);
    let first = groups.next()?;
    let plain = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let fits = (1..=3).contains(&first.len()) && plain(first) && first != "0" && groups.all(|g| g.len() == 3 && plain(g));
    if !fits || fraction.contains(parting) || fraction.get(1..).is_some_and(|f| f.contains([',', '.'])) {
        return None;
    }
    let blanks = whole.contains(is_blank);
    Some((digits.chars().filter(|&c| !parting(c)).collect(), blanks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_what_stands_around_them() {
        for (cell, core, unit) in [
            ("$10.00", "10.00", "$"),
            ("-$5", "-5", "$"),
            ("$-5", "-5", "$"),
            ("($1,234.50)", "-1,234.50", "$"),
            ("10 €", "10", "€"),
            ("10,50 €", "10,50", "€"),
            ("USD 10", "10", "USD"),
            ("10 USD", "10", "USD"),
            ("$10 USD", "10", "USD"),
            ("kr 10", "10", "kr"),
            ("12%", "12", "%"),
            ("12.5 %", "12.5", "%"),
            ("1'000", "1000", ""),
            ("1’000.5", "1000.5", ""),
            ("1 000", "1000", ""),
            ("1\u{a0}000\u{a0}000", "1000000", ""),
            ("1\u{202f}234,5", "1234,5", ""),
            ("(12)", "-12", ""),
            ("−0.5", "-0.5", ""),
            ("12.50-", "-12.50", ""),
            ("12 kg", "12", "kg"),
            ("12kg", "12", "kg"),
            ("3 days", "3", "day"),
            ("1 day", "1", "day"),
            ("21.5 °C", "21.5", "°C"),
            ("90 km/h", "90", "km/h"),
        ] {
            let found = parse(cell.as_bytes()).unwrap_or_else(|| panic!("{cell} is a number"));
            assert_eq!((found.core.as_str(), found.unit.as_str()), (core, unit), "{cell}");
        }
        assert_eq!(value("10.0", "%"), Some(0.1));
        assert_eq!(value("97.0", "%"), Some(0.97));
    }

    #[test]
    fn codes_are_no_numbers() {
        for cell in [
            "12-34",
            "A12",
            "12A4",
            "01234",
            "007 kg",
            "+49 30 123456",
            "+49 301 234",
            "555-1234",
            "(555) 123-4567",
            "0x1F",
            "1_000",
            "1st",
            "10 am",
            "12 Main St",
            "10:30",
            "2024 01 01",
            "1 00",
            "12 34",
            "v1.2",
            "R10",
            "$",
            "(a)",
            "10115 Berlin Mitte",
            "1.2.3",
            "5x",
        ] {
            assert_eq!(parse(cell.as_bytes()), None, "{cell}");
        }
    }
}
