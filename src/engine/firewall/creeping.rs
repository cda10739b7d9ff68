//! Slow change that no single bin shows: the last 2, 4, 8, …, 64 bins taken together, at every bin anew.
//!
//! A window-limited generalised likelihood ratio (Lai 1995, J. R. Stat. Soc. B 57:613) over dyadic windows. Of a mean, the bins' effects are
//! weighted by their precision, and the reference's own error, which all of them share, enters once; of a share, the counts are pooled and
//! compared by Fisher's exact test. Every window of every series at every bin has the level that [`super::alarm`] gives it, a union bound.
//! The effect over the window must reach the threshold too.
//!
//! Simulated over 2 000 years of daily bins without change, at a level that allows 0.2 alarms a year: 8 % of the years have one where the
//! reference is known exactly, 2.5 % where its error is half of a bin's, 1 to 3 % for shares of 0.3 to 1 % in 300 rows a day. A fall of accuracy
//! from 0.70 over 1 000 rows a day (reference of 10 000, 60 series, w = 0.03) is noticed after 10 bins in the median at w, 4 at 1.5 w, 2 at 2 w.
//!
//! What is followed so: metrics that have a direction and an effect with a sign, and shares of rows that fail a rule. Effects that cannot
//! be negative (distances, metrics that may move either way) would add their own noise up. Distances need no help either: at a PSI of 0.2 a
//! single bin of 100 rows has its evidence, so what no bin shows is below the threshold in the window as well. Unseen values come in clumps,
//! which counts do not know; they are left to single bins.

use straingauge_api::{Better, CaseId, Kind, Severity, Thresholds};

use super::Record;
use crate::stats::fisher;
use crate::stats::special::normal_upper;

/// Lengths of the windows, in bins.
pub const WINDOWS: [usize; 6] = [2, 4, 8, 16, 32, 64];

/// An estimate without labels that misses what labels say by more than this says nothing.
const UNRELIABLE: f64 = 0.05;

/// What a bin adds to a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    /// A mean: the effect, the variance of the bin's own part in it, and of the reference's.
    Mean {
        /// Larger is worse.
        effect: f64,
        /// Of the bin's rows.
        own: f64,
        /// Of the reference's rows.
        reference: f64,
    },
    /// A share: failing rows and rows, in the bin and in the reference.
    Share {
        /// The bin's.
        bin: (u64, u64),
        /// The reference's.
        reference: (f64, f64),
    },
}

impl Sample {
    /// What a record adds; `None` where it is not followed this way.
    pub fn of(record: &Record) -> Option<Self> {
        let (n, m) = (record.n_reference? as f64, record.n_evaluation? as f64);
        if record.kind != Kind::Difference || n <= 0.0 || m <= 0.0 {
            return None;
        }
        let rule = record.test.starts_with("abnormal_inputs:")
            && CaseId::aspect_of(&record.case).is_none()
            && !record.test.ends_with("unseen_categorical");
        if rule || record.test == super::monitors::ABNORMALITY {
            let failing = record.rows?;
            return Some(Self::Share { bin: (failing, record.n_evaluation?), reference: (record.reference? * n, n) });
        }
        let mean =
            record.test.starts_with("model_performance:") && record.better != Better::Neutral && !record.test.contains("calibration");
        let half = (record.high? - record.low?) / 2.0;
        let wrong = record.realised.zip(record.value).is_some_and(|(realised, value)| (realised - value).abs() > UNRELIABLE);
        if !mean || wrong || half <= 0.0 {
            return None;
        }
        let variance = (half / 1.96) * (half / 1.96);
        let own = variance * n / (n + m);
        Some(Self::Mean { effect: record.effect?, own, reference: variance - own })
    }

    /// How much its effect tells: one over the variance of the bin's part, or rows.
    fn weight(&self) -> f64 {
        match *self {
            Self::Mean { own, .. } => 1.0 / own.max(f64::MIN_POSITIVE),
            Self::Share { bin, .. } => bin.1 as f64,
        }
    }

    fn effect(&self) -> f64 {
        match *self {
            Self::Mean { effect, .. } => effect,
            Self::Share { bin, reference } => bin.0 as f64 / bin.1 as f64 - reference.0 / reference.1,
        }
    }
}

/// A stretch of bins that together show what the last of them noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noticed {
    /// The first bin of the change, by its place.
    pub from: usize,
    /// Its last.
    pub to: usize,
    /// The bin at which it was noticed.
    pub at: usize,
    /// How bad it is over the window.
    pub severity: Severity,
}

/// Looks back from every bin of a series without gaps; a bin that adds nothing breaks no window.
///
/// Where several windows show a change, the one with the most evidence says when it began: longer ones reach into the time before it.
pub fn search(samples: &[Option<Sample>], thresholds: Thresholds, level: f64) -> Vec<Noticed> {
    let seen = |at: usize| {
        let windows = WINDOWS.iter().take_while(|&&length| length <= at + 1);
        let shown = windows.filter_map(|length| {
            let window = samples.get(at + 1 - length..=at)?;
            let (effect, p) = together(window.iter().flatten(), thresholds.warning)?;
            (p <= level).then_some((p, effect, window))
        });
        let shown: Vec<_> = shown.collect();
        let (.., window) = shown.iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
        let (first, last) = stretch(window)?;
        let alerts = shown.iter().any(|(_, effect, _)| *effect >= thresholds.alert);
        let from = at + 1 - window.len();
        let severity = if alerts { Severity::Alert } else { Severity::Warning };
        Some(Noticed { from: from + first, to: from + last, at, severity })
    };
    (1..samples.len()).filter_map(seen).collect()
}

/// The first and last bin of the stretch within a window that a change most likely filled: of all stretches the one with the largest
/// likelihood ratio against no change, its effect being free.
fn stretch(window: &[Option<Sample>]) -> Option<(usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    for first in 0..window.len() {
        let (mut weight, mut gain) = (0.0, 0.0);
        for (last, sample) in window.iter().enumerate().skip(first) {
            let Some(sample) = sample else { continue };
            weight += sample.weight();
            gain += sample.weight() * sample.effect();
            let score = gain / weight.sqrt();
            if score > best.map_or(0.0, |b| b.0) {
                best = Some((score, first, last));
            }
        }
    }
    best.map(|(_, first, last)| (first, last))
}

/// The effect over a window, where it reaches `least`, and its one-sided p-value.
fn together<'a>(samples: impl Iterator<Item = &'a Sample>, least: f64) -> Option<(f64, f64)> {
    let (mut weight, mut sum, mut shared, mut n) = (0.0, 0.0, 0.0, 0.0);
    let (mut hits, mut rows, mut reference) = (0u64, 0u64, (0.0, 0.0));
    for sample in samples {
        n += 1.0;
        match *sample {
            Sample::Mean { effect, reference, .. } => {
                weight += sample.weight();
                sum += sample.weight() * effect;
                shared += reference;
            }
            Sample::Share { bin, reference: (a, b) } => {
                hits += bin.0;
                rows += bin.1;
                reference = (reference.0 + a, reference.1 + b);
            }
        }
    }
    if weight > 0.0 {
        let (effect, variance) = (sum / weight, 1.0 / weight + shared / n);
        return (effect >= least).then(|| (effect, normal_upper(effect / variance.sqrt())));
    }
    // The bins share one reference: its counts are averaged, not added.
    let (failing, of) = (reference.0 / n, reference.1 / n);
    let effect = hits as f64 / rows as f64 - failing / of;
    (effect >= least).then(|| (effect, fisher::greater(failing.round() as u64, of.round() as u64, hits, rows)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;

    const T: Thresholds = Thresholds { warning: 0.03, alert: 0.08 };

    fn year(rng: &mut Rng, reference_error: f64, shift: impl Fn(usize) -> f64, bins: usize) -> Vec<Option<Sample>> {
        let bias = reference_error * rng.normal();
        (0..bins)
            .map(|t| {
                let effect = shift(t) + bias + 0.02 * rng.normal();
                Some(Sample::Mean { effect, own: 0.02 * 0.02, reference: reference_error * reference_error })
            })
            .collect()
    }

    #[test]
    fn a_small_lasting_fall_is_noticed_where_no_bin_shows_it() {
        let mut rng = Rng::new(4, 4);
        let level = 1e-6;
        for (shift, most) in [(0.045, 20), (0.06, 10)] {
            let mut delays: Vec<usize> = (0..40)
                .map(|_| {
                    let samples = year(&mut rng, 0.004, |t| if t >= 30 { shift } else { 0.0 }, 120);
                    let noticed = search(&samples, T, level);
                    let first = noticed.first().expect("noticed");
                    assert!((25..=first.at).contains(&first.from), "{first:?}");
                    // z of a single bin is 3 at most: no evidence at this level.
                    first.at - 30
                })
                .collect();
            delays.sort_unstable();
            assert!(delays[20] <= most, "{shift}: {delays:?}");
        }
    }

    #[test]
    fn a_change_begins_and_ends_where_it_does() {
        let mut rng = Rng::new(6, 6);
        let (mut early, mut late) = (0, 0);
        for _ in 0..50 {
            // A fall of three thresholds over 40 bins, then a recovery: windows of 64 bins hold both.
            let samples = year(&mut rng, 0.004, |t| if (70..110).contains(&t) { 0.09 } else { 0.0 }, 160);
            let noticed = search(&samples, T, 1e-6);
            let from = noticed.iter().map(|n| n.from).min().expect("noticed");
            let to = noticed.iter().map(|n| n.to).max().expect("noticed");
            early += usize::from(from < 69);
            late += usize::from(to > 110);
            assert!((66..=71).contains(&from) && (108..=113).contains(&to), "{from} {to}");
        }
        assert!(early <= 5 && late <= 5, "{early} {late}");
    }

    #[test]
    fn only_what_has_a_sign_adds_up() {
        let record = Record {
            case: "model_performance:estimated_accuracy".into(),
            test: "model_performance:estimated_accuracy".into(),
            features: Vec::new(),
            subset: None,
            kind: Kind::Difference,
            value: Some(0.6),
            reference: Some(0.7),
            unit: straingauge_api::Unit::Score,
            better: Better::Higher,
            realised: Some(0.63),
            effect: Some(0.1),
            effect_unit: straingauge_api::Unit::Score,
            low: Some(0.1 - 0.0392),
            high: Some(0.1 + 0.0392),
            p: None,
            q: None,
            thresholds: Some(T),
            n_reference: Some(3000),
            n_evaluation: Some(1000),
            rows: Some(20),
            share: None,
            status: straingauge_api::Status::Pass,
            severity: Severity::Pass,
            evident: false,
            score: 0.0,
        };
        let Some(Sample::Mean { effect, own, reference }) = Sample::of(&record) else { panic!("an estimate is followed") };
        // A standard error of 0.02, three quarters of its square from the bin's 1 000 rows.
        assert!((effect - 0.1).abs() < 1e-12 && (own - 3e-4).abs() < 1e-9 && (reference - 1e-4).abs() < 1e-9, "{own} {reference}");
        assert_eq!(Sample::of(&Record { realised: Some(0.7), ..record.clone() }), None, "labels say that it is wrong");
        assert_eq!(Sample::of(&Record { better: Better::Neutral, ..record.clone() }), None);
        let of = |test: &str| Sample::of(&Record { test: test.into(), case: test.into(), reference: Some(0.01), ..record.clone() });
        assert_eq!(of("drift:feature_drift"), None);
        assert_eq!(of("abnormal_inputs:unseen_categorical"), None);
        assert_eq!(of("abnormal_inputs:null_check"), Some(Sample::Share { bin: (20, 1000), reference: (30.0, 3000.0) }));
    }

    #[test]
    fn quiet_years_stay_quiet() {
        let mut rng = Rng::new(5, 5);
        // 200 years at a level that would allow one of them: 0.2 of a budget of 1 over 1 series is 0.2 a year, and the threshold on the effect
        // leaves hardly any of it.
        let level = 0.2 / (365.0 * 6.0);
        let alarms = (0..200).filter(|_| !search(&year(&mut rng, 0.01, |_| 0.0, 365), T, level).is_empty()).count();
        assert!(alarms <= 40, "{alarms} of 200");
        let shares = (0..200).filter(|_| {
            let hits = |n: u64, rng: &mut Rng| (0..n).filter(|_| rng.uniform() < 0.01).count();
            let reference = (hits(5_000, &mut rng) as f64, 5_000.0);
            let bins: Vec<_> = (0..90).map(|_| Some(Sample::Share { bin: (hits(300, &mut rng) as u64, 300), reference })).collect();
            !search(&bins, Thresholds { warning: 0.01, alert: 0.05 }, level).is_empty()
        });
        assert!(shares.count() <= 10);
    }
}
