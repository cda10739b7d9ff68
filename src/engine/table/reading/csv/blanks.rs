//! Tables whose fields stand apart by runs of blanks: rewritten with one separator between fields, as they come.

/// What stands between two fields afterwards. Tabs are blanks, so none is left outside quotes.
pub(crate) const SEPARATOR: u8 = b'\t';

/// Where the rewriting is in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    LineStart,
    Between,
    Field,
    Quoted,
    /// Behind a quote within quotes: the next byte tells whether it was doubled.
    Closing,
}

/// Rewrites text that is pushed in slices.
#[derive(Debug, Clone)]
pub(crate) struct Blanks {
    quote: u8,
    place: Place,
}

impl Blanks {
    pub(crate) fn new(quote: u8) -> Self {
        Self { quote, place: Place::LineStart }
    }

    /// Appends the text to `out`, fields separated by [`SEPARATOR`], lines without the blanks around them.
    pub(crate) fn push(&mut self, text: &[u8], out: &mut Vec<u8>) {
        out.reserve(text.len());
        for &byte in text {
            self.place = match self.place {
                Place::Quoted => {
                    out.push(byte);
                    if byte == self.quote { Place::Closing } else { Place::Quoted }
                }
                Place::Closing if byte == self.quote => {
                    out.push(byte);
                    Place::Quoted
                }
                place => match byte {
                    b'\n' | b'\r' => {
                        out.push(byte);
                        Place::LineStart
                    }
                    b' ' | b'\t' if place == Place::LineStart => Place::LineStart,
                    b' ' | b'\t' => Place::Between,
                    _ => {
                        if place == Place::Between {
                            out.push(SEPARATOR);
                        }
                        out.push(byte);
                        let opens = byte == self.quote && matches!(place, Place::LineStart | Place::Between);
                        if opens { Place::Quoted } else { Place::Field }
                    }
                },
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rewritten(slices: &[&str]) -> String {
        let mut blanks = Blanks::new(b'"');
        let mut out = Vec::new();
        for slice in slices {
            blanks.push(slice.as_bytes(), &mut out);
        }
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn runs_of_blanks_become_one_separator() {
        assert_eq!(rewritten(&["  a   b\t c  \r\n 1.5 2  3\n"]), "a\tb\tc\r\n1.5\t2\t3\n");
        assert_eq!(rewritten(&["\"x y\" 1\n\"a \"\" b\"  2\n"]), "\"x y\"\t1\n\"a \"\" b\"\t2\n");
    }

    proptest! {
        #[test]
        fn slices_make_no_difference(text in "[ab \"\t\n]{0,60}", cut in 0usize..60) {
            let cut = cut.min(text.len());
            prop_assert_eq!(rewritten(&[&text[..cut], &text[cut..]]), rewritten(&[&text]));
        }
    }
}
