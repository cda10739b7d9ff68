//! The single-row check: what the reference taught, asked of rows before they go to the model.
//!
//! The rules are those of the tests of abnormal inputs, and so is the code that asks them; `required_features` is the one that only a
//! record can break. The cells of a batch are read as the kinds that the reference's columns have.

mod mend;
mod sentences;

use straingauge_api::{Action, CheckRule, ColumnType, Decision, Fired, FirewallConfig};
use straingauge_charts::format::number;

use super::baseline::Baseline;
use crate::Result;
use crate::profile::rules::{PairRule, Rule, Whose, failing_rows};
use crate::profile::{EmbeddingFrame, PairSide, RuleCount, views};
use crate::stress::abnormal_inputs::{asked, test_of};
use crate::table::{Column, Feature, FeatureKind, NO_KEY, Values, records};
use crate::text::{TextFeature, Whose as WhoseText, measure};

/// A rule that more of the reference's own rows break does not block by itself.
const OFTEN: f64 = 0.01;

const REQUIRED: &str = "required_features";
const INCONSISTENCIES: &str = "inconsistencies";
const EMBEDDING: &str = "embedding_anomalies";

/// What is asked.
#[derive(Debug, Clone, Copy)]
enum Subject<'a> {
    /// That the record has a feature.
    Required(usize),
    /// A learnt rule of a feature.
    Rule(usize, &'a Rule),
    /// Two features together.
    Pair(usize, usize, &'a PairRule),
    /// An embedding, by its place in the frame.
    Embedding(&'a EmbeddingFrame),
}

/// A question and what its failing means. What it says in words is made when somebody reads it: single rows are checked one by one.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    subject: Subject<'a>,
    name: &'static str,
    reference_share: f64,
    action: Action,
}

/// Decides about rows.
#[derive(Debug)]
pub struct Checker<'a> {
    baseline: &'a Baseline,
    rules: Vec<Asked<'a>>,
}

impl<'a> Checker<'a> {
    /// The rules that the reference taught, with what the configuration has them do.
    pub fn new(baseline: &'a Baseline, config: &FirewallConfig) -> Self {
        let mut out = Self { baseline, rules: Vec::new() };
        out.add_rules();
        if !config.rules.is_empty() {
            let actions: Vec<Option<Action>> = out.rules.iter().map(|rule| config.rules.get(&out.full_name(rule)).copied()).collect();
            for (rule, own) in out.rules.iter_mut().zip(actions) {
                rule.action = own.or_else(|| config.rules.get(rule.name).copied()).unwrap_or(rule.action);
            }
        }
        out
    }

    /// Every rule, by feature, with its action.
    pub fn rules(&self) -> impl Iterator<Item = CheckRule> {
        self.rules.iter().map(|rule| CheckRule {
            rule: rule.name.to_owned(),
            features: self.features(rule.subject),
            asks: self.asks(rule.subject),
            action: rule.action,
            reference_share: rule.reference_share,
        })
    }

    /// Whether a name of `FirewallConfig::rules` is that of a rule: `unseen_categorical`, `unseen_categorical[city]`.
    pub fn knows(&self, name: &str) -> bool {
        self.rules.iter().any(|rule| rule.name == name || self.full_name(rule) == name)
    }

    /// Decides about a JSON array of records, or about one record; rules whose action is to allow are not asked. Keys that the reference
    /// lacks are left alone.
    ///
    /// # Errors
    /// `invalid_rows` where the text is no records, with the row at which it stops to be.
    pub fn check(&self, rows: &str) -> Result<Vec<Decision>> {
        let (rows, columns) = self.read(rows)?;
        let mut decisions = vec![Decision::default(); rows];
        for rule in self.rules.iter().filter(|rule| rule.action != Action::Allow) {
            self.ask(rule.subject, &columns, rows, &mut |row, sentence| {
                if let Some(decision) = decisions.get_mut(row as usize) {
                    let features = self.features(rule.subject);
                    let fired = Fired { rule: rule.name.to_owned(), features, action: rule.action, sentence };
                    decision.action = decision.action.max(rule.action);
                    decision.rules.push(fired);
                }
            });
        }
        for decision in &mut decisions {
            decision.rules.sort_by_key(|fired| std::cmp::Reverse(fired.action));
        }
        Ok(decisions)
    }

    fn name(&self, at: usize) -> &str {
        self.baseline.features.get(at).map_or("", |f| &f.name)
    }

    /// The features that a rule is about.
    fn features(&self, subject: Subject) -> Vec<String> {
        match subject {
            Subject::Required(at) | Subject::Rule(at, _) => vec![self.name(at).to_owned()],
            Subject::Pair(a, b, _) => vec![self.name(a).to_owned(), self.name(b).to_owned()],
            Subject::Embedding(embedding) => vec![embedding.name.clone()],
        }
    }

    /// `unseen_categorical[city]`.
    fn full_name(&self, rule: &Asked) -> String {
        format!("{}[{}]", rule.name, self.features(rule.subject).join(", "))
    }

    fn asks(&self, subject: Subject) -> String {
        match subject {
            Subject::Required(at) => format!("{} is in the record", self.name(at)),
            Subject::Rule(at, rule) => asked(rule, self.name(at)).1,
            Subject::Pair(a, b, _) => format!("{} and {} stand together as in the reference", self.name(a), self.name(b)),
            Subject::Embedding(e) => format!("{} is at most {} standard deviations from the reference's centre", e.name, number(e.cut)),
        }
    }

    fn add_rules(&mut self) {
        let Baseline { features, frame, reference, .. } = self.baseline;
        let share = |failing: u64, rows: u64| if rows == 0 { 0.0 } else { failing as f64 / rows as f64 };
        let of_count = |count: Option<&RuleCount>| count.map_or(0.0, |c| share(c.failing, c.rows));
        let mut push = |subject, name, reference_share: f64| {
            let strict = name == REQUIRED || name == "feature_type_check";
            let action = if strict && reference_share <= OFTEN { Action::Block } else { Action::Flag };
            self.rules.push(Asked { subject, name, reference_share, action });
        };
        for (at, feature) in features.iter().enumerate() {
            let Some(profile) = reference.columns.get(at).filter(|c| c.rows > 0) else { continue };
            if feature.in_model && feature.measured_in.is_none() && profile.present > 0 {
                push(Subject::Required(at), REQUIRED, share(profile.absent(), profile.rows));
            }
            let counts = reference.rules.features.get(at).map_or(&[][..], Vec::as_slice);
            for (place, rule) in frame.rules.features.get(at).iter().flat_map(|f| &f.rules).enumerate() {
                push(Subject::Rule(at, rule), test_of(rule), of_count(counts.get(place)));
            }
        }
        for (place, rule) in frame.rules.pairs.iter().enumerate() {
            let sides = frame.pairs.get(rule.pair).map(|pair| (pair.a, pair.b));
            let Some((PairSide::Feature(a), PairSide::Feature(b))) = sides else { continue };
            let own = |at: usize| features.get(at).is_some_and(|f| f.measured_in.is_none());
            if own(a) && own(b) {
                push(Subject::Pair(a, b, rule), INCONSISTENCIES, of_count(reference.rules.pairs.get(place)));
            }
        }
        for (embedding, profile) in frame.embeddings.iter().zip(&reference.embeddings) {
            push(Subject::Embedding(embedding), EMBEDDING, of_count(Some(&profile.anomalies)));
        }
    }

    /// The rows as columns of the features' kinds, and behind them those of the embeddings.
    fn read(&self, text: &str) -> Result<(usize, Vec<Option<Column>>)> {
        let Baseline { features, frame, vocabularies, .. } = self.baseline;
        let kind = |feature: &Feature| match feature.kind {
            FeatureKind::Numeric => ColumnType::Float,
            FeatureKind::Categorical => ColumnType::Category,
            FeatureKind::Text => ColumnType::Text,
        };
        let own = features.iter().enumerate().filter(|(_, f)| f.measured_in.is_none());
        let places: Vec<usize> = own.clone().map(|(at, _)| at).collect();
        let mut wanted: Vec<(&str, ColumnType)> = own.map(|(_, f)| (f.name.as_str(), kind(f))).collect();
        wanted.extend(frame.embeddings.iter().map(|e| (e.name.as_str(), ColumnType::List)));
        let (rows, read) = records(text, &wanted)?;
        let mut columns: Vec<Option<Column>> = features.iter().map(|_| None).collect();
        for (index, mut column) in read.into_iter().enumerate() {
            let Some(&at) = places.get(index) else {
                columns.push(column);
                continue;
            };
            if let (Some(column), Some(frame)) = (&mut column, frame.columns.get(at)) {
                mend::read_as_the_reference(column, frame);
            }
            let text = column.as_ref().filter(|c| matches!(c.values, Values::Text(_)));
            let measured = text.map_or_else(Vec::new, |text| {
                let known = vocabularies.iter().find(|v| v.0 == at).map(|v| (&*v.1, WhoseText::Other));
                measure(text, known)
            });
            for (slot, column) in columns.iter_mut().skip(at + 1).zip(measured) {
                *slot = Some(column);
            }
            if let Some(slot) = columns.get_mut(at) {
                *slot = column;
            }
        }
        Ok((rows, columns))
    }

    /// Tells the rows that break a rule, each with its sentence.
    fn ask(&self, subject: Subject, columns: &[Option<Column>], rows: usize, fire: &mut dyn FnMut(u32, String)) {
        let column = |at: usize| columns.get(at).and_then(Option::as_ref);
        match subject {
            Subject::Required(at) => {
                let lacking = column(at).map_or_else(|| (0..rows as u32).collect(), lacking);
                for row in lacking {
                    fire(row, format!("{} is not in the record.", self.name(at)));
                }
            }
            Subject::Rule(at, rule) => {
                let Baseline { frame, reference, .. } = self.baseline;
                let all = column(at).zip(frame.columns.get(at)).zip(frame.rules.features.get(at)).zip(reference.columns.get(at));
                let Some((((column, of), rules), profile)) = all else { return };
                let unseen = matches!(rule, Rule::UnseenUnigram { .. }).then(|| columns.get(at + 1 + unseen_place())?.as_ref()).flatten();
                let (mut failing, _) = failing_rows(rule, rules, of, column, unseen, Whose::Other);
                if matches!(rule, Rule::NullCheck) {
                    // A key that the record lacks is asked about by the rule above.
                    let lacking = lacking(column);
                    failing.retain(|row| lacking.binary_search(row).is_err());
                }
                let told = sentences::Told { rule, name: self.name(at), frame: of, profile, column, unseen };
                for row in failing {
                    fire(row, told.sentence(row));
                }
            }
            Subject::Pair(a, b, rule) => {
                let Baseline { frame, reference, .. } = self.baseline;
                let side = |at: usize| {
                    let (column, of) = (column(at)?, frame.columns.get(at)?.category()?);
                    Some((column, of.cells(&*views::categories(column)?)))
                };
                let (Some(pair), Some((of_a, cells_a)), Some((of_b, cells_b))) = (frame.pairs.get(rule.pair), side(a), side(b)) else {
                    return;
                };
                for row in rule.failing_rows(pair, &cells_a, &cells_b, Whose::Other) {
                    let of = |c: &[u16]| c.get(row as usize).map_or(usize::MAX, |&cell| cell as usize);
                    let together = reference.pairs.get(rule.pair).and_then(|p| Some((*p.table.get(of(&cells_a))?.get(of(&cells_b))?, p.n)));
                    let both = [(self.name(a), of_a), (self.name(b), of_b)];
                    fire(row, sentences::pair(both, row, together.unwrap_or_default()));
                }
            }
            Subject::Embedding(embedding) => {
                let place = self.baseline.frame.embeddings.iter().position(|e| e.name == embedding.name);
                let Some(Values::List(lists)) = place.and_then(|at| column(self.baseline.features.len() + at)).map(|c| &c.values) else {
                    return;
                };
                for row in 0..rows {
                    let distance = embedding.distance(lists.row(row));
                    if distance > embedding.cut {
                        fire(row as u32, sentences::embedding(&embedding.name, distance, embedding.cut));
                    }
                }
            }
        }
    }
}

/// The place of the share of unseen words among what is measured in a text.
fn unseen_place() -> usize {
    TextFeature::ALL.iter().position(|f| *f == TextFeature::UnseenTokenShare).unwrap_or(0)
}

/// Rows whose record does not have the key, ascending.
fn lacking(column: &Column) -> Vec<u32> {
    let missing = &column.cells.missing;
    let Some(code) = missing.spellings.iter().position(|s| s.as_bytes() == NO_KEY) else { return Vec::new() };
    missing.rows.iter().zip(&missing.codes).filter(|(_, c)| **c as usize == code).map(|(row, _)| *row).collect()
}
