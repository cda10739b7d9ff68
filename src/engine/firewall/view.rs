//! The firewall at one look, and what its reader decides about it.

use straingauge_api::{CaseId, Event, FirewallChange, FirewallView, Incident, ModelMetric, Monitor, Note, Severity};

use super::events::{About, events, join};
use super::monitors::{Followed, default_monitors};
use super::{
    Bin, Firewall, alarm, creeping, custom, custom_metrics, events as about_events, incidents, insights, judging, monitors, series,
};
use crate::stress::{metric_of, of_status};
use crate::{Error, Result, metrics};

/// What is followed over the bins of a firewall, with its events.
struct Survey {
    alarm: straingauge_api::Alarm,
    monitors: Vec<Monitor>,
    events: Vec<Event>,
    incidents: Vec<Incident>,
}

impl Firewall {
    /// The firewall at one look.
    ///
    /// # Errors
    /// `firewall_not_ready` before the reference is learnt.
    pub fn view(&self) -> Result<FirewallView> {
        let baseline = self.learnt()?;
        let Survey { alarm, monitors, events, incidents } = self.survey()?;
        let judged = self.bins.values().filter(|b| b.info.judged).count() as u64;
        let mut infos: Vec<straingauge_api::BinInfo> = self.bins.values().map(|b| b.info.clone()).collect();
        for info in &mut infos {
            let inside = events.iter().filter(|e| e.start < info.end && e.end > info.start);
            info.events = inside.map(|e| e.id.clone()).collect();
        }
        let counting = events.iter().filter(|e| e.open && !e.muted && e.resolved.is_none());
        Ok(FirewallView {
            id: self.id.clone(),
            config: self.config.clone(),
            model_task: self.task,
            classes: baseline.frame.model.as_ref().map(|m| m.classes.clone()).unwrap_or_default(),
            reference: self.reference.clone(),
            features: baseline.features.iter().map(|f| f.name.clone()).collect(),
            alarm,
            status: counting.map(|e| e.severity).max().unwrap_or_default(),
            headline: insights::headline(&incidents, judged, (self.bins.len() as u64).saturating_sub(judged), self.config.bin_size),
            insights: insights::insights(&incidents, &events),
            last_metrics: self.bins.values().rfind(|b| b.info.judged).map(|b| self.metrics_of(b)).unwrap_or_default(),
            bins: infos,
            monitors,
            events,
            incidents,
            rules: self.check_rules()?,
            typical: baseline.typical(),
            ledger: self.remembered(),
            custom_metrics: self.custom.clone(),
        })
    }

    /// The events as they are now, in order of time, causes apart.
    ///
    /// # Errors
    /// `firewall_not_ready` before the reference is learnt.
    pub(super) fn events(&self) -> Result<Vec<Event>> {
        Ok(self.survey()?.events)
    }

    /// What a monitor of the reader's own can follow, in the order of the catalogue.
    ///
    /// # Errors
    /// `firewall_not_ready` before the reference is learnt.
    pub fn choices(&self) -> Result<Vec<straingauge_api::MonitorChoice>> {
        let baseline = self.learnt()?;
        let bins: Vec<&Bin> = self.bins.values().collect();
        let followed: Vec<String> = self.survey()?.monitors.into_iter().filter(|m| m.custom.is_none()).map(|m| m.id).collect();
        let asked = judging::run_config(&self.config, "").categories.unwrap_or_default();
        Ok(custom::choices(&bins, (&baseline.features, &baseline.frame), &self.custom, &followed, &asked))
    }

    /// A metric a row, as a run's page shows them.
    fn metrics_of(&self, bin: &Bin) -> Vec<ModelMetric> {
        let of_whole = bin.records.iter().filter(|r| r.test.starts_with("model_performance:") && CaseId::aspect_of(&r.case).is_none());
        let metric = |record: &super::Record| {
            let definition = metrics::by_id(self.task, metric_of(&record.test))?;
            Some(ModelMetric {
                id: definition.id.to_owned(),
                name: definition.name.to_owned(),
                better: definition.better,
                unit: definition.unit,
                reference: record.reference,
                evaluation: record.value,
                severity: record.severity,
                judged: of_status(record.status, record.evident),
            })
        };
        of_whole.filter_map(metric).collect()
    }

    fn survey(&self) -> Result<Survey> {
        let baseline = self.learnt()?;
        let bins: Vec<&Bin> = self.bins.values().collect();
        let about = monitors::About {
            features: &baseline.features,
            abnormal: baseline.abnormal.map(|failing| (failing, baseline.reference.rows)),
            level: judging::level(&self.config),
            leading: metrics::leading(self.task),
        };
        let mut followed: Vec<(Followed<'_>, Option<&straingauge_api::CustomMonitor>)> =
            default_monitors(&bins, about).into_iter().map(|m| (m, None)).collect();
        let own = custom_metrics::follow(&self.custom, &bins, about, baseline.weekdays.is_some());
        let counted = custom::Counted { frame: &baseline.frame, reference: &baseline.reference, about, own: &own };
        let custom: Vec<_> = self.marks.monitors.iter().map(|m| (custom::follow(m, &bins, counted), Some(m))).collect();
        followed.extend(own.into_iter().map(|m| (m, None)));
        followed.extend(custom);
        let tracks = || followed.iter().flat_map(|(m, _)| m.tracks.values());
        let creeps = tracks().filter(|t| t.iter().any(|(_, r)| creeping::Sample::of(r).is_some())).count();
        let alarm = alarm::alarm(&self.config, &bins, creeps, baseline.weekdays.is_some());
        let of = About { bins: &bins, size: self.config.bin_size, creeping_level: alarm.creeping_level, marks: &self.marks };
        let mut found: Vec<Event> = Vec::new();
        let mut monitors: Vec<Monitor> = Vec::new();
        for (monitor, setup) in &followed {
            let mut drawn = Vec::new();
            for (object, track) in &monitor.tracks {
                let own = events(monitor, object, track, of);
                let open = own.iter().filter(|e| e.open && e.resolved.is_none()).map(|e| e.severity).max().unwrap_or_default();
                let worst = track.iter().map(|(_, r)| r.score).fold(0.0, f64::max);
                drawn.push((own.len(), worst, series::series(object, track, &bins, open)));
                found.extend(own);
            }
            drawn.sort_by(|a, b| {
                (b.2.status.cmp(&a.2.status)).then(b.0.cmp(&a.0)).then(b.1.total_cmp(&a.1)).then_with(|| a.2.object.cmp(&b.2.object))
            });
            let last = monitor.tracks.values().find_map(|t| t.last()).map(|(_, r)| &**r);
            let muted = self.marks.muted.contains(&monitor.id);
            let series: Vec<straingauge_api::Series> = drawn.into_iter().map(|(.., s)| s).collect();
            monitors.push(Monitor {
                id: monitor.id.clone(),
                name: monitor.name.clone(),
                description: monitor.description.clone(),
                test: monitor.test.clone(),
                category: monitor.category,
                risk: monitor.risk,
                better: setup.map_or_else(|| last.map(|r| r.better).unwrap_or_default(), |m| m.better),
                unit: last.map(|r| r.unit).unwrap_or_default(),
                custom: (*setup).cloned(),
                pinned: self.marks.pinned.contains(&monitor.id),
                muted,
                notes: self.marks.notes.get(&monitor.id).cloned().unwrap_or_default(),
                status: if muted { Severity::Pass } else { series.iter().map(|s| s.status).max().unwrap_or_default() },
                series,
            });
        }
        // A stable sort keeps the order of the catalogue among equals.
        monitors.sort_by_key(|m| (!m.pinned, std::cmp::Reverse(m.status)));
        join(&mut found);
        for event in &mut found {
            event.causes = self.causes.get(&event.id).cloned().unwrap_or_default();
        }
        found.sort_by(|a, b| {
            (b.open.cmp(&a.open)).then(b.severity.cmp(&a.severity)).then(b.start.cmp(&a.start)).then_with(|| a.id.cmp(&b.id))
        });
        let known = incidents::Known { features: &baseline.features, bins: &bins, size: self.config.bin_size, leading: about.leading };
        let incidents = incidents::incidents(&found, known);
        for event in &mut found {
            let of = incidents.iter().find(|incident| incident.events.contains(&event.id));
            event.incident = of.map(|incident| incident.id.clone()).unwrap_or_default();
        }
        Ok(Survey { alarm, monitors, events: found, incidents })
    }

    /// Notes what the reader decided.
    ///
    /// # Errors
    /// `unknown_monitor`, `unknown_event`, `invalid_monitor`, `empty_note`.
    pub(super) fn mark(&mut self, change: FirewallChange) -> Result<()> {
        let Survey { monitors, events, incidents, .. } = self.survey()?;
        let monitor = |id: &str| -> Result<()> {
            let known = monitors.iter().any(|m| m.id == id);
            let missing =
                || Error::new("unknown_monitor", format!("There is no monitor \"{id}\".")).mend("Take an id from the list of monitors.");
            if known { Ok(()) } else { Err(missing()) }
        };
        let event = |id: &str| {
            let missing =
                || Error::new("unknown_event", format!("There is no event \"{id}\".")).mend("Take an id from the list of events.");
            events.iter().find(|e| e.id == id).ok_or_else(missing)
        };
        let marks = &mut self.marks;
        match change {
            FirewallChange::Pin { monitor: id, on } => monitor(&id).map(|()| toggle(&mut marks.pinned, id, on)),
            FirewallChange::Mute { monitor: id, on } => monitor(&id).map(|()| toggle(&mut marks.muted, id, on)),
            FirewallChange::Note { on, day, text } => {
                if text.trim().is_empty() {
                    return Err(Error::new("empty_note", "The note says nothing.").mend("Write a few words."));
                }
                let lead = incidents.iter().find(|i| i.id == on).and_then(|i| i.events.first().cloned());
                let on = lead.unwrap_or(on);
                monitor(&on).or_else(|_| event(&on).map(|_| ()))?;
                marks.notes.entry(on).or_default().push(Note { on: day, text });
                Ok(())
            }
            FirewallChange::Resolve { event: id, resolution } => {
                let ids = incidents.iter().find(|i| i.id == id).map_or_else(|| vec![id], |incident| incident.events.clone());
                for id in ids {
                    let Event { start, end, .. } = event(&id)?;
                    let series = about_events::series_of(&id).to_owned();
                    // One that is resolved again forgets how it was before.
                    marks.resolved.retain(|key, r| about_events::series_of(key) != series || r.until.is_none_or(|until| until <= *start));
                    if let Some(resolution) = &resolution {
                        marks.resolved.insert(id, straingauge_api::Resolution { until: Some(*end), ..resolution.clone() });
                    }
                }
                Ok(())
            }
            FirewallChange::AddMonitor { monitor } => {
                let frame = self.baseline.as_ref().map(|b| &b.frame).ok_or_else(super::not_ready)?;
                custom::check(&monitor, &marks.monitors, frame, &self.custom)?;
                marks.monitors.push(monitor);
                Ok(())
            }
            FirewallChange::RemoveMonitor { monitor: id } => {
                let before = marks.monitors.len();
                marks.monitors.retain(|m| custom::id(m) != id);
                if marks.monitors.len() == before {
                    return Err(Error::new("unknown_monitor", format!("There is no monitor of your own called \"{id}\"."))
                        .mend("Monitors that a firewall makes by itself can be muted."));
                }
                for list in [&mut marks.pinned, &mut marks.muted] {
                    list.retain(|m| *m != id);
                }
                marks.notes.remove(&id);
                Ok(())
            }
            FirewallChange::Budget { .. } | FirewallChange::Rule { .. } => Ok(()),
        }
    }
}

fn toggle(list: &mut Vec<String>, id: String, on: bool) {
    list.retain(|known| *known != id);
    if on {
        list.push(id);
    }
}
