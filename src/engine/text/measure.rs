//! From a text column to the columns measured in it.

use std::ops::Range;

use arrow::array::{Array, Float64Array};

use super::{TextFeature, Vocabulary, Whose, language, shape};
use crate::table::{Categories, Cells, Column, MISSING_CODE, Values};

/// Measures a text column, some rows at a time.
#[derive(Debug)]
pub struct Measurer {
    text: String,
    numbers: Vec<(TextFeature, Vec<f64>)>,
    languages: Categories,
}

impl Measurer {
    /// A measurer for a column; what it measures has a row for each of the column's.
    pub fn new(column: &Column) -> Self {
        let rows = crate::profile::views::rows(column);
        let numeric = TextFeature::ALL.into_iter().filter(|f| *f != TextFeature::DetectedLanguage);
        Self {
            text: column.name.clone(),
            numbers: numeric.map(|f| (f, vec![f64::NAN; rows])).collect(),
            languages: Categories { codes: vec![MISSING_CODE; rows], names: Vec::new() },
        }
    }

    /// Measures some rows, each once and in order. Without a vocabulary no share of unseen tokens is known.
    pub fn measure(&mut self, column: &Column, rows: Range<usize>, vocabulary: Option<(&Vocabulary, Whose)>) {
        for row in rows {
            let Some(text) = text_at(column, row) else { continue };
            let s = shape(text);
            for (feature, values) in &mut self.numbers {
                let value = match feature {
                    TextFeature::AverageTokenLength => s.average_token_length(),
                    TextFeature::MaxTokenLength => f64::from(s.longest_token),
                    TextFeature::TokenCount => f64::from(s.tokens),
                    TextFeature::CharacterCount => f64::from(s.characters),
                    TextFeature::SentenceCount => f64::from(s.sentences),
                    TextFeature::PunctuationShare => s.share(s.punctuation),
                    TextFeature::UppercaseShare => f64::from(s.uppercase) / f64::from(s.letters),
                    TextFeature::DigitShare => s.share(s.digits),
                    TextFeature::NonAsciiShare => s.share(s.non_ascii),
                    TextFeature::UnseenTokenShare => vocabulary.map_or(f64::NAN, |(v, whose)| v.unseen_share(text, whose)),
                    TextFeature::UrlCount => f64::from(s.urls),
                    TextFeature::ReadingEase => s.reading_ease(),
                    TextFeature::DetectedLanguage => continue,
                };
                if let Some(slot) = values.get_mut(row) {
                    *slot = value;
                }
            }
            let name = language(text);
            let known = self.languages.names.iter().position(|n| n == name);
            let code = known.unwrap_or_else(|| {
                self.languages.names.push(name.to_owned());
                self.languages.names.len() - 1
            });
            if let Some(slot) = self.languages.codes.get_mut(row) {
                *slot = code as u32;
            }
        }
    }

    /// The columns, in the order of [`TextFeature::ALL`]. A row without text has no value in any; a row without tokens has
    /// none where tokens or letters are divided by.
    pub fn finish(self) -> Vec<Column> {
        let mut languages = Some(self.languages);
        let mut numbers = self.numbers.into_iter();
        let values = |feature: TextFeature| -> Values {
            if feature == TextFeature::DetectedLanguage {
                return Values::Category(languages.take().unwrap_or(Categories { codes: Vec::new(), names: Vec::new() }));
            }
            let values = numbers.next().map_or_else(Vec::new, |(_, v)| v);
            let valid = values.iter().map(|x| !x.is_nan()).collect::<Vec<bool>>();
            let nulls = valid.contains(&false).then(|| arrow::buffer::NullBuffer::from(valid));
            Values::Number { values: Float64Array::new(values.into(), nulls), integer: feature.is_count() }
        };
        let mut values = values;
        TextFeature::ALL.into_iter().map(|f| Column { name: f.column(&self.text), values: values(f), cells: Cells::default() }).collect()
    }
}

/// Measures a whole column at once.
pub fn measure(column: &Column, vocabulary: Option<(&Vocabulary, Whose)>) -> Vec<Column> {
    let mut measurer = Measurer::new(column);
    measurer.measure(column, 0..crate::profile::views::rows(column), vocabulary);
    measurer.finish()
}

/// The text of a row, in a column of texts or of categories; `None` where it is missing.
pub fn text_at(column: &Column, row: usize) -> Option<&str> {
    match &column.values {
        Values::Text(texts) => (row < texts.len() && texts.is_valid(row)).then(|| texts.value(row)),
        Values::Category(categories) => categories.codes.get(row).and_then(|&c| categories.names.get(c as usize)).map(String::as_str),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;

    use super::*;
    use crate::text::features_of;

    #[test]
    fn measures_in_pieces_as_at_once() {
        let texts = StringArray::from(vec![Some("A short title"), None, Some(""), Some("ÜBER 300 www.x.example")]);
        let column = Column { name: "title".to_owned(), values: Values::Text(texts), cells: Cells::default() };
        let vocabulary = Vocabulary::of(&column);
        let whole = measure(&column, Some((&vocabulary, Whose::Reference)));
        let mut pieces = Measurer::new(&column);
        pieces.measure(&column, 0..1, Some((&vocabulary, Whose::Reference)));
        pieces.measure(&column, 1..4, Some((&vocabulary, Whose::Reference)));
        let pieces = pieces.finish();
        assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
        assert_eq!(
            whole.iter().map(|c| c.name.clone()).collect::<Vec<_>>(),
            features_of("title").into_iter().map(|f| f.name).collect::<Vec<_>>()
        );
        let number = |name: &str| match &whole.iter().find(|c| c.name == format!("title.{name}")).unwrap().values {
            Values::Number { values, .. } => values.iter().collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(number("TokenCount"), [Some(3.0), None, Some(0.0), Some(5.0)]);
        assert_eq!(number("UppercaseShare")[3], Some(4.0 / 15.0));
        assert_eq!(number("AverageTokenLength")[2], None);
        assert_eq!(number("UrlCount")[3], Some(1.0));
    }
}
