//! A firewall as one document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    BinInfo, Cause, CustomMonitor, DataParams, FirewallConfig, FollowedMetric, ModelTask, Moments, Note, Resolution, SettledColumn,
    SideInfo,
};

/// The document's format version; readers refuse a newer one and read all older ones.
pub const FIREWALL_FORMAT: u32 = 1;

/// What the reader decided.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FirewallMarks {
    /// Monitors on top.
    pub pinned: Vec<String>,
    /// Monitors whose events are kept quiet.
    pub muted: Vec<String>,
    /// Notes by monitor or event.
    pub notes: BTreeMap<String, Vec<Note>>,
    /// Events that were dealt with.
    pub resolved: BTreeMap<String, Resolution>,
    /// Monitors of the reader's own.
    pub monitors: Vec<CustomMonitor>,
}

/// A bin with everything that was counted in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredBin {
    /// What it is.
    pub info: BinInfo,
    /// Its profile and its judged cases, base64 of the engine's binary form; `docs/firewall.md` describes it.
    pub counts: String,
    /// The rows that it remembers, base64; absent without a ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<String>,
    /// What custom metrics say of its rows, by their id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measured: BTreeMap<String, Moments>,
}

/// Everything that a firewall knows: profiles, thresholds, history, decisions. No rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FirewallDocument {
    /// [`FIREWALL_FORMAT`].
    pub format: u32,
    /// The version of the engine that wrote it.
    pub engine: String,
    /// A hash of the reference and the configuration.
    pub id: String,
    /// How it is set up.
    pub config: FirewallConfig,
    /// The task.
    pub model_task: ModelTask,
    /// The reference.
    pub reference: SideInfo,
    /// The roles of the reference's columns.
    pub params: DataParams,
    /// What the reference settled about its columns; batches are read alike.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<SettledColumn>,
    /// What was learnt from the reference, base64 of the engine's binary form.
    pub baseline: String,
    /// What the reader decided.
    pub marks: FirewallMarks,
    /// What explains the events, by their id; finding it again would take as long as a batch.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub causes: BTreeMap<String, Vec<Cause>>,
    /// The custom metrics that are followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_metrics: Vec<FollowedMetric>,
    /// The bins in order of time.
    pub bins: Vec<StoredBin>,
}
