//! A test that is one learnt rule: what all of them share.

use straingauge_api::{CaseMetric, FailingValue, Figure, Unit};
use straingauge_charts::format::{agreeing, counted, percent, spaced, together};

use super::{exchangeability, impact, reasons, spec};
use crate::Result;
use crate::profile::RuleCount;
use crate::profile::rules::{Rule, RuleKind, Whose, failing_rows};
use crate::stats::chi_square::pooled_design_effect;
use crate::stats::fisher;
use crate::stats::proportions::newcombe;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowReason, RowSet, TestSpec};
use crate::table::FeatureKind;
use crate::text::TextFeature;

/// Values that the figure lists.
const SHOWN: usize = 20;

/// A test of abnormal inputs that asks one kind of learnt rule of every feature.
#[derive(Debug)]
pub struct LearntRule {
    /// The rule.
    pub(super) kind: RuleKind,
    /// The test's id behind the category.
    pub(super) id: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// Whether it runs when the reader says nothing.
    pub(super) default_on: bool,
    /// What it checks.
    pub(super) checks: &'static str,
    /// Why it matters.
    pub(super) matters: &'static str,
    /// What is special about how it is decided.
    pub(super) decided: &'static str,
    /// What the rule asks of a feature, and what a failing row does: `("is within 0 and 10", "lie outside 0 – 10")`.
    pub(super) words: fn(&Rule, &str) -> (String, String),
}

impl LearntRule {
    fn spec(&self) -> TestSpec {
        spec(self.id, self.name, self.default_on, self.checks, self.matters, self.decided)
    }

    /// The place of the feature and of its rule.
    fn find(&self, context: &Context, feature: &str) -> Option<(usize, usize)> {
        let at = context.feature(feature)?;
        let rules = context.frame.rules.features.get(at)?;
        Some((at, rules.rules.iter().position(|r| r.kind() == self.kind)?))
    }
}

impl Question for LearntRule {
    fn tests(&self) -> Vec<TestSpec> {
        vec![self.spec()]
    }

    fn params(&self) -> &'static [&'static str] {
        if self.id == "numeric_outlier" { &["bound_multiplier"] } else { &[] }
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.features.iter())
            .filter(|feature| self.find(context, &feature.name).is_some())
            .map(|feature| Family { subject: FamilySubject::Feature(feature.name.clone()), tests: vec![self.spec().id] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let found = self.find(context, name).and_then(|(at, rule)| {
            let count = |profile: &crate::profile::Profile| profile.rules.features.get(at)?.get(rule).cloned();
            let learnt = context.frame.rules.features.get(at)?.rules.get(rule)?;
            Some((at, learnt, count(&context.reference)?, count(&context.evaluation)?))
        });
        let Some((at, rule, reference, evaluation)) = found else { return Ok(vec![skipped(name)]) };
        if evaluation.rows == 0 || reference.rows == 0 {
            return Ok(vec![skipped(name)]);
        }
        let (asks, fails) = (self.words)(rule, name);
        let mut measured = compare(name, &asks, &fails, &reference, &evaluation);
        if self.kind == RuleKind::UnseenCategorical {
            judge_by_exchangeability(context, at, &mut measured, &evaluation);
        }
        measured.metrics.extend(impact::differences(context, &evaluation));
        measured.also.extend(impact::measure(context, &self.spec(), &evaluation, &fails));
        Ok(vec![Measurement::Measured(Box::new(measured))])
    }

    fn rows(&self, context: &Context, family: &Family, _test: &str) -> Option<RowSet> {
        let FamilySubject::Feature(name) = &family.subject else { return None };
        let (at, rule) = self.find(context, name)?;
        let rules = context.frame.rules.features.get(at)?;
        let evaluation = context.evaluation_rows()?;
        let column = |at: usize| evaluation.columns.get(at).and_then(Option::as_deref);
        let is_text = context.features.get(at).is_some_and(|f| f.kind == FeatureKind::Text);
        let unseen = is_text.then(|| context.feature(&TextFeature::UnseenTokenShare.column(name))).flatten().and_then(column);
        let (rows, _) = failing_rows(rules.rules.get(rule)?, rules, context.frame.columns.get(at)?, column(at)?, unseen, Whose::Other);
        Some(RowSet::Rows(rows))
    }

    fn degrees(&self, context: &Context, family: &Family, _test: &str, rows: &[u32]) -> Option<Vec<f64>> {
        let FamilySubject::Feature(name) = &family.subject else { return None };
        let (at, rule) = self.find(context, name)?;
        reasons::degrees(context, at, context.frame.rules.features.get(at)?.rules.get(rule)?, rows)
    }

    fn reasons(&self, context: &Context, family: &Family, _test: &str, rows: &[u32]) -> Vec<RowReason> {
        let FamilySubject::Feature(name) = &family.subject else { return Vec::new() };
        let rule = self.find(context, name).and_then(|(at, rule)| Some((at, context.frame.rules.features.get(at)?.rules.get(rule)?)));
        rule.map_or_else(Vec::new, |(at, rule)| reasons::of(context, at, rule, rows))
    }
}

fn skipped(feature: &str) -> Measurement {
    Measurement::Skipped(format!("No evaluation row has a value of {feature} to ask about."))
}

/// The shares of failing rows on both sides, compared.
pub(super) fn compare(feature: &str, asks: &str, fails: &str, reference: &RuleCount, evaluation: &RuleCount) -> Measured {
    let share = |c: &RuleCount| c.failing as f64 / c.rows as f64;
    let (p, q) = (share(reference), share(evaluation));
    let (n, m) = (reference.rows as f64, evaluation.rows as f64);
    // Rows that belong together tell as much as fewer rows would.
    let design = pooled_design_effect(n, reference.group_deff(), m, evaluation.group_deff());
    let scaled = |count: u64| (count as f64 / design).round() as u64;
    let p_value = fisher::greater(scaled(reference.failing), scaled(reference.rows), scaled(evaluation.failing), scaled(evaluation.rows));
    let (low, high) = newcombe(p * n / design, n / design, q * m / design, m / design, 0.95);
    let pooled = (reference.failing + evaluation.failing + 1) as f64 / (n + m + 2.0);
    let mut values: Vec<FailingValue> =
        evaluation.values.iter().map(|(value, &count)| FailingValue { value: value.clone(), count }).collect();
    values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    let more = values.len().saturating_sub(SHOWN) as u64 + evaluation.more_values;
    values.truncate(SHOWN);
    // What is there once is not the most frequent of anything.
    let several = values.first().filter(|most| values.len() > 1 && most.count > 1);
    let most = several.map_or_else(String::new, |v| format!(", most often {} ({})", visible(&v.value), spaced(v.count)));
    let metric = |name: &str, value: f64| CaseMetric { kind: "FAILING_INPUTS".to_owned(), metric: name.to_owned(), value: Some(value) };
    Measured {
        statistic: Some(evaluation.failing as f64),
        statistic_unit: Some(Unit::Count),
        effect: Some(q - p),
        interval: Some((low, high)),
        p_value: Some(p_value),
        standard_error: Some((pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m) * design).sqrt()),
        method: "Difference of failing shares; Fisher's exact test, one-sided; Newcombe's interval".to_owned(),
        sentence: sentence([evaluation.failing, evaluation.rows], [q, p], fails, &most),
        n_reference: Some(reference.rows),
        n_evaluation: Some(evaluation.rows),
        row_count: Some(evaluation.failing),
        metrics: vec![metric("count", evaluation.failing as f64), metric("share", q), metric("reference_share", p)],
        figure: Some(Figure::FailingValues { feature: feature.to_owned(), rule: asks.to_owned(), values, more }),
        ..Measured::default()
    }
}

/// Failing rows of all rows, and the shares in evaluation and reference, in words; `fails` completes "12 rows …".
fn sentence([failing, rows]: [u64; 2], [share, before]: [f64; 2], fails: &str, most: &str) -> String {
    let rows = counted(rows, "evaluation row");
    if failing == 0 {
        let before = if before > 0.0 { format!("; {} of the reference rows do", percent(before)) } else { String::new() };
        return format!("None of {rows} {fails}{before}.");
    }
    let [share, known] = together([share, before], Unit::Share);
    let before = if before > 0.0 { known } else { "none".to_owned() };
    format!("{} of {rows} ({share}) {}{most}, against {before} of the reference rows.", spaced(failing), agreeing(failing, fails))
}

fn visible(value: &str) -> &str {
    if value.is_empty() { "(empty)" } else { value }
}

/// Rows that share a new value are not independent: what chance gives is found by dealing the pooled values to both sides.
fn judge_by_exchangeability(context: &Context, at: usize, measured: &mut Measured, evaluation: &RuleCount) {
    let side = |profile: &'_ crate::profile::Profile| profile.columns.get(at).and_then(|c| c.category().cloned());
    let (Some(reference), Some(counted)) = (side(&context.reference), side(&context.evaluation)) else { return };
    let design = reference.group_deff().max(counted.group_deff());
    let scaled = |count: u64| if count == 0 { 0 } else { ((count as f64 / design).round() as u64).max(1) };
    let known = reference.counts.iter().zip(&counted.counts).map(|(a, b)| scaled(a + b));
    let pooled: Vec<u64> = known.chain(counted.unseen.values().map(|&n| scaled(n))).collect();
    let observed: u64 = counted.unseen.values().map(|&n| scaled(n)).sum();
    let n = scaled(reference.rows());
    let total: u64 = pooled.iter().sum();
    let chance = exchangeability::unseen(pooled.into_iter(), n.min(total), total.saturating_sub(n), observed);
    let expected = chance.expected * design / evaluation.rows as f64;
    let share = evaluation.failing as f64 / evaluation.rows as f64;
    // Of values with many rows chance leaves 1e-70 of a row: nothing.
    let effect = if expected < 1e-12 { share } else { share - expected };
    let shift = effect - measured.effect.unwrap_or(effect);
    measured.effect = Some(effect);
    measured.interval = measured.interval.map(|(low, high)| (low + shift, high + shift));
    measured.p_value = Some(chance.p_value);
    "Share of rows with unseen values beyond what dealing the pooled values to both sides gives; p by exchangeability; Newcombe's interval"
        .clone_into(&mut measured.method);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let fails = "leave tier empty";
        assert_eq!(
            sentence([600_000, 12_000_000], [0.05, 0.049_97], fails, ""),
            "600\u{202f}000 of 12\u{202f}000\u{202f}000 evaluation rows (5.000\u{a0}%) leave tier empty, against 4.997\u{a0}% of the reference rows."
        );
        assert_eq!(
            sentence([637, 2_984], [0.213_5, 0.0], fails, ""),
            "637 of 2\u{202f}984 evaluation rows (21.3\u{a0}%) leave tier empty, against none of the reference rows."
        );
        assert_eq!(
            sentence([1, 2_984], [1.0 / 2_984.0, 0.0], fails, ", most often x (1)"),
            "1 of 2\u{202f}984 evaluation rows (0.03\u{a0}%) leaves tier empty, most often x (1), against none of the reference rows."
        );
        assert_eq!(sentence([0, 2_984], [0.0, 0.0], fails, ""), "None of 2\u{202f}984 evaluation rows leave tier empty.");
        assert_eq!(
            sentence([0, 50], [0.0, 0.012], fails, ""),
            "None of 50 evaluation rows leave tier empty; 1.2\u{a0}% of the reference rows do."
        );
    }
}
