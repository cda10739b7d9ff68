//! The firewall as one document: what was learnt, the bins, what the reader decided.
//!
//! Counts are base64 of the engine's binary form; everything else is plain JSON. No rows; events and monitors follow from the records, and
//! are not kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use straingauge_api::{
    Better, DataParams, FIREWALL_FORMAT, FirewallDocument, Kind, PredictionKind, Severity, SideInfo, Status, StoredBin, Thresholds, Unit,
};

use super::baseline::Baseline;
use super::{Bin, Firewall, Record, Work, judging};
use crate::metrics::OutcomeForm;
use crate::profile::Asked;
use crate::stored::{from_base64, from_bytes, stored, to_base64, to_bytes};
use crate::stress::{Settings, asked_rules};
use crate::{Error, Result};

/// What stands before a bin's profile.
struct Judged {
    last: i64,
    records: Arc<Vec<Record>>,
}

stored!(struct Judged { last, records });
stored!(struct Record {
    case, test, features, subset, kind, value, reference, unit, better, realised, effect, effect_unit, low, high, p, q, thresholds, n_reference,
    n_evaluation, rows, share, status, severity, evident, score
});
stored!(struct Baseline { form, features, frame, reference, weekdays, vocabularies, abnormal } without {
    // The configuration and the document's own fields say these.
    settings: Settings::default(),
    params: DataParams::default(),
    settled: Vec::new(),
    info: SideInfo { dataset: String::new(), file: String::new(), sha256: String::new(), rows: 0, labelled: 0, predicted: 0 },
    asked: Asked::default(),
});
stored!(struct OutcomeForm { task, classes, cut, predicted, probabilities });
stored!(enum PredictionKind { 0 = Probabilities, 1 = Score, 2 = Class, 3 = Number, 4 = Entities });
stored!(struct Thresholds { warning, alert });
stored!(enum Kind { 0 = Difference, 1 = Property, 2 = Logical });
stored!(enum Status { 0 = Pass, 1 = Warning, 2 = Fail, 3 = Skip });
stored!(enum Severity { 0 = Pass, 1 = Warning, 2 = Alert });
stored!(enum Better { 0 = Higher, 1 = Lower, 2 = Neutral });
stored!(enum Unit { 0 = Score, 1 = Share, 2 = Points, 3 = Distance, 4 = Relative, 5 = Number, 6 = Count, 7 = Logical });

impl Firewall {
    /// The whole as one document.
    ///
    /// # Errors
    /// `firewall_not_ready` before the reference is learnt.
    pub fn export(&self) -> Result<FirewallDocument> {
        let bins = self.bins.values().map(stored_bin).collect();
        Ok(FirewallDocument { bins, ..self.header()? })
    }

    /// The document without its bins, for a store that keeps them apart.
    ///
    /// # Errors
    /// As [`Self::export`].
    pub fn header(&self) -> Result<FirewallDocument> {
        let baseline = self.learnt()?;
        Ok(FirewallDocument {
            format: FIREWALL_FORMAT,
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            id: self.id.clone(),
            config: self.config.clone(),
            model_task: self.task,
            reference: self.reference.clone(),
            params: baseline.params.clone(),
            settled: baseline.settled.clone(),
            baseline: to_base64(&to_bytes(&**baseline)),
            marks: self.marks.clone(),
            causes: self.causes.clone(),
            custom_metrics: self.custom.clone(),
            bins: Vec::new(),
        })
    }

    /// One bin as it stands in the document.
    ///
    /// # Errors
    /// `unknown_bin`.
    pub fn bin(&self, start: i64) -> Result<StoredBin> {
        self.bins.get(&start).map(stored_bin).ok_or_else(judging::unknown_bin)
    }

    /// A firewall from its document.
    ///
    /// # Errors
    /// `newer_format`, `invalid_document`.
    pub fn import(document: FirewallDocument) -> Result<Self> {
        let FirewallDocument {
            format,
            config,
            model_task,
            id,
            reference,
            params,
            settled,
            baseline,
            marks,
            causes,
            custom_metrics,
            bins,
            ..
        } = document;
        if format > FIREWALL_FORMAT {
            let message = format!("The document has format {format}; this engine reads up to {FIREWALL_FORMAT}.");
            return Err(Error::new("newer_format", message).mend("Use a newer version of Straingauge."));
        }
        let mut baseline: Baseline = from_bytes(&from_base64(&baseline)?)?;
        let run = judging::run_config(&config, "");
        baseline.settings = Settings::of(&run);
        baseline.asked = asked_rules(&run, &baseline.settings)?;
        (baseline.params, baseline.settled, baseline.info) = (params, settled, reference.clone());
        let fingerprint = baseline.reference.frame;
        let mut read = BTreeMap::new();
        for StoredBin { info, counts, ledger, measured } in bins {
            let (judged, counts) = counts.split_once('.').unwrap_or_default();
            let Judged { last, records } = from_bytes(&from_base64(judged)?)?;
            let ledger = ledger.map(|ledger| from_base64(&ledger).map(Arc::new)).transpose()?;
            let bin = Bin { info, last, counts: Arc::new(from_base64(counts)?), records, rows: None, measured, ledger };
            bin.ledger()?;
            if bin.profile()?.frame != fingerprint || bin.info.start >= bin.info.end {
                let message = format!("The bin {} was not counted by this firewall.", super::bins::name(bin.info.start));
                return Err(Error::new("invalid_document", message).mend("Export it again, or use an older copy."));
            }
            read.insert(bin.info.start, bin);
        }
        let mut firewall = Self {
            config,
            task: model_task,
            id,
            reference,
            baseline: Some(Arc::new(baseline)),
            work: Work::Idle,
            bins: BTreeMap::new(),
            marks,
            causes,
            custom: custom_metrics,
            report: None,
        };
        // What the document does not explain, of an older engine's or without its bins, is explained now.
        firewall.put(read, Some(&[]))?;
        Ok(firewall)
    }
}

/// The judged cases and the profile, apart by a point.
fn stored_bin(bin: &Bin) -> StoredBin {
    let judged = Judged { last: bin.last, records: Arc::clone(&bin.records) };
    let counts = format!("{}.{}", to_base64(&to_bytes(&judged)), to_base64(&bin.counts));
    let ledger = bin.ledger.as_ref().map(|ledger| to_base64(ledger));
    StoredBin { info: bin.info.clone(), counts, ledger, measured: bin.measured.clone() }
}
