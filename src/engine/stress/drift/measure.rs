//! The distances by which drift can be judged, with their own thresholds.

use straingauge_api::Thresholds;

use crate::stress::{Settings, TestSpec};
use crate::{Error, Result};

/// A distance between two distributions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Psi,
    KullbackLeibler,
    JensenShannon,
    Hellinger,
    Wasserstein,
    Kolmogorov,
    CramersV,
}

impl Measure {
    pub(super) const ALL: [Self; 7] =
        [Self::Psi, Self::KullbackLeibler, Self::JensenShannon, Self::Hellinger, Self::Wasserstein, Self::Kolmogorov, Self::CramersV];

    /// The id, as in the parameter `statistic` and in `DRIFT_STAT:<id>`.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Psi => "psi",
            Self::KullbackLeibler => "kl",
            Self::JensenShannon => "js",
            Self::Hellinger => "hellinger",
            Self::Wasserstein => "wasserstein",
            Self::Kolmogorov => "ks",
            Self::CramersV => "cramers_v",
        }
    }

    /// The name within a sentence.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Psi => "PSI",
            Self::KullbackLeibler => "Kullback-Leibler divergence",
            Self::JensenShannon => "Jensen-Shannon divergence",
            Self::Hellinger => "Hellinger distance",
            Self::Wasserstein => "Wasserstein distance in reference sd",
            Self::Kolmogorov => "KS distance",
            Self::CramersV => "Cramér's V",
        }
    }

    /// The distance that the reader chose for a test (parameter `statistic`); PSI where he chose none.
    ///
    /// # Errors
    /// `unknown_statistic` for a name that is none of them.
    pub(super) fn chosen(settings: &Settings, test: &str) -> Result<Self> {
        let Some(wanted) = settings.tests.get(test).and_then(|c| c.params.get("statistic")) else { return Ok(Self::Psi) };
        let found = Self::ALL.into_iter().find(|m| Some(m.id()) == wanted.as_str());
        found.ok_or_else(|| {
            let ids: Vec<&str> = Self::ALL.iter().map(|m| m.id()).collect();
            Error::new("unknown_statistic", format!("{test} cannot be judged by {wanted}."))
                .mend(format!("Choose one of {}.", ids.join(", ")))
        })
    }

    /// Thresholds where they differ from the test's own, which are for PSI.
    pub(super) fn thresholds(self, settings: &Settings, spec: &TestSpec) -> Option<Thresholds> {
        let (warning, alert, effect_max) = match self {
            Self::Psi => return None,
            Self::KullbackLeibler => (0.1, 0.2, f64::INFINITY),
            Self::JensenShannon => (0.05, 0.1, 1.0),
            Self::Hellinger => (0.1, 0.2, 1.0),
            Self::Wasserstein => (0.1, 0.3, f64::INFINITY),
            Self::Kolmogorov | Self::CramersV => (0.1, 0.25, 1.0),
        };
        settings.thresholds(&TestSpec { thresholds: Some(Thresholds { warning, alert }), effect_max, ..spec.clone() })
    }
}
