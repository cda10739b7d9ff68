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
