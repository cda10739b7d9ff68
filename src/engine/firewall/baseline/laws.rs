//! The laws of baselines: a bin counts as a stress test would count it, bins add up, and odd bins are no accidents.

use std::sync::Arc;

use proptest::prelude::*;
use straingauge_api::{DataParams, ModelTask, OneOrMany, PredictionParams, ReadOptions, StressTestConfig};

use super::{Baseline, DAY, Learning, weekday};
use crate::metrics;
use crate::profile::laws::same;
use crate::profile::rules::{Grain, Whose, failing_rows};
use crate::profile::{Profile, Profiler};
use crate::random::Rng;
use crate::stress::{Context, Measured, Measurement, Preparation, RunSide, Settings, Side, learn_options, questions};
use crate::table::testing::lists;
use crate::table::{self, FeatureKind, Reader, Values};

/// Monday, 2024-01-01.
const MONDAY: i64 = 1_704_067_200_000;

/// What random rows look like.
#[derive(Debug, Clone, Copy)]
struct World {
    days: u64,
    shift: f64,
    labelled: f64,
    regression: bool,
}

const CALM: World = World { days: 35, shift: 0.0, labelled: 1.0, regression: false };

fn csv(rng: &mut Rng, n: usize, world: World) -> String {
    let mut out = "when,amount,count,city,zone,flag,note,w,label,score\n".to_owned();
    for _ in 0..n {
        let moment = MONDAY + rng.below(world.days * DAY as u64) as i64;
        let amount = if rng.uniform() < 0.1 { "NA".to_owned() } else { format!("{:.4}", crate::math::exp(rng.normal()) + world.shift) };
        let city = if rng.uniform() < 0.05 { String::new() } else { format!("city {}", rng.below(6 + (3.0 * world.shift) as u64)) };
        let zone = format!("z{}", (city.len() as u64 * 7 + rng.below(3)) % 4);
        let words = |rng: &mut Rng| (0..9).map(|_| format!("word{}", rng.below(20) * rng.below(40))).collect::<Vec<_>>().join(" ");
        let note = if rng.uniform() < 0.05 { String::new() } else { words(rng) };
        let score = rng.uniform();
        let yes = rng.uniform() < 0.2 + 0.6 * score;
        let known = rng.uniform() < world.labelled;
        let label = if world.regression { format!("{:.3}", 3.0 * score + rng.normal()) } else { u8::from(yes).to_string() };
        let score = if rng.uniform() < 0.03 { String::new() } else { format!("{score:.4}") };
        let moment = table::moment_text(moment);
        let label = if known { label } else { String::new() };
        let (count, flag, w) = (rng.below(9), rng.below(2) == 1, 0.5 + rng.uniform());
        out.push_str(&format!("{moment},{amount},{count},{city},{zone},{flag},{note},{w:.3},{label},{score}\n"));
    }
    out
}

fn params(weighted: bool) -> DataParams {
    let names = |names: &[&str]| Some(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
    DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(OneOrMany::One("score".into())),
        timestamp_col: Some("when".into()),
        weight_col: weighted.then(|| "w".into()),
        text_features: names(&["note"]),
        categorical_features: names(&["city", "zone", "flag"]),
        numeric_features: names(&["amount", "count"]),
        protected_features: names(&["city", "flag"]),
        embedding_cols: names(&["embedding"]),
        ignore: if weighted { None } else { names(&["w"]) },
        ..DataParams::default()
    }
}

/// A side of a CSV file, with an embedding drawn beside it where it has rows for one.
fn side(text: &str, weighted: bool, embedding: Option<&mut Rng>) -> RunSide {
    side_with(text, weighted, true, embedding)
}

/// The same, the roles of features guessed where they are not `told`.
fn side_with(text: &str, weighted: bool, told: bool, embedding: Option<&mut Rng>) -> RunSide {
    let mut reader = Reader::new("rows.csv", &ReadOptions::default()).unwrap();
    reader.push(text.as_bytes()).unwrap();
    let mut table = reader.finish().unwrap().table;
    let mut params = params(weighted);
    let has = |name: &String| text.lines().next().unwrap().split(',').any(|c| c == name);
    for list in [&mut params.text_features, &mut params.categorical_features, &mut params.numeric_features, &mut params.protected_features]
    {
        list.as_mut().unwrap().retain(has);
        *list = list.take().filter(|_| told);
    }
    for role in [&mut params.label_col, &mut params.timestamp_col, &mut params.weight_col] {
        *role = role.take().filter(has);
    }
    params.prediction_col = params.prediction_col.take().filter(|_| has(&"score".to_owned()));
    params.ignore = params.ignore.map(|i| i.into_iter().filter(has).collect());
    if let Some(rng) = embedding {
        let values: Vec<f64> = (0..4 * table.rows).map(|_| rng.normal()).collect();
        table.columns.push(Arc::new(lists("embedding", 4, &values)));
    } else {
        params.embedding_cols = None;
    }
    let dataset = table::dataset(Arc::new(table), "rows", &params, None).unwrap();
    let predictions = params.prediction_col.map(|_| Arc::new(metrics::pair(&dataset, None, "m", &PredictionParams::default()).unwrap().0));
    RunSide { dataset: Arc::new(dataset), predictions, predictions_sha256: None }
}

fn task(world: World) -> ModelTask {
    if world.regression { ModelTask::Regression } else { ModelTask::BinaryClassification }
}

fn config() -> StressTestConfig {
    serde_json::from_value(serde_json::json!({ "runName": "", "reference": "", "evaluation": "" })).unwrap()
}

fn learnt(task: ModelTask, reference: &RunSide) -> Arc<Baseline> {
    Arc::new(Learning::new(&config(), task, reference.clone()).unwrap().finish().unwrap())
}

/// Without what is exact over one batch alone.
fn merged_form(profile: &Profile) -> Profile {
    let mut out = profile.clone();
    if let Some(model) = &mut out.model {
        (model.areas, model.multiclass_auc) = (None, None);
        model.expected.iter_mut().for_each(|e| e.areas = None);
    }
    out
}

fn by_day(bin: &RunSide) -> Vec<Vec<u32>> {
    let Values::Timestamp(times) = &bin.dataset.table.column("when").unwrap().values else { panic!("moments") };
    let mut days: Vec<Vec<u32>> = vec![Vec::new(); 7];
    for (row, &moment) in (0u32..).zip(times.values()) {
        days[weekday(moment)].push(row);
    }
    days.retain(|rows| !rows.is_empty());
    days
}

#[test]
fn a_bin_counts_as_in_a_stress_test() {
    for (seed, regression) in [(1, false), (2, true)] {
        let mut rng = Rng::new(seed, 7);
        let world = World { regression, ..CALM };
        let reference = side(&csv(&mut rng, 1500, world), false, Some(&mut rng.clone()));
        let bin = side(&csv(&mut rng, 400, World { shift: 0.4, days: 7, ..world }), false, Some(&mut rng.clone()));
        let baseline = learnt(task(world), &reference);
        let counted = baseline.count(bin.clone()).unwrap();
        assert_eq!(counted.problems, []);

        let of = |s: &RunSide| (s.dataset.clone(), s.predictions.clone());
        let (a, b) = (of(&reference), of(&bin));
        let outcomes = metrics::outcomes(task(world), (&a.0, a.1.as_deref()), (&b.0, b.1.as_deref()), None, None).unwrap();
        let context = Preparation::new(Settings::default(), (a.0, outcomes.0), (b.0, outcomes.1)).unwrap().finish().unwrap();
        let (first, second) = context.rows.clone().unwrap();
        let mut profiler = Profiler::new(context.features.clone(), first.clone(), second.clone())
            .learning(learn_options(&Settings::default(), Grain::COARSE));
        for step in 0..profiler.steps() {
            profiler.step(step).unwrap();
        }
        let (frame, mut one, mut other) = profiler.finish();
        one.settle();
        other.settle();
        assert_eq!(context.features, baseline.features);
        assert!(baseline.features.iter().any(|f| f.kind == FeatureKind::Text) && frame.embeddings.len() == 1 && frame.texts.len() == 1);
        // To the last bit; a missing number is equal to none.
        let text = |value: &dyn std::fmt::Debug| format!("{value:?}");
        assert!(text(&frame) == text(&baseline.frame), "the frames differ");
        assert_eq!(same(&one, &*baseline.reference), Ok(()));
        assert!(text(&one) == text(&baseline.reference), "the reference's profiles differ");
        assert_eq!(same(&other, &counted.profile), Ok(()));
        assert!(text(&other) == text(&counted.profile), "the bin's profiles differ");
        assert_eq!(baseline.abnormal, Some(failing(&baseline, &first, Whose::Reference)));
        assert_eq!(counted.abnormal, Some(failing(&baseline, &second, Whose::Other)));
        assert!(counted.abnormal > Some(0) && baseline.abnormal > Some(0));
    }
}

/// Rows that fail any rule, one by one.
fn failing(baseline: &Baseline, side: &Side, whose: Whose) -> u64 {
    let frame = &baseline.frame;
    let mut fails = vec![false; side.dataset.rows()];
    let unseen = baseline.features.iter().position(|f| f.name == "note.UnseenTokenShare").unwrap();
    for (at, rules) in frame.rules.features.iter().enumerate() {
        let Some(column) = side.columns[at].as_deref() else { continue };
        for rule in rules.rules.iter().filter(|r| baseline.asked.rules.contains_key(&r.kind())) {
            let rows = failing_rows(rule, rules, &frame.columns[at], column, side.columns[unseen].as_deref(), whose).0;
            for row in rows {
                fails[row as usize] = true;
            }
        }
    }
    // The embedding's anomalies are few in a hundred; what they add is known from their own count.
    let lists = side.dataset.table.column("embedding").unwrap();
    let Values::List(lists) = &lists.values else { panic!("lists") };
    if whose == Whose::Other {
        (0..fails.len())
            .filter(|&row| frame.embeddings[0].distance(lists.row(row)) > frame.embeddings[0].cut)
            .for_each(|row| fails[row] = true);
    } else {
        // The reference's own are measured by fifths, which only the learning knows.
        let known = fails.iter().filter(|f| **f).count() as u64;
        let all = baseline.abnormal.unwrap();
        let beyond = baseline.reference.embeddings[0].anomalies.failing;
        assert!(all >= known && all <= known + beyond, "{known} {all} {beyond}");
        return all;
    }
    fails.iter().filter(|f| **f).count() as u64
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn the_days_of_a_week_add_up(seed in 0u64..1 << 40, n in 30usize..250, weighted: bool, regression: bool, labelled in 0.0f64..1.3) {
        let mut rng = Rng::new(seed, 8);
        let world = World { regression, ..CALM };
        let reference = side(&csv(&mut rng, 900, world), weighted, Some(&mut rng.clone()));
        let baseline = learnt(task(world), &reference);
        let labelled = (labelled - 0.15).clamp(0.0, 1.0);
        let week = side(&csv(&mut rng, n, World { days: 7, shift: 0.4, labelled, ..world }), weighted, Some(&mut rng.clone()));
        let whole = baseline.count(week.clone()).unwrap();
        let parts: Vec<_> = by_day(&week).iter().map(|rows| baseline.count(week.taken(rows).unwrap()).unwrap()).collect();
        let mut merged = parts[0].profile.clone();
        for part in &parts[1..] {
            merged.merge(&part.profile).unwrap();
        }
        prop_assert_eq!(same(&merged_form(&merged), &merged_form(&whole.profile)), Ok(()));
        prop_assert_eq!(whole.abnormal, Some(parts.iter().map(|p| p.abnormal.unwrap()).sum::<u64>()));
    }
}

#[test]
fn weekdays_add_up_to_the_reference() {
    let mut rng = Rng::new(4, 9);
    let reference = side(&csv(&mut rng, 1500, CALM), true, Some(&mut rng.clone()));
    let baseline = learnt(ModelTask::BinaryClassification, &reference);
    let days = baseline.weekdays.as_ref().unwrap();
    assert_eq!(days.iter().map(|d| d.rows).sum::<u64>(), 1500);
    let mut sum = (*days[0]).clone();
    days[1..].iter().for_each(|day| sum.merge(day).unwrap());
    assert_eq!(same(&merged_form(&sum), &merged_form(&baseline.reference)), Ok(()));
    // Monday is judged against Mondays.
    let tuesday = baseline.context(Profile::default(), Some(1), None);
    assert_eq!(tuesday.reference.rows, days[1].rows);
    assert_eq!(baseline.context(Profile::default(), None, None).reference.rows, 1500);
    // Under four weeks, or with few rows a day, weekdays are not told apart.
    let three = side(&csv(&mut rng, 1500, World { days: 21, ..CALM }), false, None);
    assert!(learnt(ModelTask::BinaryClassification, &three).weekdays.is_none());
    let few = side(&csv(&mut rng, 500, CALM), false, None);
    assert!(learnt(ModelTask::BinaryClassification, &few).weekdays.is_none());
}

/// Asks every question of a context, whether its needs are met or not.
fn ask_all(context: &Context, what: &str) {
    let finite =
        |m: &Measured| [m.effect, m.p_value, m.interval.map(|i| i.0), m.interval.map(|i| i.1)].into_iter().flatten().all(|x| !x.is_nan());
    for question in questions() {
        for family in question.families(context) {
            let results = question.measure(context, &family).unwrap_or_else(|e| panic!("{what}: {family:?} {e}"));
            assert_eq!(results.len(), family.tests.len(), "{what}: {family:?}");
            for (test, result) in family.tests.iter().zip(&results) {
                if let Measurement::Measured(m) = result {
                    assert!(finite(m) && m.also.iter().all(finite), "{what}: {test} {family:?} {m:?}");
                }
                question.rows(context, &family, test);
                question.reasons(context, &family, test, &[0]);
            }
        }
    }
}

/// A file without some of its columns.
fn dropped(text: &str, columns: &[usize]) -> String {
    let keep = |line: &str| line.split(',').enumerate().filter(|(i, _)| !columns.contains(i)).map(|c| c.1).collect::<Vec<_>>().join(",");
    text.lines().map(|line| keep(line) + "\n").collect()
}

#[test]
fn features_alone_make_a_baseline() {
    let mut rng = Rng::new(10, 15);
    let reference = side(&dropped(&csv(&mut rng, 600, CALM), &[8, 9]), false, None);
    let baseline = learnt(ModelTask::BinaryClassification, &reference);
    assert!(baseline.frame.model.is_none() && baseline.frame.label.is_none());
    // What the reference lacks is left alone in a bin that has it.
    let counted = baseline.count(side(&csv(&mut rng, 80, World { shift: 0.5, ..CALM }), false, None)).unwrap();
    assert_eq!((counted.profile.rows, counted.problems.len()), (80, 0));
    ask_all(&baseline.context(counted.profile.clone(), None, Some(counted.side)), "features alone");
    ask_all(&baseline.context(counted.profile, None, None), "features alone");
}

#[test]
fn odd_bins_are_counted_and_judged() {
    let mut rng = Rng::new(5, 10);
    let reference = side(&csv(&mut rng, 1200, CALM), false, Some(&mut rng.clone()));
    let baseline = learnt(ModelTask::BinaryClassification, &reference);
    let week = World { days: 7, ..CALM };
    let usual = baseline.count(side(&csv(&mut rng, 60, week), false, Some(&mut rng.clone()))).unwrap();
    assert_eq!(usual.problems, []);
    let head = "when,amount,count,city,zone,flag,note,w,label,score\n";
    let rows = |row: &str, n: usize| format!("{head}{}", format!("{row}\n").repeat(n));
    let without = |columns: &[usize]| dropped(&csv(&mut Rng::new(6, 6), 50, week), columns);
    let odd: [(&str, String, &[&str]); 10] = [
        ("one row", rows("2024-02-01 10:00:00,1.5,3,city 1,z1,true,some words,1,1,0.7", 1), &[]),
        ("all missing", rows("2024-02-01 10:00:00,NA,,,,,,,,", 20), &[]),
        ("nothing but blanks", rows("2024-02-01 10:00:00,NA,,\"  \",\" \",,\"   \",,,", 3), &[]),
        ("infinite", rows("2024-02-01 10:00:00,inf,NaN,city 1,z1,true,some words,1,1,0.7", 20), &[]),
        ("words for numbers", rows("2024-02-01 10:00:00,much,3x,city 1,z1,true,some words,1,1,0.7", 20), &[]),
        ("numbers for words", rows("2024-02-01 10:00:00,1,3,17,4,1,23,1,1,0.7", 20), &[]),
        ("unknown class", rows("2024-02-01 10:00:00,1,3,city 1,z1,true,some words,1,perhaps,0.7", 20), &["unknown_class"]),
        ("no labels", without(&[8]), &[]),
        ("no predictions", without(&[9]), &[]),
        ("no features", without(&[1, 2, 3, 4, 5, 6, 7]), &["missing_columns"]),
    ];
    for (what, text, problems) in odd {
        let bin = side_with(&text, false, false, if what == "no features" { None } else { Some(&mut rng) });
        let n = bin.dataset.rows() as u64;
        let counted = baseline.count(bin).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(counted.profile.rows, n, "{what}");
        assert_eq!(counted.problems.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), problems, "{what}");
        assert!(counted.abnormal.unwrap() <= n);
        ask_all(&baseline.context(counted.profile.clone(), None, Some(counted.side)), what);
        ask_all(&baseline.context(counted.profile.clone(), None, None), what);
        for (mut first, then) in [(counted.profile.clone(), &usual.profile), (usual.profile.clone(), &counted.profile)] {
            first.merge(then).unwrap_or_else(|e| panic!("{what}: {e}"));
            let (a, b) = (first.model.as_ref().unwrap(), usual.profile.model.as_ref().unwrap());
            assert!(a.expected.is_some() && a.tally.labelled.rows >= b.tally.labelled.rows, "{what}");
            ask_all(&baseline.context(first, None, None), what);
        }
        let profile = &counted.profile;
        match what {
            "all missing" => assert!(profile.columns.iter().all(|c| c.present == 0)),
            "words for numbers" => {
                let amount = &profile.columns[0];
                assert_eq!((amount.bad, amount.present), (20, 0));
                assert_eq!(counted.abnormal, Some(20));
            }
            "infinite" => assert_eq!((profile.columns[0].present, profile.columns[0].infinite + profile.columns[0].bad), (0, 20)),
            "unknown class" => assert_eq!(profile.model.as_ref().unwrap().tally.labelled.rows, 0),
            "no predictions" => {
                let tally = &profile.model.as_ref().unwrap().tally;
                assert_eq!((tally.rows, tally.predicted.rows), (50, 0));
            }
            "no features" => assert!(profile.columns.iter().all(|c| c.rows == 0)),
            _ => {}
        }
    }
}

#[test]
fn predictions_of_another_model_are_refused() {
    let mut rng = Rng::new(7, 11);
    let reference = side(&csv(&mut rng, 300, CALM), false, None);
    let baseline = learnt(ModelTask::BinaryClassification, &reference);
    let text = csv(&mut rng, 20, CALM);
    let classes: String = (text.lines().enumerate())
        .map(
            |(i, line)| {
                if i == 0 { format!("{line}\n") } else { format!("{},{}\n", line.rsplit_once(',').unwrap().0, ["no", "yes"][i % 2]) }
            },
        )
        .collect();
    assert_eq!(baseline.count(side(&classes, false, None)).unwrap_err().code, "predictions_do_not_fit");
}

/// Prints what learning and counting cost; `cargo test -p straingauge-engine --lib -- --ignored cost_of_a_baseline --nocapture`.
#[test]
#[ignore = "a measurement"]
fn cost_of_a_baseline() {
    let mut rng = Rng::new(8, 12);
    let wide = |rng: &mut Rng, n: usize| {
        let mut text =
            (0..14).map(|i| format!("x{i},")).collect::<String>() + &(0..6).map(|i| format!("c{i},")).collect::<String>() + "label,score\n";
        for _ in 0..n {
            (0..14).for_each(|_| text.push_str(&format!("{:.5},", rng.normal())));
            (0..6).for_each(|i| text.push_str(&format!("v{},", rng.below(4 + 5 * i))));
            let score = rng.uniform();
            text.push_str(&format!("{},{score:.5}\n", u8::from(rng.uniform() < score)));
        }
        let mut reader = Reader::new("rows.csv", &ReadOptions::default()).unwrap();
        reader.push(text.as_bytes()).unwrap();
        let params =
            DataParams { label_col: Some("label".into()), prediction_col: Some(OneOrMany::One("score".into())), ..DataParams::default() };
        let dataset = table::dataset(Arc::new(reader.finish().unwrap().table), "rows", &params, None).unwrap();
        let predictions = metrics::pair(&dataset, None, "m", &PredictionParams::default()).unwrap().0;
        RunSide { dataset: Arc::new(dataset), predictions: Some(Arc::new(predictions)), predictions_sha256: None }
    };
    let (reference, bin) = (wide(&mut rng, 50_000), wide(&mut rng, 1_000));
    let start = std::time::Instant::now();
    let baseline = learnt(ModelTask::BinaryClassification, &reference);
    eprintln!("learnt 50 000 × {} in {:?}", baseline.features.len(), start.elapsed());
    let start = std::time::Instant::now();
    let counted = baseline.count(bin.clone()).unwrap();
    for _ in 0..9 {
        baseline.count(bin.clone()).unwrap();
    }
    eprintln!("counted 1 000 rows in {:?}", start.elapsed() / 10);
    let stored = crate::stored::to_bytes(&counted.profile).len();
    eprintln!("a bin's profile takes {stored} bytes, the frame {}", crate::stored::to_bytes(&*baseline.frame).len());
    let p = &counted.profile;
    let parts = [
        ("columns", crate::stored::to_bytes(&p.columns).len()),
        ("predictions", crate::stored::to_bytes(&p.predictions).len()),
        ("pairs", crate::stored::to_bytes(&p.pairs).len()),
        ("model", crate::stored::to_bytes(&p.model).len()),
        ("subsets", crate::stored::to_bytes(&p.subsets).len()),
        ("rules", crate::stored::to_bytes(&p.rules).len()),
    ];
    eprintln!("{parts:?}");
    let start = std::time::Instant::now();
    let context = baseline.context(counted.profile.clone(), None, Some(counted.side));
    eprintln!("a context takes {:?}", start.elapsed());
    let mut merged = counted.profile.clone();
    let start = std::time::Instant::now();
    merged.merge(&context.evaluation).unwrap();
    eprintln!("a merge takes {:?}", start.elapsed());
}

/// Prints how often bins of an unchanged world look changed, by test; `cargo test -p straingauge-engine --lib -- --ignored calm_of_bins --nocapture`.
#[test]
#[ignore = "a measurement"]
fn calm_of_bins() {
    let mut rng = Rng::new(9, 13);
    let reference = side(&csv(&mut rng, 8_000, CALM), false, Some(&mut rng.clone()));
    let baseline = learnt(ModelTask::BinaryClassification, &reference);
    let mut seen: std::collections::BTreeMap<String, [u64; 3]> = std::collections::BTreeMap::new();
    let (mut abnormal, mut rows) = (0, 0);
    for day in 0..60 {
        let bin = side(&csv(&mut rng, 250, World { days: 1, ..CALM }), false, Some(&mut Rng::new(day, 14)));
        let counted = baseline.count(bin).unwrap();
        (abnormal, rows) = (abnormal + counted.abnormal.unwrap(), rows + counted.profile.rows);
        let context = baseline.context(counted.profile, (day % 2 == 0).then_some(0), Some(counted.side));
        for question in questions() {
            for family in question.families(&context) {
                let results = question.measure(&context, &family).unwrap();
                for (test, result) in family.tests.iter().zip(results) {
                    let Measurement::Measured(m) = result else { continue };
                    for p in std::iter::once(&*m).chain(&m.also).filter_map(|m| m.p_value) {
                        let counts = seen.entry(test.clone()).or_default();
                        counts[0] += 1;
                        counts[1] += u64::from(p <= 0.05);
                        counts[2] += u64::from(p <= 0.001);
                    }
                }
            }
        }
    }
    for (test, [n, five, thousandth]) in seen {
        eprintln!("{test:70} {n:6} {:.3} {thousandth}", five as f64 / n as f64);
    }
    let of_reference = baseline.abnormal.unwrap() as f64 / baseline.reference.rows as f64;
    eprintln!("abnormal: {:.4} of the bins, {of_reference:.4} of the reference", abnormal as f64 / rows as f64);
}
