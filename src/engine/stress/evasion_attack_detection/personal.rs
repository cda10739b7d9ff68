//! Personal data in a text, by their written form and their check digits.
//!
//! A stretch counts only where its form is complete, it stands alone (no letter or digit beside it), and its check digits are right
//! where it has any: cards by Luhn (ISO/IEC 7812-1), IBAN by ISO 13616 modulo 97, French NIR by modulo 97, Spanish DNI and NIE by
//! modulo 23. Plain runs of digits without a check are never taken for telephone numbers.

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Personal {
    /// An e-mail address.
    Email,
    /// A telephone number: `+` with 8 to 15 digits, or a North American number with its separators.
    Phone,
    /// A payment card.
    Card,
    /// A bank account.
    Iban,
    /// A national identity: US social security, UK national insurance, French NIR, Spanish DNI and NIE.
    NationalId,
}

impl Personal {
    /// All of them; their places are the bits of [`personal`].
    pub const ALL: [Self; 5] = [Self::Email, Self::Phone, Self::Card, Self::Iban, Self::NationalId];

    /// Its name in a sentence.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "e-mail address",
            Self::Phone => "telephone number",
            Self::Card => "payment card",
            Self::Iban => "IBAN",
            Self::NationalId => "national identity number",
        }
    }
}

/// The kinds that a text holds, a bit each in the order of [`Personal::ALL`].
pub fn personal(text: &str) -> u8 {
    let bytes = text.as_bytes();
    let mut found = u8::from(bytes.contains(&b'@') && email(bytes));
    if bytes.iter().filter(|b| b.is_ascii_digit()).nth(5).is_none() {
        return found;
    }
    let mut before = b' ';
    for (at, &byte) in bytes.iter().enumerate() {
        let starts = !before.is_ascii_alphanumeric() && before < 0x80;
        if starts && !matches!(before, b'+' | b'.') && (byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'(')) {
            let rest = bytes.get(at..).unwrap_or_default();
            let stretch = Stretch::of(rest);
            let kinds = [false, phone(rest), stretch.card(before), stretch.iban(), stretch.national(rest)];
            found |= kinds.iter().enumerate().fold(0, |bits, (i, &is)| bits | u8::from(is) << i);
        }
        before = byte;
    }
    found
}

/// `local@name.tld`, each part of its own characters.
fn email(bytes: &[u8]) -> bool {
    let at_signs = bytes.iter().enumerate().filter(|(_, b)| **b == b'@').map(|(i, _)| i);
    at_signs.into_iter().any(|at| {
        let (left, right) = (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..).unwrap_or_default());
        let local = left.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-')).count();
        let domain = right.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')).count();
        let domain = right.get(..domain).unwrap_or_default();
        let labels: Vec<&[u8]> = domain.split(|&b| b == b'.').collect();
        // A full stop behind the address belongs to the sentence.
        let labels = labels.strip_suffix(&[&[][..]]).unwrap_or(&labels);
        let tld = labels.last().is_some_and(|l| l.len() >= 2 && l.iter().all(u8::is_ascii_alphabetic));
        local > 0
            && left.last() != Some(&b'.')
            && labels.len() >= 2
            && tld
            && labels.iter().all(|l| !l.is_empty() && l.first() != Some(&b'-'))
    })
}

/// Whether a number begins here: `+` and 8 to 15 digits in groups, or `(212) 555-0123`, `212-555-0123`, `1-212-555-0123`.
fn phone(rest: &[u8]) -> bool {
    let international = rest.first() == Some(&b'+');
    if international && !rest.get(1).is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let (mut digits, mut groups, mut gap, mut end) = (Vec::new(), Vec::<usize>::new(), 1, 0);
    for (at, &byte) in rest.iter().enumerate().skip(usize::from(international)) {
        if byte.is_ascii_digit() {
            if gap > 0 {
                groups.push(0);
            }
            if let Some(group) = groups.last_mut() {
                *group += 1;
            }
            digits.push(byte - b'0');
            (gap, end) = (0, at + 1);
        } else if matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/') && gap < 3 && digits.len() < 16 {
            gap += 1;
        } else {
            break;
        }
    }
    let ends = rest.get(end).is_none_or(|b| !b.is_ascii_alphanumeric() && *b < 0x80);
    if international {
        return ends && (8..=15).contains(&digits.len()) && digits.first() != Some(&0);
    }
    let (own, groups) = match (digits.split_first(), groups.as_slice()) {
        (Some((1, own)), [1, groups @ ..]) => (own, groups),
        _ => (digits.as_slice(), groups.as_slice()),
    };
    let exchange = |at: usize| own.get(at).is_some_and(|&d| d >= 2);
    ends && groups == [3, 3, 4] && exchange(0) && exchange(3)
}

/// Letters and digits from here on, single spaces and hyphens between them left out.
struct Stretch {
    /// Upper case.
    solid: Vec<u8>,
    /// How many of `solid` may end a number: those before a character that is neither letter nor digit.
    ends: Vec<usize>,
}

impl Stretch {
    fn of(rest: &[u8]) -> Self {
        let mut out = Self { solid: Vec::new(), ends: Vec::new() };
        let mut gap = false;
        for &byte in rest.iter().chain(b"\n") {
            if byte.is_ascii_alphanumeric() {
                out.solid.push(byte.to_ascii_uppercase());
                gap = false;
                if out.solid.len() > 34 {
                    break;
                }
            } else {
                if !gap && byte < 0x80 {
                    out.ends.push(out.solid.len());
                }
                if gap || !matches!(byte, b' ' | b'-') {
                    break;
                }
                gap = true;
            }
        }
        out
    }

    /// The first `n` characters, where they stand alone.
    fn alone(&self, n: usize) -> Option<&[u8]> {
        self.ends.contains(&n).then(|| self.solid.get(..n)).flatten()
    }

    fn card(&self, before: u8) -> bool {
        let one = |n: usize| {
            let digits: Vec<u32> = digits_of(self.alone(n)?)?;
            let lead = |k: usize| digits.iter().take(k).fold(0, |acc, d| acc * 10 + d);
            // Issuers by their leading digits: Visa, Mastercard, American Express, Discover, JCB, Diners Club, UnionPay.
            let issued = match n {
                13 | 19 if lead(1) == 4 => true,
                14 => matches!(lead(2), 36 | 38 | 39) || (300..=305).contains(&lead(3)),
                15 => matches!(lead(2), 34 | 37),
                16 => {
                    matches!(lead(2), 51..=55 | 62 | 65)
                        || lead(1) == 4
                        || (2221..=2720).contains(&lead(4))
                        || lead(4) == 6011
                        || (3528..=3589).contains(&lead(4))
                }
                _ => false,
            };
            Some(issued && luhn(&digits))
        };
        before != b'-' && (13..=19).any(|n| one(n) == Some(true))
    }

    fn iban(&self) -> bool {
        let letters = self.solid.iter().take(2).all(u8::is_ascii_uppercase) && self.solid.iter().skip(2).take(2).all(u8::is_ascii_digit);
        letters && (15..=34).any(|n| self.alone(n).is_some_and(|iban| remainder(iban.iter().skip(4).chain(iban.iter().take(4))) == Some(1)))
    }

    fn national(&self, rest: &[u8]) -> bool {
        us_social_security(rest) || self.uk_insurance() || self.french_nir() || self.spanish_dni()
    }

    /// Two letters, six digits, A to D.
    fn uk_insurance(&self) -> bool {
        let Some([a, b, digits @ .., last]) = self.alone(9) else { return false };
        let prefix = a.is_ascii_uppercase() && b.is_ascii_uppercase() && !b"DFIQUV".contains(a) && !b"DFIOQUV".contains(b);
        prefix
            && !matches!(&[*a, *b], b"BG" | b"GB" | b"NK" | b"KN" | b"TN" | b"NT" | b"ZZ")
            && digits.iter().all(u8::is_ascii_digit)
            && matches!(last, b'A'..=b'D')
    }

    /// Sex, year, month, place, order, and 97 less the rest by 97.
    fn french_nir(&self) -> bool {
        let value = |from: usize, n: usize| {
            let digits = digits_of(self.alone(15)?.get(from..from + n)?)?;
            Some(digits.iter().fold(0u64, |acc, d| acc * 10 + u64::from(*d)))
        };
        let month = matches!(value(3, 2), Some(1..=12 | 20..=42 | 50..));
        month
            && matches!(value(0, 1), Some(1..=4 | 7 | 8))
            && value(0, 13).zip(value(13, 2)).is_some_and(|(body, key)| 97 - body % 97 == key)
    }

    /// Eight digits (or X, Y, Z and seven) and the letter of their remainder by 23.
    fn spanish_dni(&self) -> bool {
        let Some([first, digits @ .., letter]) = self.alone(9) else { return false };
        let lead = match first {
            b'X' => 0,
            b'Y' => 1,
            b'Z' => 2,
            b'0'..=b'9' => usize::from(first - b'0'),
            _ => return false,
        };
        let number = digits_of(digits).map(|d| d.iter().fold(lead, |acc, d| acc * 10 + *d as usize));
        number.is_some_and(|n| b"TRWAGMYFPDXBNJZSQVHLCKE".get(n % 23) == Some(letter))
    }
}

/// `123-45-6789`, with an area and a serial that are given out.
fn us_social_security(rest: &[u8]) -> bool {
    let Some(([a, b, c, h1, d, e, h2, serial @ ..], tail)) = rest.split_at_checked(11) else { return false };
    let digit = |x: &u8| x.is_ascii_digit();
    let form = [a, b, c, d, e].into_iter().all(digit) && serial.iter().all(digit) && h1 == h2 && matches!(h1, b'-' | b' ');
    let given = ![b"000", b"666"].contains(&&[*a, *b, *c]) && *a != b'9' && [*d, *e] != *b"00" && serial != b"0000";
    form && given && tail.first().is_none_or(|x| !x.is_ascii_alphanumeric() && *x != b'-' && *x < 0x80)
}

fn digits_of(bytes: &[u8]) -> Option<Vec<u32>> {
    bytes.iter().map(|b| b.is_ascii_digit().then(|| u32::from(b - b'0'))).collect()
}

/// Every second digit from the right but the last doubled, the digits of all summed: a multiple of ten.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(i, &d)| if i % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { d }).sum();
    sum.is_multiple_of(10)
}

/// By 97, letters counting 10 to 35.
fn remainder<'a>(characters: impl Iterator<Item = &'a u8>) -> Option<u32> {
    characters.copied().try_fold(0, |acc, c| match c {
        b'0'..=b'9' => Some((acc * 10 + u32::from(c - b'0')) % 97),
        b'A'..=b'Z' => Some((acc * 100 + u32::from(c - b'A') + 10) % 97),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Personal> {
        let bits = personal(text);
        Personal::ALL.into_iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, kind)| kind).collect()
    }

    #[test]
    fn luhn_knows_its_textbook_number() {
        assert!(luhn(&digits_of(b"79927398713").unwrap()));
        assert!(!luhn(&digits_of(b"79927398710").unwrap()));
    }

    #[test]
    fn known_numbers_are_recognised() {
        for (text, kind) in [
            ("write to jane.doe+x@mail.example.org.", Personal::Email),
            ("call +44 20 7946 0958 now", Personal::Phone),
            ("(212) 555-0123", Personal::Phone),
            ("tel 1-212-555-0123,", Personal::Phone),
            ("my card 4111 1111 1111 1111 please", Personal::Card),
            ("5500-0000-0000-0004", Personal::Card),
            ("340000000000009", Personal::Card),
            ("DE89 3704 0044 0532 0130 00", Personal::Iban),
            ("iban gb82west12345698765432.", Personal::Iban),
            ("FR14 2004 1010 0505 0001 3M02 606", Personal::Iban),
            ("ssn 078-05-1120", Personal::NationalId),
            ("NI: AB 12 34 56 C", Personal::NationalId),
            ("12345678Z", Personal::NationalId),
            ("X1234567L", Personal::NationalId),
            ("255081416802538", Personal::NationalId),
        ] {
            assert_eq!(kinds(text), [kind], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_in_peace() {
        for text in [
            "a @ b",
            "@handle wrote",
            "x@localhost",
            "version 4.11.11",
            "arXiv:0704.0001v2",
            "order 4111111111111112",
            "1234567890123456",
            "DE88 3704 0044 0532 0130 00",
            "000-12-3456",
            "2018-08-09 12:30:45",
            "12345678A",
            "in 1999 and 2001-2002",
            "10.1103/PhysRevLett.98.010505",
            "3.14159265358979",
            "phone 5550123",
            "4,111,111",
            "+1",
            "12 + 34567890",
            "123-456-7890-12",
            "AB123456E",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }
}
