//! The values that share a subset because the reference has too few rows of each: their names in the evaluation set.

use straingauge_charts::format::spaced;

use super::Context;
use crate::profile::{CategoryFrame, CategoryProfile, Cut, SubsetFrame};

/// Values that a label names.
const NAMED: usize = 3;

/// The label of a cell of a feature's cut, as it completes "rows where <feature> …". The cell of all other values is called by what stands
/// in it: `= Wallet (new)`.
pub(crate) fn label(context: &Context, feature: usize, cut: &SubsetFrame, cell: usize) -> String {
    let plain = || cut.labels.get(cell).cloned().unwrap_or_default();
    let Cut::Values { values } = &cut.cut else { return plain() };
    if cell + 1 != cut.missing_cell() {
        return plain();
    }
    let category = |at: usize| {
        let frame = context.frame.columns.get(at)?.category()?;
        Some((frame, context.evaluation.columns.get(at)?.category()?))
    };
    let names = category(feature).map(|(frame, counted)| pooled(frame, counted, |name| values.contains_key(name)));
    names.as_deref().and_then(called).unwrap_or_else(plain)
}

/// A value without a subset of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Other {
    name: String,
    rows: u64,
    /// Whether only the evaluation has it.
    new: bool,
}

/// The evaluation's values without a subset of their own, most rows first.
fn pooled(frame: &CategoryFrame, counted: &CategoryProfile, has_own: impl Fn(&str) -> bool) -> Vec<Other> {
    let known = frame.names.iter().zip(&counted.counts).filter(|(name, rows)| **rows > 0 && !has_own(name));
    let known = known.map(|(name, rows)| Other { name: name.clone(), rows: *rows, new: false });
    let new = counted.unseen.iter().map(|(name, rows)| Other { name: name.clone(), rows: *rows, new: true });
    let mut all: Vec<Other> = known.chain(new).filter(|o| o.rows > 0).collect();
    all.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.name.cmp(&b.name)));
    all
}

/// `= Wallet (new)`, `is Wallet (new) or Voucher`, `is A, B, C or one of 4 more values that only the evaluation has`.
fn called(others: &[Other]) -> Option<String> {
    let written = |o: &Other| {
        let name = if o.name.is_empty() { "(empty)" } else { &o.name };
        if o.new { format!("{name} (new)") } else { name.to_owned() }
    };
    let (named, rest) = others.split_at_checked(NAMED).unwrap_or((others, &[]));
    let names: Vec<String> = named.iter().map(written).collect();
    let more = match (rest.len() as u64, rest.iter().all(|o| o.new)) {
        (0, _) => None,
        (1, true) => Some("one more value that only the evaluation has".to_owned()),
        (n, true) => Some(format!("one of {} more values that only the evaluation has", spaced(n))),
        (1, false) => Some("one more rare value".to_owned()),
        (n, false) => Some(format!("one of {} more rare values", spaced(n))),
    };
    match (names.as_slice(), more) {
        ([], _) => None,
        ([one], None) => Some(format!("= {one}")),
        ([most @ .., last], None) => Some(format!("is {} or {last}", most.join(", "))),
        (names, Some(more)) => Some(format!("is {} or {more}", names.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn other(name: &str, new: bool) -> Other {
        Other { name: name.to_owned(), rows: 30, new }
    }

    #[test]
    fn few_values_are_named_and_many_are_counted() {
        let of = |others: &[Other]| called(others).unwrap();
        assert_eq!(called(&[]), None);
        assert_eq!(of(&[other("Wallet", true)]), "= Wallet (new)");
        assert_eq!(of(&[other("Wallet", true), other("Voucher", false)]), "is Wallet (new) or Voucher");
        let three = [other("A", true), other("B", true), other("", false)];
        assert_eq!(of(&three), "is A (new), B (new) or (empty)");
        let with = |more: usize, new: bool| {
            let rest = (0..more).map(|i| other(&format!("v{i}"), new));
            of(&three.iter().cloned().chain(rest).collect::<Vec<_>>())
        };
        assert_eq!(with(1, true), "is A (new), B (new), (empty) or one more value that only the evaluation has");
        assert_eq!(with(4, true), "is A (new), B (new), (empty) or one of 4 more values that only the evaluation has");
        assert_eq!(with(2, false), "is A (new), B (new), (empty) or one of 2 more rare values");
    }

    #[test]
    fn values_are_pooled_by_their_rows() {
        let frame = CategoryFrame { names: vec!["Card".into(), "Cash".into(), "Cheque".into()], ..CategoryFrame::default() };
        let counted = CategoryProfile { counts: vec![500, 0, 3], unseen: [("Wallet".to_owned(), 80)].into(), ..CategoryProfile::default() };
        let others = pooled(&frame, &counted, |name| name == "Card");
        assert_eq!(
            others.iter().map(|o| (o.name.as_str(), o.rows, o.new)).collect::<Vec<_>>(),
            [("Wallet", 80, true), ("Cheque", 3, false)]
        );
    }
}
