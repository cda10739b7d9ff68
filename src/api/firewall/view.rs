//! A firewall at one look, and what its reader may change.

use serde::{Deserialize, Serialize};

use crate::{
    Action, BinInfo, CheckRule, CustomMonitor, Event, FirewallConfig, FollowedMetric, Incident, ModelMetric, ModelTask, Monitor,
    Resolution, Severity, SideInfo,
};

/// A sentence worth reading first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insight {
    /// How bad.
    pub severity: Severity,
    /// The sentence.
    pub text: String,
    /// The detail: rows, mix and within, since when.
    pub detail: String,
    /// The incident behind it, by id.
    #[serde(default)]
    pub incident: Option<String>,
    /// The event that tells most of it, by id.
    pub event: Option<String>,
    /// The monitor behind it, by id.
    pub monitor: Option<String>,
}

/// How the budget of false events becomes a level of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alarm {
    /// False events that are accepted a year.
    pub budget: f64,
    /// Bins a year.
    pub bins_a_year: f64,
    /// Families of questions a bin.
    pub families: u64,
    /// The level α at which a bin's questions are judged together.
    pub level: f64,
    /// The level of one window of one series in the search for creeping change.
    pub creeping_level: f64,
    /// Whether bins are judged against the same weekday of the reference.
    pub weekdays: bool,
}

/// What a feature usually is in the reference: a row to begin with, for whoever tries the check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typical {
    /// The feature.
    pub feature: String,
    /// Its commonest value or its median, as text; absent for free text.
    pub value: Option<String>,
    /// The values of a category, the commonest first; at most a hundred. Empty for others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The commonest words of free text; empty for others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

/// A firewall at one look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FirewallView {
    /// A hash of the reference and the configuration.
    pub id: String,
    /// How it is set up.
    pub config: FirewallConfig,
    /// The task.
    pub model_task: ModelTask,
    /// The classes.
    pub classes: Vec<String>,
    /// The reference.
    pub reference: SideInfo,
    /// The features, as the reference has them.
    pub features: Vec<String>,
    /// How evidence is judged.
    pub alarm: Alarm,
    /// The worst severity of its open events.
    pub status: Severity,
    /// In one sentence.
    pub headline: String,
    /// What to read first, worst first.
    pub insights: Vec<Insight>,
    /// The metrics of the last judged bin beside the reference's.
    pub last_metrics: Vec<ModelMetric>,
    /// The bins in order of time.
    pub bins: Vec<BinInfo>,
    /// Monitors: pinned ones, then the worst, then in the order of the catalogue.
    pub monitors: Vec<Monitor>,
    /// Events, open ones first, then the latest.
    pub events: Vec<Event>,
    /// The same grouped by what they are about, open ones first, then the worst, then the latest.
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// The rules of the single-row check.
    pub rules: Vec<CheckRule>,
    /// What the features usually are, in the order of `features`; what is measured in a text is left out.
    #[serde(default)]
    pub typical: Vec<Typical>,
    /// Rows that the ledger remembers; absent without one.
    pub ledger: Option<u64>,
    /// The custom metrics that are followed.
    #[serde(default)]
    pub custom_metrics: Vec<FollowedMetric>,
}

/// Something that the reader decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum FirewallChange {
    /// Keeps a monitor on top, or no longer.
    Pin {
        /// The monitor.
        monitor: String,
        /// On top.
        on: bool,
    },
    /// Keeps a monitor's events quiet, or no longer.
    Mute {
        /// The monitor.
        monitor: String,
        /// Quiet.
        on: bool,
    },
    /// Writes a note beside a monitor or an event; one beside an incident stands beside the event that tells most of it.
    Note {
        /// The monitor's, event's or incident's id.
        on: String,
        /// When, as `YYYY-MM-DD`.
        day: String,
        /// The note.
        text: String,
    },
    /// Says that an event, or every event of an incident, was dealt with; `None` takes it back.
    Resolve {
        /// The event's or incident's id.
        event: String,
        /// By whom nobody asks; when, and what was done.
        resolution: Option<Resolution>,
    },
    /// Adds a monitor.
    AddMonitor {
        /// How it is set up.
        monitor: CustomMonitor,
    },
    /// Takes a custom monitor away.
    RemoveMonitor {
        /// Its id.
        monitor: String,
    },
    /// Sets the budget; all bins are judged anew.
    Budget {
        /// False events a year.
        false_events_a_year: f64,
    },
    /// Sets what a rule of the single-row check does.
    Rule {
        /// `unseen_categorical`, or `unseen_categorical[city]`.
        rule: String,
        /// What happens where it fires.
        action: Action,
    },
}
