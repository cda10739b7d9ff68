//! Rows that fail any rule: counted once each, while the rules are asked one after the other.

use std::collections::BTreeMap;

use super::rules::RuleKind;
use crate::table::Feature;

/// Which rules make a row abnormal, each with the features that it is not asked of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Rules of single values.
    pub rules: BTreeMap<RuleKind, Vec<String>>,
    /// Pairs of categories that hardly occur together.
    pub pairs: Option<Vec<String>>,
    /// Embeddings far from the reference's.
    pub embeddings: Option<Vec<String>>,
}

impl Asked {
    /// Whether any is asked.
    pub fn any(&self) -> bool {
        !self.rules.is_empty() || self.pairs.is_some() || self.embeddings.is_some()
    }
}

/// The rows of a side that fail any of the rules that are asked.
#[derive(Debug, Default)]
pub(super) struct AbnormalRows {
    asked: Asked,
    fails: Vec<bool>,
}

impl AbnormalRows {
    pub(super) fn new(asked: &Asked, rows: usize) -> Self {
        Self { asked: asked.clone(), fails: vec![false; rows] }
    }

    pub(super) fn asks(&self, kind: RuleKind, feature: &str) -> bool {
        self.asked.rules.get(&kind).is_some_and(|excluded| excluded.iter().all(|e| e != feature))
    }

    /// What is measured in a text may go with anything.
    pub(super) fn asks_pair(&self, a: &Feature, b: &Feature) -> bool {
        let excluded = self.asked.pairs.as_ref().filter(|_| a.measured_in.is_none() && b.measured_in.is_none());
        excluded.is_some_and(|excluded| excluded.iter().all(|e| *e != a.name && *e != b.name))
    }

    pub(super) fn asks_embedding(&self, name: &str) -> bool {
        self.asked.embeddings.as_ref().is_some_and(|excluded| excluded.iter().all(|e| e != name))
    }

    pub(super) fn add(&mut self, failing: &[u32]) {
        for &row in failing {
            if let Some(fails) = self.fails.get_mut(row as usize) {
                *fails = true;
            }
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.fails.iter().filter(|&&fails| fails).count() as u64
    }
}
