//! Numbers as a reader sees them, beyond what the charts already know how to write.

pub use straingauge_charts::format::{changed, counted, interval, number, p_value, spaced as count, together, value};

/// What somebody wrote, with a full stop where it has no end of its own.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', '…', ':', ';']) { text.to_owned() } else { format!("{text}.") }
}

/// A sentence with its first letter large; what stands in quotes is a name and keeps its own.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `5.4 MB`, by powers of 1000.
pub fn bytes(n: u64) -> String {
    let mut value = n as f64;
    for unit in ["bytes", "kB", "MB"] {
        if value < 999.5 {
            return if unit == "bytes" || value >= 99.5 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.1} GB")
}

/// `84 ms`, `1.3 s`, `2 min 5 s`.
pub fn duration(ms: f64) -> String {
    if ms < 999.5 {
        format!("{ms:.0} ms")
    } else if ms < 59_950.0 {
        format!("{:.1} s", ms / 1000.0)
    } else {
        let seconds = (ms / 1000.0) as u64;
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

/// The day of an ISO 8601 time with its hour and minute, as the browser's clock has it in UTC: `2026-11-21 20:46`.
pub fn moment(iso: &str) -> String {
    let day = iso.get(..10).unwrap_or(iso);
    iso.get(11..16).map_or_else(|| day.to_owned(), |time| format!("{day} {time}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times() {
        assert_eq!(bytes(512), "512 bytes");
        assert_eq!(bytes(5_421_000), "5.4 MB");
        assert_eq!(bytes(117_000_000), "117 MB");
        assert_eq!(bytes(2_000_000_000), "2.0 GB");
        assert_eq!(duration(84.2), "84 ms");
        assert_eq!(duration(1312.0), "1.3 s");
        assert_eq!(duration(125_000.0), "2 min 5 s");
        assert_eq!(moment("2026-11-21T20:46:25.000Z"), "2026-11-21 20:46");
        assert_eq!(moment(""), "");
    }

    #[test]
    fn a_reason_ends_before_the_next_sentence_begins() {
        assert_eq!(sentence("Known: relabelled this quarter"), "Known: relabelled this quarter.");
        assert_eq!(sentence(" Done. "), "Done.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn names_keep_their_letters() {
        assert_eq!(capital("its name says the truth"), "Its name says the truth");
        assert_eq!(capital("“repaid” has two values"), "“repaid” has two values");
    }

    #[test]
    fn rows_are_counted_in_words() {
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(4425, "row"), "4\u{202f}425 rows");
    }
}
