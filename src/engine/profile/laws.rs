//! The laws of profiles: batches add up to the whole, and the order of rows does not matter.

use std::sync::Arc;

use arrow::array::{Float64Array, StringArray};
use proptest::prelude::*;
use straingauge_api::{Compression, DataParams, DatasetInfo, Format, ModelTask};

use super::{Frame, Profile, Profiler};
use crate::metrics::{Outcomes, Prediction, Truth};
use crate::random::Rng;
use crate::stress::Side;
use crate::table::{Categories, Cells, Column, Dataset, Feature, FeatureKind, MISSING_CODE, MissingCells, Table, Values};

/// One row of the test's data.
#[derive(Debug, Clone)]
struct Row {
    amount: Option<f64>,
    count: f64,
    city: Option<u32>,
    kind: u32,
    text: String,
    label: u32,
    score: f64,
    weight: f64,
    group: u32,
}

fn rows(rng: &mut Rng, n: u32, shift: f64) -> Vec<Row> {
    (0..n)
        .map(|i| Row {
            amount: (rng.uniform() > 0.1).then(|| crate::math::exp(rng.normal()) + shift),
            count: rng.below(9) as f64,
            city: (rng.uniform() > 0.05).then(|| rng.below(6 + (4.0 * shift) as u64) as u32),
            kind: rng.below(3) as u32,
            text: format!("word{} and word{}", rng.below(30), rng.below(3000)),
            label: rng.below(2) as u32,
            score: rng.uniform(),
            weight: 0.5 + rng.uniform(),
            group: i / 3,
        })
        .collect()
}

fn side(rows: &[Row], weighted: bool, grouped: bool) -> Side {
    let column = |name: &str, values: Values, missing: Vec<u32>| {
        let n = missing.len() as u64;
        let codes = vec![0; missing.len()];
        let missing = MissingCells { spellings: vec!["NA".to_owned()], counts: vec![n], rows: missing, codes };
        Arc::new(Column { name: name.to_owned(), values, cells: Cells { missing, ..Cells::default() } })
    };
    let absent = |is: &dyn Fn(&Row) -> bool| rows.iter().enumerate().filter(|(_, r)| is(r)).map(|(i, _)| i as u32).collect::<Vec<u32>>();
    let numbers =
        |of: &dyn Fn(&Row) -> f64| Values::Number { values: Float64Array::from(rows.iter().map(of).collect::<Vec<f64>>()), integer: false };
    let names = |n: u32, stem: &str| (0..n).map(|i| format!("{stem}{i}")).collect::<Vec<_>>();
    let text = StringArray::from(rows.iter().map(|r| r.text.as_str()).collect::<Vec<_>>());
    let text = column("text", Values::Text(text), Vec::new());
    let mut columns = vec![
        column("amount", numbers(&|r| r.amount.unwrap_or(f64::NAN)), absent(&|r| r.amount.is_none())),
        column("count", numbers(&|r| r.count), Vec::new()),
        column(
            "city",
            Values::Category(Categories {
                codes: rows.iter().map(|r| r.city.unwrap_or(MISSING_CODE)).collect(),
                names: names(12, "city "),
            }),
            absent(&|r| r.city.is_none()),
        ),
        column("kind", Values::Category(Categories { codes: rows.iter().map(|r| r.kind).collect(), names: names(3, "k") }), Vec::new()),
        text.clone(),
    ];
    columns.extend(crate::text::measure(&text, None).into_iter().map(Arc::new));
    let table = Table {
        name: "t".into(),
        bytes: 0,
        sha256: String::new(),
        format: Format::Csv,
        compression: Compression::None,
        rows: rows.len(),
        columns: Vec::new(),
        first_line: None,
    };
    let info = DatasetInfo {
        name: "d".into(),
        file: "t".into(),
        bytes: 0,
        sha256: String::new(),
        rows: rows.len() as u64,
        labelled: rows.len() as u64,
        columns: Vec::new(),
        params: DataParams::default(),
        problems: Vec::new(),
        questions: Vec::new(),
        labels: None,
    };
    let dataset =
        Dataset { name: "d".into(), table: Arc::new(table), features: features(), params: DataParams::default(), task: None, info };
    let outcomes = Outcomes {
        task: ModelTask::BinaryClassification,
        classes: vec!["no".into(), "yes".into()],
        truth: Truth::Classes(rows.iter().map(|r| r.label).collect()),
        prediction: Prediction::Score {
            score: rows.iter().map(|r| r.score).collect(),
            class: rows.iter().map(|r| u32::from(r.score >= 0.5)).collect(),
            cut: 0.5,
        },
        weights: weighted.then(|| rows.iter().map(|r| r.weight).collect()),
        groups: grouped.then(|| rows.iter().map(|r| r.group).collect()),
    };
    Side { dataset: Arc::new(dataset), columns: columns.into_iter().map(Some).collect(), outcomes: Arc::new(outcomes) }
}

fn features() -> Vec<Feature> {
    let feature = |name: &str, kind| Feature { name: name.to_owned(), kind, in_model: true, protected: false, measured_in: None };
    let mut out = vec![
        feature("amount", FeatureKind::Numeric),
        feature("count", FeatureKind::Numeric),
        feature("city", FeatureKind::Categorical),
        feature("kind", FeatureKind::Categorical),
        feature("text", FeatureKind::Text),
    ];
    out.extend(crate::text::features_of("text"));
    // The crossings of a number, a category with missing values and a category.
    out.iter_mut().filter(|f| ["amount", "city", "kind"].contains(&f.name.as_str())).for_each(|f| f.protected = true);
    out
}

fn profile(reference: &Side, evaluation: &Side) -> (Arc<Frame>, Profile, Profile) {
    let mut profiler = Profiler::new(features(), reference.clone(), evaluation.clone());
    for step in 0..profiler.steps() {
        profiler.step(step).unwrap();
    }
    profiler.finish()
}

/// Compares the debug forms of two values: numbers to a relative 1e-9 (of 1 at least), everything else to the letter.
pub(crate) fn same<T: std::fmt::Debug>(a: &T, b: &T) -> Result<(), String> {
    let parts = |x: &T| {
        let text = format!("{x:?}");
        text.split_inclusive([' ', ',', '(', ')', '[', ']', '{', '}'])
            .map(|t| t.trim_end_matches([' ', ',', ')', ']', '}']).to_owned())
            .collect::<Vec<_>>()
    };
    let (left, right) = (parts(a), parts(b));
    if left.len() != right.len() {
        return Err(format!("{} parts against {}", left.len(), right.len()));
    }
    for (at, (x, y)) in left.iter().zip(&right).enumerate() {
        let near = match (x.parse::<f64>(), y.parse::<f64>()) {
            (Ok(x), Ok(y)) => x == y || (x - y).abs() <= 1e-9 * x.abs().max(y.abs()).max(1.0) || (x.is_nan() && y.is_nan()),
            _ => x == y,
        };
        if !near {
            let context = left[at.saturating_sub(30)..at].join(" ");
            return Err(format!("{x} against {y} after {context}"));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn batches_add_up_to_the_whole(seed in 0u64..1 << 40, n in 30u32..400, cuts in prop::collection::vec(0.0f64..1.0, 1..4), weighted: bool, grouped: bool) {
        let mut rng = Rng::new(seed, 0);
        let reference = side(&rows(&mut rng, 1500, 0.0), weighted, grouped);
        let all = rows(&mut rng, n, 0.5);
        let (_, _, mut whole) = profile(&reference, &side(&all, weighted, grouped));
        // Exact areas are of one batch; merged ones come from histograms.
        let forget_areas =
            |profile: &mut Profile| profile.model.iter_mut().filter_map(|m| m.expected.as_mut()).for_each(|e| e.areas = None);
        forget_areas(&mut whole);
        // Groups of three are kept together: the sums of groups ask for it.
        let mut at: Vec<usize> = cuts.iter().map(|c| (c * f64::from(n)) as usize / 3 * 3).chain([0, all.len()]).collect();
        at.sort_unstable();
        at.dedup();
        let mut parts = at.windows(2).map(|w| profile(&reference, &side(&all[w[0]..w[1]], weighted, grouped)).2);
        let mut merged = parts.next().unwrap();
        for part in parts {
            merged.merge(&part).unwrap();
        }
        // Where no cut falls within the rows, one batch is the whole.
        forget_areas(&mut merged);
        // Design effects of outcomes are learnt a batch, and sums of squares carry them.
        if !grouped {
            prop_assert_eq!(same(&merged, &whole), Ok(()));
        }
        prop_assert_eq!(same(&merged.columns, &whole.columns), Ok(()));
        prop_assert_eq!(same(&merged.pairs, &whole.pairs), Ok(()));
        prop_assert_eq!(same(&merged.nulls, &whole.nulls), Ok(()));
        prop_assert!(merged.groups.len() >= 2);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(seed in 0u64..1 << 40, n in 30u32..3000) {
        let mut rng = Rng::new(seed, 1);
        let (mut a, mut b) = (rows(&mut rng, n, 0.0), rows(&mut rng, n, 0.5));
        let first = profile(&side(&a, true, true), &side(&b, true, true));
        rng.shuffle(&mut a);
        rng.shuffle(&mut b);
        let second = profile(&side(&a, true, true), &side(&b, true, true));
        prop_assert_eq!(same(&first.0, &second.0), Ok(()));
        prop_assert_eq!(same(&first.1, &second.1), Ok(()));
        prop_assert_eq!(same(&first.2, &second.2), Ok(()));
    }
}

#[test]
fn profiles_of_different_frames_do_not_merge() {
    let mut rng = Rng::new(3, 3);
    let (one, other) = (side(&rows(&mut rng, 200, 0.0), false, false), side(&rows(&mut rng, 200, 0.3), false, false));
    let mut a = profile(&one, &other).2;
    let b = profile(&other, &one).2;
    assert_eq!(a.merge(&b).unwrap_err().code, "frames_differ");
}

#[test]
fn what_is_stored_comes_back_and_is_small() {
    let mut rng = Rng::new(5, 5);
    let (one, other) = (side(&rows(&mut rng, 2_000, 0.0), true, true), side(&rows(&mut rng, 1_000, 0.3), true, true));
    let (frame, reference, evaluation) = profile(&one, &other);
    let stored = crate::stored::to_bytes(&*frame);
    let back: Frame = crate::stored::from_bytes(&stored).unwrap();
    assert_eq!((&back, back.fingerprint()), (&*frame, frame.fingerprint()));
    for profile in [reference, evaluation] {
        let stored = crate::stored::to_bytes(&profile);
        let mut back: Profile = crate::stored::from_bytes(&stored).unwrap();
        assert_eq!(crate::stored::to_bytes(&back), stored);
        let kept = back.model.as_mut().unwrap();
        // The scores themselves grow with the rows and are not kept.
        kept.sorted = profile.model.as_ref().unwrap().sorted.clone();
        assert_eq!(back, profile);
        assert!(stored.len() < 1_000_000, "{}", stored.len());
    }
}

/// Prints what a run's profiles cost; `cargo test --release -- --ignored cost_of --nocapture`.
#[test]
#[ignore = "a measurement"]
fn cost_of_a_million_rows() {
    let mut rng = Rng::new(1, 1);
    let (a, b) = (rows(&mut rng, 1_000_000, 0.0), rows(&mut rng, 1_000_000, 0.2));
    let plain = |s: Side| Side { columns: s.columns.into_iter().take(4).collect(), ..s };
    let (a, b) = (plain(side(&a, false, false)), plain(side(&b, false, false)));
    let mut profiler = Profiler::new(features().into_iter().take(4).collect(), a, b);
    let start = std::time::Instant::now();
    let mut slowest = std::time::Duration::ZERO;
    for step in 0..profiler.steps() {
        let at = std::time::Instant::now();
        profiler.step(step).unwrap();
        eprintln!("{step:3} {:?}", at.elapsed());
        slowest = slowest.max(at.elapsed());
    }
    eprintln!("all {:?}, slowest step {slowest:?}", start.elapsed());
}
