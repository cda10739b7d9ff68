//! Which words of a text changed: log-odds ratios under an informative prior (Monroe, Colaresi and Quinn 2008).

use std::collections::BTreeMap;

use straingauge_api::{Cause, CauseKind, TokenChange};
use straingauge_charts::format::percent;

use super::{Rows, cause};
use crate::profile::TokenFrame;
use crate::stats::log_odds;
use crate::stress::Context;
use crate::text::{Gram, grams, text_at};

/// The z-score from which a word is told, and how many are.
const TELLING: f64 = 3.0;
const MOST: usize = 20;
/// Words that a sentence names.
const NAMED: usize = 3;

/// The words that changed most in the text at a place; `None` where none did.
pub(super) fn changed(context: &Context, at: usize, gram: Gram, rows: Rows) -> Option<Cause> {
    let place = context.frame.texts.iter().position(|t| t.feature == at)?;
    let kind = gram as usize;
    let frame = context.frame.texts.get(place)?.grams.get(kind)?;
    let (a, b) = (context.reference.texts.get(place)?.get(kind)?, context.evaluation.texts.get(place)?.get(kind)?);
    let (n, m) = (a.total(), b.total());
    let (documents, others) = (a.documents.max(1) as f64, b.documents.max(1) as f64);
    let seen = frame.names.iter().zip(a.cells.iter().zip(&b.cells)).map(|(name, (x, y))| {
        let change = TokenChange { token: name.clone(), reference: x.documents as f64 / documents, event: y.documents as f64 / others };
        (log_odds::z_score((x.count, n), (y.count, m)), change)
    });
    let mut told: Vec<(f64, TokenChange)> = seen.filter(|t| t.0.abs() >= TELLING).collect();
    // Words that the frame lacks are known where rows are loaded; a full frame leaves room for as much as its rarest word has.
    let rarest = a.cells.get(frame.names.len().wrapping_sub(1)).filter(|_| frame.names.len() >= gram.most());
    let (count_before, texts_before) = rarest.map_or((0.0, 0.0), |c| (c.count, c.documents as f64 / documents));
    told.extend(strangers(rows, at, gram, frame).into_iter().filter_map(|(token, count, texts)| {
        let z = log_odds::z_score((count_before, n), (count, m));
        (z >= TELLING).then_some((z, TokenChange { token, reference: texts_before, event: texts }))
    }));
    told.sort_by(|p, q| q.0.abs().total_cmp(&p.0.abs()).then_with(|| p.1.token.cmp(&q.1.token)));
    told.truncate(MOST);
    let name = &context.features.get(at)?.name;
    let clause = |more: bool| {
        let of = told.iter().filter(|(z, _)| (*z > 0.0) == more).take(NAMED);
        of.map(|(_, t)| format!("{} ({} → {})", t.token, percent(t.reference), percent(t.event))).collect::<Vec<_>>().join(", ")
    };
    let parts: Vec<String> = [("more texts than in the reference have ", clause(true)), ("fewer have ", clause(false))]
        .into_iter()
        .filter(|(_, words)| !words.is_empty())
        .map(|(says, words)| format!("{says}{words}"))
        .collect();
    let first = told.iter().find(|(z, _)| *z > 0.0).map(|(_, t)| t.token.clone());
    let has = |text: &str, token: &str| {
        let mut found = false;
        grams(text, &mut |kind, _, slice| found |= kind == gram && gram.written(slice) == token);
        found
    };
    let examples = first.map_or_else(Vec::new, |token| {
        rows.examples(at, |column, _| {
            let with = (0..column.rows()).filter(|&row| text_at(column, row).is_some_and(|text| has(text, &token)));
            with.map(|row| row as u32).take(super::EXAMPLES).collect()
        })
    });
    (!told.is_empty()).then(|| Cause {
        tokens: told.into_iter().map(|t| t.1).collect(),
        examples,
        ..cause(CauseKind::Tokens, [name.clone()], format!("In {name}, {}.", parts.join("; ")))
    })
}

/// The commonest words of the loaded rows that the frame lacks: as written, their count and their share of the texts.
fn strangers(rows: Rows, at: usize, gram: Gram, frame: &TokenFrame) -> Vec<(String, f64, f64)> {
    let other = frame.names.len();
    let mut counts: BTreeMap<u64, (String, f64, f64, u32)> = BTreeMap::new();
    let mut document = 0u32;
    for column in rows.columns(at) {
        for row in 0..column.rows() {
            let Some(text) = text_at(column, row) else { continue };
            document += 1;
            grams(text, &mut |kind, key, slice| {
                if kind == gram && frame.cell(key) == other {
                    let entry = counts.entry(key).or_insert_with(|| (gram.written(slice), 0.0, 0.0, 0));
                    entry.1 += 1.0;
                    entry.2 += f64::from(u8::from(entry.3 != document));
                    entry.3 = document;
                }
            });
        }
    }
    let mut found: Vec<(String, f64, f64)> =
        counts.into_values().map(|(token, count, texts, _)| (token, count, texts / f64::from(document))).collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found.truncate(MOST);
    found
}
