//! Faulty inputs as causes: rows that break what the reference taught.

use straingauge_api::{CaseId, Cause, CauseKind};
use straingauge_charts::format::{agreeing, counted, percent, share_or_none, spaced, value};

use super::parts::Fall;
use super::{Rows, cause, change_of, failing, part_of};
use crate::firewall::Record;
use crate::profile::RuleCount;
use crate::profile::rules::Rule;
use crate::stress::Context;
use crate::stress::abnormal_inputs::asked;

/// Values that are told one by one.
const MOST: usize = 5;

/// `312 rows (3.1 %, none in the reference)`, of the shares now and before.
fn rows_of([now, before]: [f64; 2], rows: u64) -> String {
    format!("{} ({}, {} in the reference)", counted(rows, "row"), percent(now), share_or_none(before))
}

fn unusual(shares: [f64; 2], rows: u64, names: &str, several: bool) -> String {
    let what = agreeing(rows, if several { "combine" } else { "have an unusual value of" });
    let as_usual = if several { " as the reference hardly ever does" } else { "" };
    format!("{} {what} {names}{as_usual}.", rows_of(shares, rows))
}

/// A rule of a feature, how it fared on both sides, and what rows that fail it do.
struct Found<'a> {
    at: usize,
    name: &'a str,
    rule: &'a Rule,
    counts: (&'a RuleCount, &'a RuleCount),
    test: &'static str,
    fails: String,
}

impl Found<'_> {
    fn case(&self) -> String {
        format!("abnormal_inputs:{}[{}]", self.test, self.name)
    }

    fn shares(&self) -> (f64, f64) {
        let share = |c: &RuleCount| if c.rows == 0 { 0.0 } else { c.failing as f64 / c.rows as f64 };
        (share(self.counts.0), share(self.counts.1))
    }

    /// `312 rows (3.1 %, 0.2 % in the reference) have amount below 0 or above 80, most often 9999 (200)`.
    fn told(&self) -> String {
        let (p, q) = self.shares();
        let most = self.commonest(1).into_iter().next().filter(|(_, n)| *n > 1 && 10 * *n >= self.counts.1.failing);
        let most = most.map_or_else(String::new, |(v, n)| format!(", most often {v} ({})", spaced(n)));
        format!("{} {}{most}", rows_of([q, p], self.counts.1.failing), agreeing(self.counts.1.failing, &self.fails))
    }

    fn commonest(&self, most: usize) -> Vec<(String, u64)> {
        let mut values: Vec<(String, u64)> = self.counts.1.values.iter().map(|(v, n)| (v.clone(), *n)).collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        values.truncate(most);
        values
    }

    fn cause(&self, context: &Context, sentence: String, rows: Rows) -> Cause {
        Cause {
            rows: Some(self.counts.1.failing),
            case: Some(self.case()),
            examples: rows.examples(self.at, |column, side| failing(context, self.at, self.rule, column, side)),
            ..cause(CauseKind::Abnormal, [self.name.to_owned()], sentence)
        }
    }
}

/// Every learnt rule that some of the event's rows fail.
fn found(context: &Context) -> impl Iterator<Item = Found<'_>> {
    let Context { features, frame, reference, evaluation, .. } = context;
    features.iter().zip(&frame.rules.features).enumerate().flat_map(move |(at, (feature, rules))| {
        let of = reference.rules.features.get(at).map_or(&[][..], Vec::as_slice).iter();
        let both = of.zip(evaluation.rules.features.get(at).map_or(&[][..], Vec::as_slice));
        rules.rules.iter().zip(both).filter(|(_, (_, b))| b.failing > 0).map(move |(rule, counts)| {
            let (test, _, fails) = asked(rule, &feature.name);
            Found { at, name: &feature.name, rule, counts, test, fails }
        })
    })
}

/// Faulty inputs by what they bear of a change.
pub(super) fn bearing(fall: &Fall, rows: Rows) -> Vec<(f64, Cause)> {
    let context = fall.context;
    let of = |f: Found| {
        // New values are a part of their own.
        if matches!(f.rule, Rule::UnseenCategorical) {
            return None;
        }
        let tally = f.counts.1.outcomes.as_ref()?;
        let (p, q) = f.shares();
        let (borne, error) = fall.borne_by(tally)?;
        // The reference's failing rows are counted, not tallied: they are taken to do what these do.
        let borne = borne * (1.0 - (p / q).min(1.0));
        let share = borne / fall.total;
        if share <= super::TELLING || borne.abs() <= 3.0 * error {
            return None;
        }
        let unit = fall.quantity.unit();
        let over = value(fall.quantity.value(fall.frame, tally), unit);
        let sentence = format!(
            "{}; {} is {over} there, which is {} of {}.",
            f.told(),
            fall.quantity.name(fall.frame),
            part_of(share).to_lowercase(),
            change_of(fall)
        );
        let cause = Cause { share: Some(share), ..f.cause(context, sentence, rows) };
        Some((share - super::SURE * error / fall.total.abs(), cause))
    };
    found(context).filter_map(of).collect()
}

/// The values behind an event about faulty inputs.
pub(super) fn values(context: &Context, test: &str, object: &str, rows: Rows) -> Vec<Cause> {
    let Some(f) = found(context).find(|f| f.name == object && test.strip_prefix("abnormal_inputs:") == Some(f.test)) else {
        return Vec::new();
    };
    let all = f.counts.1.failing;
    // Where every row has a value of its own, or all have the same, the values say nothing more.
    if f.commonest(1).iter().all(|(_, n)| *n < 2 || *n == all) {
        return vec![f.cause(context, format!("{}.", f.told()), rows)];
    }
    let of = |(shown, n): (String, u64)| {
        let value = if shown.is_empty() { "(empty)" } else { &shown };
        let sentence = format!("In {} of the {} that {} the value is “{value}”.", spaced(n), counted(all, "row"), f.fails);
        let examples = rows.examples(f.at, |column, side| {
            let mut own = failing(context, f.at, f.rule, column, side);
            own.retain(|&row| crate::profile::rules::shown(column, row) == shown);
            own
        });
        Cause {
            subset: Some(format!("= {shown}")),
            share: Some(n as f64 / all as f64),
            rows: Some(n),
            examples,
            ..f.cause(context, sentence, Rows::default())
        }
    };
    f.commonest(MOST).into_iter().map(of).collect()
}

/// The rules behind an event about the rate of faulty rows, those that most rows fail first.
pub(super) fn rules(context: &Context, records: &[Record], rows: Rows) -> Vec<Cause> {
    let grown = |f: &Found| {
        let (p, q) = f.shares();
        (q - p) * f.counts.1.rows as f64
    };
    let measured = |f: &Found| context.features.get(f.at).is_some_and(|of| of.measured_in.is_some());
    let mut all: Vec<Found> = found(context).filter(|f| grown(f) > 1.0 && !measured(f)).collect();
    all.sort_by(|a, b| grown(b).total_cmp(&grown(a)).then_with(|| a.case().cmp(&b.case())));
    let mut causes: Vec<Cause> = all.iter().take(MOST).map(|f| f.cause(context, format!("{}.", f.told()), rows)).collect();
    let pairs = records.iter().filter(|r| r.test == "abnormal_inputs:inconsistencies" && CaseId::aspect_of(&r.case).is_none());
    causes.extend(pairs.filter_map(|r| told(context, r, rows)));
    causes.sort_by_key(|c| std::cmp::Reverse(c.rows));
    causes
}

/// A judged case of faulty inputs as a cause.
pub(super) fn told(context: &Context, record: &Record, rows: Rows) -> Option<Cause> {
    if let Some(f) = found(context).find(|f| f.case() == record.case) {
        return Some(f.cause(context, format!("{}.", f.told()), rows));
    }
    let count = record.rows.filter(|&n| n > 0)?;
    let names = record.features.join(" and ");
    let (q, p) = (record.value?, record.reference.unwrap_or(0.0));
    let sentence = unusual([q, p], count, &names, record.features.len() > 1);
    Some(Cause { rows: Some(count), case: Some(record.case.clone()), ..cause(CauseKind::Abnormal, record.features.clone(), sentence) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            unusual([0.01, 0.0], 1, "city and country", true),
            "1 row (1.0\u{a0}%, none in the reference) combines city and country as the reference hardly ever does."
        );
        assert_eq!(
            unusual([0.21, 0.002], 1_234, "vector", false),
            "1\u{202f}234 rows (21.0\u{a0}%, 0.20\u{a0}% in the reference) have an unusual value of vector."
        );
    }
}
