//! Known defects, planted one at a time into a generated world, each with a strength that can be turned.

// Each of those who include this file uses its own part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use straingauge_api::{Case, RunDocument, Status, TestConfig, Thresholds};
use straingauge_engine::random::Rng;
use straingauge_engine::stress::{TestSpec, questions};

use super::world::{CORRELATION, FOREIGN, Row, Sheet, World, category, config, mass, number};

/// Changes a row before its label and predictions are made: strength, place, stream, row.
type RowChange = fn(f64, usize, &mut Rng, &mut Row);
/// Changes the written files: strength, stream, reference, evaluation.
type SheetChange = fn(f64, &mut Rng, &mut Sheet, &mut Sheet);

/// A defect that can be planted.
pub struct Defect {
    /// What it is, in a few words.
    pub name: &'static str,
    /// Where it is planted.
    pub world: World,
    /// The test whose effect measures its strength, and the features of the case.
    pub measured: (&'static str, &'static [&'static str]),
    /// Tests under which it counts as found; a name that ends in `:` stands for the whole category.
    pub accepted: &'static [&'static str],
    /// Features of which a finding must name one; empty where it concerns whole rows.
    pub about: &'static [&'static str],
    /// The strengths between which it is turned.
    pub range: (f64, f64),
    /// Columns that measuring it needs beside label and predictions; all where empty. Texts and all columns are dear.
    pub columns: &'static [&'static str],
    /// Whether the reference has it too.
    pub in_reference: bool,
    /// What is done to rows.
    pub rows: Option<RowChange>,
    /// What is done to the files.
    pub sheets: Option<SheetChange>,
}

impl Defect {
    /// Draws reference and evaluation with the defect at a strength.
    pub fn plant(&self, seed: u64, strength: f64, sizes: (usize, usize)) -> (Sheet, Sheet) {
        self.planted(seed, strength, sizes, None)
    }

    fn planted(&self, seed: u64, strength: f64, sizes: (usize, usize), wanted: Option<&[&str]>) -> (Sheet, Sheet) {
        let change = self.rows.unwrap_or(|_, _, _, _| {});
        let unchanged: RowChange = |_, _, _, _| {};
        let of_reference = if self.in_reference { change } else { unchanged };
        let mut reference = self.world.sheet(seed, 1, sizes.0, wanted, |at, rng, row| of_reference(strength, at, rng, row));
        let mut evaluation = self.world.sheet(seed, 2, sizes.1, wanted, |at, rng, row| change(strength, at, rng, row));
        if let Some(change) = self.sheets {
            change(strength, &mut Rng::new(seed, 3), &mut reference, &mut evaluation);
        }
        (reference, evaluation)
    }
}

/// How strong a defect is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Between warning and alert threshold: (w + a)/2.
    Weak,
    /// 1.5·a.
    Middle,
    /// 3·a.
    Strong,
}

impl Strength {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Weak, Self::Middle, Self::Strong];

    /// The effect that it stands for; `most` is the largest that the defect can show.
    fn effect(self, thresholds: Thresholds, most: f64) -> f64 {
        let Thresholds { warning: w, alert: a } = thresholds;
        match self {
            Self::Weak => 0.5 * (w + a),
            Self::Middle => (1.5 * a).min(0.5 * (a + most)),
            Self::Strong => (3.0 * a).min(0.5 * (a + most)),
        }
    }
}

/// A defect's settings by strength, with the effects that they have on the population.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Setting and effect of the weak, the middle and the strong defect.
    pub strengths: [(f64, f64); 3],
    /// Rows a side of the population on which the effects were measured.
    pub population: usize,
}

impl Settings {
    /// The setting.
    pub fn of(&self, strength: Strength) -> f64 {
        self.strengths[strength as usize].0
    }

    /// The population's effect.
    pub fn effect(&self, strength: Strength) -> f64 {
        self.strengths[strength as usize].1
    }
}

/// The tests that exist, by id.
pub fn known_tests() -> BTreeMap<String, TestSpec> {
    questions().into_iter().flat_map(straingauge_engine::stress::Question::tests).map(|spec| (spec.id.clone(), spec)).collect()
}

fn cases(document: &RunDocument) -> impl Iterator<Item = (&str, &Case)> {
    document.batches.iter().flat_map(|b| b.cases.iter().map(|c| (b.id.as_str(), c)))
}

/// Rows a side of the population on which effects are measured; texts and whole rows are dearer.
const POPULATION: (usize, usize) = (50_000, 20_000);

impl Defect {
    fn population(&self) -> usize {
        if self.measured.0 == PROBING {
            // Probes are seen by how many stand in a window of the stream, whatever their share.
            return 2_000;
        }
        if self.columns.is_empty() || matches!(self.world, World::Text | World::Entities) { POPULATION.1 } else { POPULATION.0 }
    }
}

/// Columns of a world's rows beside features.
const BESIDE: [&str; 5] = ["label", "score", "prediction", "predicted_entities", "query_id"];

/// The effect of a defect on its population, with nothing but its own test switched on.
fn effect(defect: &Defect, setting: f64) -> f64 {
    let rows = defect.population();
    let names = defect.world.names();
    let needed: Vec<&str> =
        names.iter().copied().filter(|n| defect.columns.contains(n) || n.starts_with("p_") || BESIDE.contains(n)).collect();
    let (reference, evaluation) = defect.planted(99, setting, (rows, rows), (!defect.columns.is_empty()).then_some(needed.as_slice()));
    let mut config = config(defect.name, 1);
    let others = known_tests().into_keys().filter(|id| id != defect.measured.0);
    config.tests = others.map(|id| (id, TestConfig { run: Some(false), ..TestConfig::default() })).collect();
    let document = defect.world.stress(config, &reference, &evaluation);
    let of = cases(&document).filter(|(_, c)| defect.measured.1.iter().all(|f| c.features.iter().any(|g| g == f)) && !c.id.contains('#'));
    of.filter_map(|(_, c)| c.effect).fold(0.0, f64::max)
}

/// Turns a defect until its population shows each strength's effect to 2 %, by false position with bisection.
pub fn calibrate(defect: &Defect, spec: &TestSpec) -> Settings {
    let thresholds = spec.thresholds.expect("a test with thresholds");
    let mut tried = vec![(defect.range.0, effect(defect, defect.range.0)), (defect.range.1, effect(defect, defect.range.1))];
    let most = tried[1].1.min(spec.effect_max);
    let strengths = Strength::ALL.map(|strength| {
        let wanted = strength.effect(thresholds, most);
        for step in 0..10 {
            let above = tried.iter().position(|t| t.1 >= wanted).unwrap_or(tried.len() - 1).max(1);
            let ((low, under), (high, over)) = (tried[above - 1], tried[above]);
            let part = if step % 3 == 2 || over <= under { 0.5 } else { ((wanted - under) / (over - under)).clamp(0.05, 0.95) };
            let at = low + part * (high - low);
            tried.insert(above, (at, effect(defect, at)));
            if (tried[above].1 - wanted).abs() < 0.02 * wanted {
                break;
            }
        }
        tried.iter().copied().min_by(|a, b| (a.1 - wanted).abs().total_cmp(&(b.1 - wanted).abs())).expect("two at least")
    });
    Settings { strengths, population: defect.population() }
}

/// What became of a planted defect.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The place of its group among the findings, from 1; `None` where nothing that counts was found.
    pub rank: Option<usize>,
    /// Cases that count and fail (others warn).
    pub fails: usize,
    /// The first findings, for whoever asks why.
    pub first: Vec<String>,
    /// Of the whole run.
    pub fingerprint: String,
}

/// Plants a defect and judges by the whole catalogue.
pub fn found(defect: &Defect, setting: f64, sizes: (usize, usize), seed: u64) -> Outcome {
    let (reference, evaluation) = defect.plant(seed, setting, sizes);
    outcome(defect, &defect.world.stress(config(defect.name, seed), &reference, &evaluation))
}

fn outcome(defect: &Defect, document: &RunDocument) -> Outcome {
    let accepted = |test: &str| defect.accepted.iter().any(|a| if a.ends_with(':') { test.starts_with(a) } else { test == *a });
    let named = |case: &Case| {
        defect.about.is_empty()
            || case
                .features
                .iter()
                .any(|f| defect.about.iter().any(|a| f == a || f.strip_prefix(a).is_some_and(|rest| rest.starts_with('.'))))
    };
    let counting: Vec<&Case> = cases(document)
        .filter(|(test, case)| matches!(case.status, Status::Fail | Status::Warning) && accepted(test) && named(case))
        .map(|(_, case)| case)
        .collect();
    Outcome {
        rank: document.findings.iter().position(|f| counting.iter().any(|c| f.cases.contains(&c.id))).map(|at| at + 1),
        fails: counting.iter().filter(|c| c.status == Status::Fail).count(),
        first: document
            .findings
            .iter()
            .take(4)
            .map(|f| format!("{} {:.2} ({} cases, {:?} rows) {}: {}", f.lead, f.severity_score, f.cases.len(), f.rows, f.title, f.sentence))
            .collect(),
        fingerprint: super::evidence::fingerprint(document),
    }
}

/// True with a probability. Draws once whatever the strength, so that two strengths differ in no other row.
fn now_and_then(rng: &mut Rng, probability: f64) -> bool {
    rng.uniform() < probability
}

/// The model takes some of these rows for another class, and is sure of it.
fn mislead(strength: f64, rng: &mut Rng, row: &mut Row, here: bool) {
    let (hit, step) = (now_and_then(rng, strength), rng.below(1 << 20) as usize);
    if here && hit {
        row.heard = Some((row.class + 1 + step % (row.classes - 1)) % row.classes);
    }
}

fn is(row: &Row, name: &str, value: &str) -> bool {
    row.categories[category(name)] == value
}

fn set(row: &mut Row, name: &str, value: &str) {
    value.clone_into(&mut row.categories[category(name)]);
}

const WEAK: &[&str] = &["subset_performance:"];
const PROTECTED_WEAK: &[&str] = &["subset_performance:", "bias_and_fairness:"];
const DRIFT: &[&str] = &["drift:feature_drift"];
const PROBING: &str = "evasion_attack_detection:stateful_black_box_detection";

/// A defect with the commonest settings.
const fn defect(name: &'static str, measured: (&'static str, &'static [&'static str]), accepted: &'static [&'static str]) -> Defect {
    Defect {
        name,
        world: World::Binary,
        measured,
        accepted,
        about: measured.1,
        range: (0.0, 1.0),
        columns: measured.1,
        in_reference: false,
        rows: None,
        sheets: None,
    }
}

/// Every defect of the sharp bench.
pub fn defects() -> Vec<Defect> {
    let accuracy = "subset_performance:subset_accuracy";
    vec![
        Defect {
            in_reference: true,
            rows: Some(|s, _, rng, row| mislead(s, rng, row, is(row, "channel", "phone"))),
            ..defect("weak subset, 20 % of the rows", (accuracy, &["channel"]), WEAK)
        },
        Defect {
            in_reference: true,
            rows: Some(|s, _, rng, row| mislead(s, rng, row, is(row, "city", "city 3"))),
            ..defect("weak subset, 11 % of the rows", (accuracy, &["city"]), WEAK)
        },
        Defect {
            in_reference: true,
            rows: Some(|s, _, rng, row| mislead(s, rng, row, is(row, "device", "device 5"))),
            ..defect("weak subset, 7 % of the rows", (accuracy, &["device"]), WEAK)
        },
        Defect {
            in_reference: true,
            rows: Some(|s, _, rng, row| mislead(s, rng, row, row.numbers[number("age")] > 65.0)),
            ..defect("weak subset of a number's upper end, 9 % of the rows", (accuracy, &["age"]), WEAK)
        },
        Defect {
            in_reference: true,
            about: &["channel", "plan"],
            columns: &["channel", "plan", "member", "device"],
            rows: Some(|s, _, rng, row| mislead(s, rng, row, is(row, "channel", "phone") && is(row, "plan", "basic"))),
            ..defect("weak subset of two conditions, 7 % of the rows", ("subset_performance:worst_slices", &[]), WEAK)
        },
        Defect {
            in_reference: true,
            about: &["channel", "visits"],
            columns: &["channel", "plan", "member", "visits"],
            rows: Some(|s, _, rng, row| mislead(s, rng, row, is(row, "channel", "app") && row.numbers[number("visits")] == 0.0)),
            ..defect("weak subset of two conditions, one of a number, 8 % of the rows", ("subset_performance:worst_slices", &[]), WEAK)
        },
        Defect {
            in_reference: true,
            about: &["channel", "member", "gender"],
            columns: &["channel", "member", "gender", "device"],
            rows: Some(|s, _, rng, row| {
                mislead(s, rng, row, is(row, "channel", "web") && is(row, "member", "true") && is(row, "gender", "f"));
            }),
            ..defect("weak subset of three conditions, 18 % of the rows", ("subset_performance:worst_slices", &[]), PROTECTED_WEAK)
        },
        Defect {
            range: (0.0, 6.0),
            rows: Some(|s, _, _, row| row.numbers[number("age")] += 15.0 * s),
            ..defect("mean shift", ("drift:feature_drift", &["age"]), DRIFT)
        },
        Defect {
            range: (0.0, 20.0),
            rows: Some(|s, _, _, row| row.numbers[number("height")] = 170.0 + (row.numbers[number("height")] - 170.0) * (1.0 + s)),
            ..defect("scale shift", ("drift:feature_drift", &["height"]), DRIFT)
        },
        Defect {
            rows: Some(|s, _, rng, row| {
                if now_and_then(rng, s) {
                    row.numbers[number("amount")] *= 6.0;
                }
            }),
            ..defect("tail shift", ("drift:feature_drift", &["amount"]), DRIFT)
        },
        Defect {
            rows: Some(|s, _, rng, row| {
                if now_and_then(rng, s) {
                    set(row, "channel", "phone");
                }
            }),
            ..defect("category shift", ("drift:feature_drift", &["channel"]), DRIFT)
        },
        Defect {
            range: (0.0, 1.59),
            about: &["height", "mass"],
            rows: Some(|s, _, rng, row| {
                let z = (row.numbers[number("height")] - 170.0) / 10.0;
                row.numbers[number("mass")] = mass(z, CORRELATION - s, rng.normal());
            }),
            ..defect(
                "correlation change at constant marginals",
                ("drift:correlation_drift_feature_to_feature", &["height", "mass"]),
                &["drift:correlation_drift_feature_to_feature", "drift:mutual_information_drift_feature_to_feature"],
            )
        },
        Defect {
            about: &[],
            columns: &["channel"],
            rows: Some(|s, _, rng, row| {
                if now_and_then(rng, s) {
                    row.class = 1;
                }
            }),
            ..defect(
                "label shift",
                ("drift:label_drift", &[]),
                &["drift:label_drift", "drift:prediction_drift", "drift:predicted_label_drift"],
            )
        },
        Defect {
            columns: &["channel"],
            rows: Some(|s, _, rng, row| mislead(s, rng, row, true)),
            ..defect("concept shift of all rows", ("model_performance:accuracy", &[]), &["model_performance:"])
        },
        Defect {
            rows: Some(|s, _, rng, row| mislead(s, rng, row, is(row, "region", "east"))),
            ..defect(
                "concept shift of a region",
                ("subset_performance_degradation:subset_drift_accuracy", &["region"]),
                &["subset_performance_degradation:", "subset_performance:"],
            )
        },
        Defect {
            about: &["channel", "plan"],
            columns: &["channel", "plan", "member", "device"],
            rows: Some(|s, _, rng, row| mislead(s, rng, row, is(row, "channel", "phone") && is(row, "plan", "basic"))),
            ..defect(
                "concept shift where two conditions meet, 7 % of the rows",
                ("subset_performance_degradation:worst_slices", &[]),
                &["subset_performance_degradation:", "subset_performance:"],
            )
        },
        Defect {
            world: World::Regression,
            range: (0.0, 4.0),
            about: &["channel", "member"],
            columns: &["channel", "plan", "member", "device"],
            rows: Some(|s, _, _, row| {
                if is(row, "channel", "web") && is(row, "member", "true") {
                    row.noise = 1.0 + s;
                }
            }),
            ..defect(
                "larger errors where two conditions meet, 35 % of the rows",
                ("subset_performance_degradation:worst_slices_mae", &[]),
                &["subset_performance_degradation:", "subset_performance:"],
            )
        },
        Defect {
            world: World::Ranking,
            in_reference: true,
            rows: Some(|s, _, rng, row| mislead(s, rng, row, is(row, "channel", "phone"))),
            ..defect("queries of one channel ranked badly, 20 % of the rows", ("subset_performance:subset_ndcg", &["channel"]), WEAK)
        },
        Defect {
            world: World::Entities,
            in_reference: true,
            columns: &["channel", "text"],
            rows: Some(|s, _, rng, row| mislead(s, rng, row, is(row, "channel", "phone"))),
            ..defect("entities of one channel missed, 20 % of the rows", ("subset_performance:subset_f1", &["channel"]), WEAK)
        },
        Defect {
            rows: Some(|s, _, rng, row| {
                let far = 5_000.0 + 5_000.0 * rng.uniform();
                if now_and_then(rng, s) {
                    row.numbers[number("amount")] = far;
                }
            }),
            ..defect(
                "outliers",
                ("abnormal_inputs:numeric_outlier", &["amount"]),
                &["abnormal_inputs:numeric_outlier", "drift:feature_drift"],
            )
        },
        Defect {
            rows: Some(|s, _, rng, row| {
                if now_and_then(rng, s) {
                    row.numbers[number("mass")] *= 1_000.0;
                }
            }),
            ..defect(
                "unit change",
                ("abnormal_inputs:numeric_outlier", &["mass"]),
                &["abnormal_inputs:numeric_outlier", "drift:feature_drift"],
            )
        },
        Defect {
            sheets: Some(|s, rng, _, evaluation| spoil(s, rng, evaluation, "visits", |_| "several".to_owned())),
            ..defect(
                "type change",
                ("abnormal_inputs:feature_type_check", &["visits"]),
                &["abnormal_inputs:feature_type_check", "data_cleanliness:mixed_types"],
            )
        },
        Defect {
            sheets: Some(|s, rng, _, evaluation| spoil(s, rng, evaluation, "plan", str::to_uppercase)),
            ..defect(
                "case change",
                ("abnormal_inputs:capitalization", &["plan"]),
                &["abnormal_inputs:capitalization", "abnormal_inputs:unseen_categorical", "data_cleanliness:string_variants"],
            )
        },
        Defect {
            sheets: Some(|s, rng, _, evaluation| spoil(s, rng, evaluation, "channel", |_| "kiosk".to_owned())),
            ..defect(
                "new category",
                ("abnormal_inputs:unseen_categorical", &["channel"]),
                &["abnormal_inputs:unseen_categorical", "drift:feature_drift"],
            )
        },
        Defect {
            sheets: Some(|s, _, _, evaluation| {
                let (at, n) = (evaluation.column("rate"), evaluation.rows.len());
                let burst = n / 3..n / 3 + (s * n as f64 * 0.66) as usize;
                for row in &mut evaluation.rows[burst] {
                    row[at].clear();
                }
            }),
            ..defect("missing burst", ("drift:nulls_per_feature_drift", &["rate"]), &["drift:nulls_per_feature_drift"])
        },
        Defect {
            columns: &[],
            range: (0.0, 0.9),
            sheets: Some(|s, rng, _, evaluation| {
                let n = evaluation.rows.len();
                for at in 1..n {
                    if now_and_then(rng, s) {
                        let copy = evaluation.rows[rng.below(at as u64) as usize].clone();
                        evaluation.rows[at] = Row::under_another_name(rng, copy);
                    }
                }
            }),
            ..defect("duplicates", ("data_cleanliness:duplicate_rows", &[]), &["data_cleanliness:duplicate_rows"])
        },
        Defect {
            in_reference: true,
            columns: &["balance"],
            rows: Some(|s, _, rng, row| {
                let leaked = 100.0 * row.class as f64 + rng.uniform();
                if now_and_then(rng, s) {
                    row.numbers[number("balance")] = leaked;
                }
            }),
            ..defect(
                "leakage into a feature",
                ("data_cleanliness:high_mutual_information_feature_to_label", &["balance"]),
                &["data_cleanliness:high_mutual_information_feature_to_label"],
            )
        },
        Defect {
            columns: &[],
            sheets: Some(|s, rng, reference, evaluation| {
                let n = reference.rows.len() as u64;
                for row in &mut evaluation.rows {
                    if now_and_then(rng, s) {
                        let copy = reference.rows[rng.below(n) as usize].clone();
                        *row = Row::under_another_name(rng, copy);
                    }
                }
            }),
            ..defect("train-test overlap", ("data_cleanliness:train_test_overlap", &[]), &["data_cleanliness:train_test_overlap"])
        },
        Defect {
            columns: &["channel"],
            range: (0.0, 0.8),
            rows: Some(|s, _, rng, row| {
                if now_and_then(rng, s) {
                    row.recorded = Some(1 - row.class);
                }
            }),
            ..defect("label noise", ("data_cleanliness:label_noise", &[]), &["data_cleanliness:label_noise", "model_performance:"])
        },
        Defect {
            columns: &[],
            range: (0.0, 0.3),
            sheets: Some(|s, rng, reference, evaluation| {
                let (n, label) = (reference.rows.len() as u64, evaluation.column("label"));
                for row in &mut evaluation.rows {
                    if now_and_then(rng, s) {
                        let copy = reference.rows[rng.below(n) as usize].clone();
                        *row = Row::under_another_name(rng, copy);
                        if row[label] == "0" { "1" } else { "0" }.clone_into(&mut row[label]);
                    }
                }
            }),
            ..defect(
                "flipped labels",
                ("data_poisoning_detection:exact_match_label_flipping", &[]),
                &["data_poisoning_detection:", "data_cleanliness:conflicting_labels"],
            )
        },
        Defect {
            columns: &["channel"],
            range: (0.0, 8.0),
            rows: Some(|s, _, _, row| row.believed *= 1.0 + s),
            ..defect(
                "miscalibration",
                ("model_performance:expected_calibration_error", &[]),
                &["model_performance:", "bias_and_fairness:calibration_by_group"],
            )
        },
        Defect {
            in_reference: true,
            range: (0.0, 8.0),
            rows: Some(|s, _, _, row| {
                if is(row, "gender", "m") {
                    row.lift = -s;
                }
            }),
            ..defect("unfair group", ("bias_and_fairness:demographic_parity_pos_pred", &["gender"]), &["bias_and_fairness:"])
        },
        Defect {
            world: World::Text,
            rows: Some(|s, _, rng, row| {
                if now_and_then(rng, s) {
                    row.text = row.text.chars().map(homoglyph).collect();
                }
            }),
            ..defect(
                "homoglyph texts",
                ("drift:character_drift", &["text"]),
                &[
                    "drift:character_drift",
                    "drift:unigram_drift",
                    "drift:bigram_drift",
                    "drift:feature_drift",
                    "abnormal_inputs:unseen_unigram",
                    "data_cleanliness:special_characters",
                    "abnormal_inputs:req_characters",
                ],
            )
        },
        Defect {
            world: World::Text,
            rows: Some(|s, _, rng, row| {
                let words = row.text.split(' ').count();
                let translated: Vec<&str> = (0..words).map(|_| FOREIGN[rng.below(FOREIGN.len() as u64) as usize]).collect();
                if now_and_then(rng, s) {
                    row.text = translated.join(" ");
                }
            }),
            ..defect(
                "language shift",
                ("drift:unigram_drift", &["text"]),
                &[
                    "drift:unigram_drift",
                    "drift:bigram_drift",
                    "drift:character_drift",
                    "drift:feature_drift",
                    "abnormal_inputs:unseen_unigram",
                ],
            )
        },
        Defect {
            columns: &[],
            range: (0.0, 0.3),
            sheets: Some(|s, rng, _, evaluation| probe(s, rng, evaluation)),
            ..defect("query-probing sequence", (PROBING, &[]), &[PROBING])
        },
    ]
}

/// Rewrites some cells of a column.
fn spoil(strength: f64, rng: &mut Rng, sheet: &mut Sheet, column: &str, new: fn(&str) -> String) {
    let at = sheet.column(column);
    for row in &mut sheet.rows {
        if now_and_then(rng, strength) && !row[at].is_empty() {
            row[at] = new(&row[at]);
        }
    }
}

/// Somebody asks about one row again and again, each time with its numbers moved by a hair, in one go.
fn probe(strength: f64, rng: &mut Rng, evaluation: &mut Sheet) {
    let n = evaluation.rows.len();
    let first = n / 3;
    let last = first + (strength * n as f64 * 0.66) as usize;
    let base = evaluation.rows[first].clone();
    let (moment, numbers) = (evaluation.column("ts"), ["amount", "height", "mass"].map(|name| evaluation.column(name)));
    for row in &mut evaluation.rows[first..last] {
        let mut copy = Row::under_another_name(rng, base.clone());
        copy[moment] = std::mem::take(&mut row[moment]);
        for at in numbers {
            if let Ok(value) = base[at].parse::<f64>() {
                copy[at] = format!("{:.4}", value * (1.0 + 0.002 * rng.normal()));
            }
        }
        *row = copy;
    }
}

/// A Cyrillic letter that looks like a Latin one.
fn homoglyph(c: char) -> char {
    match c {
        'a' => 'а',
        'e' => 'е',
        'o' => 'о',
        'c' => 'с',
        'p' => 'р',
        'x' => 'х',
        'y' => 'у',
        'i' => 'і',
        other => other,
    }
}

impl Row {
    /// The cells of a row under another id (the first cell).
    fn under_another_name(rng: &mut Rng, mut cells: Vec<String>) -> Vec<String> {
        if let Some(id) = cells.first_mut() {
            *id = format!("{:012x}", rng.next_u64() >> 16);
        }
        cells
    }
}
