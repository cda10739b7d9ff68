//! Cases that are known and let be: accepted by somebody for a reason, or failing in an earlier run already.

use serde::{Deserialize, Serialize};

use crate::{Severity, Status};

/// Somebody's word that a case may fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acceptance {
    /// The case, by id.
    pub case: String,
    /// Why it is let be; never empty.
    pub reason: String,
    /// The last day on which this holds, `YYYY-MM-DD`; for good where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// The cases that are let be with it.
    #[serde(default, skip_serializing_if = "Covers::is_case")]
    pub covers: Covers,
}

/// The cases for which an acceptance holds besides the one that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Covers {
    /// None, or all that a run groups with it.
    Word(CoversWord),
    /// These, by id.
    Cases(Vec<String>),
}

impl Default for Covers {
    fn default() -> Self {
        Self::Word(CoversWord::Case)
    }
}

/// What an acceptance covers, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoversWord {
    /// The case alone.
    Case,
    /// Every case that a run groups with it as one finding.
    Finding,
}

impl Covers {
    /// Says whether the case alone is let be.
    pub fn is_case(&self) -> bool {
        match self {
            Self::Word(CoversWord::Case) => true,
            Self::Word(CoversWord::Finding) => false,
            Self::Cases(cases) => cases.is_empty(),
        }
    }

    /// Says whether every case of the finding is let be.
    pub fn is_finding(&self) -> bool {
        *self == Self::Word(CoversWord::Finding)
    }

    /// The further cases that are named.
    pub fn cases(&self) -> &[String] {
        match self {
            Self::Cases(cases) => cases,
            Self::Word(_) => &[],
        }
    }
}

/// What an accepted case would have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// Why it is let be.
    pub reason: String,
    /// The last day on which this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// The case whose acceptance covers this one; absent where it was accepted itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// What would have become of it.
    pub status: Status,
    /// How bad it is.
    pub severity: Severity,
}

/// What a case that the baseline knows would have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Known {
    /// What would have become of it.
    pub status: Status,
    /// How bad it is; no worse than it was in the baseline.
    pub severity: Severity,
}

/// A case that failed or warned in an earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BaselineCase {
    /// Its id.
    pub id: String,
    /// How bad it was.
    pub severity: Severity,
}

/// An earlier run whose failures are known: only what is new or worse fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Baseline {
    /// The run's id.
    pub run: String,
    /// The run's name.
    #[serde(default)]
    pub name: String,
    /// What failed or warned in it.
    pub cases: Vec<BaselineCase>,
}

/// What is decided about cases after they were judged. Evidence never depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Decisions {
    /// Cases that are let be.
    pub accepted: Vec<Acceptance>,
    /// The day of the run, `YYYY-MM-DD`: the engine has no clock. Needed where an acceptance expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub today: Option<String>,
    /// The run whose failures are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
}
