//! What explains the events: their bins merged once, and asked for causes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use straingauge_api::{Cause, Event};

use super::{Bin, Firewall, Record, causes, judging};
use crate::Result;
use crate::stress::Context;

/// Bins of an event that are merged: its latest.
const MOST_BINS: usize = 60;

/// The bins of an event merged beside the reference, and what was judged of them.
type Merged = (Context, Vec<Record>);

impl Firewall {
    /// The causes of all events by their id. Where only some bins are fresh, what explains the events of others stays.
    pub(super) fn explain(&self, events: &[Event], fresh: Option<&[i64]>) -> Result<BTreeMap<String, Vec<Cause>>> {
        let mut out = BTreeMap::new();
        let mut seen: BTreeMap<(i64, i64), Merged> = BTreeMap::new();
        for event in events {
            let touched = fresh.is_none_or(|fresh| fresh.iter().any(|start| (event.start..event.end).contains(start)));
            if let Some(known) = self.causes.get(&event.id).filter(|_| !touched) {
                out.insert(event.id.clone(), known.clone());
                continue;
            }
            let bins: Vec<&Bin> = self.between(event.start, event.end).filter(|bin| bin.info.judged).collect();
            if bins.is_empty() {
                continue;
            }
            let bins = bins.get(bins.len().saturating_sub(MOST_BINS)..).unwrap_or_default();
            let span = (event.start, event.end);
            let (context, records) = match seen.entry(span) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(free) => free.insert(self.merged(bins)?),
            };
            let custom = self.marks.monitors.iter().find(|m| m.name == event.monitor_name).map(|m| m.test.as_str());
            let test = custom.filter(|_| event.monitor.starts_with("custom:")).unwrap_or(&event.monitor);
            let test = test.split('#').next().unwrap_or(test);
            let rows: Vec<_> = bins.iter().filter_map(|bin| Some((bin.info.start, bin.rows.as_ref()?))).collect();
            out.insert(event.id.clone(), causes::of(context, records, test, &event.object, causes::Rows(&rows)));
        }
        Ok(out)
    }

    /// The bins that begin within a stretch of time.
    pub(super) fn between(&self, from: i64, to: i64) -> impl Iterator<Item = &Bin> {
        // An empty range is no range to a map.
        self.bins.range(from..to.max(from)).map(|(_, bin)| bin)
    }

    fn merged(&self, bins: &[&Bin]) -> Result<Merged> {
        let records = match bins {
            [one] => one.records.to_vec(),
            _ => self.finished(bins)?.document().map(judging::records).unwrap_or_default(),
        };
        Ok((self.context(bins)?, records))
    }
}
