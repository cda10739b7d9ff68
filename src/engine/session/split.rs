//! One file used as both sides: cut by time, or into seeded halves.

use std::collections::BTreeMap;
use std::sync::Arc;

use straingauge_api::{Banner, DatasetInfo, PredictionInfo};

use super::{Paired, Session, unknown};
use crate::random::Rng;
use crate::table::{self, Dataset, Values};
use crate::{Error, Result};

/// Where to cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The earlier half is the reference, the later half the evaluation.
    Time,
    /// A seeded half each; rows of one query or group stay together.
    Halves {
        /// The seed of the draw.
        seed: u64,
    },
}

/// What a part was cut from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The whole, by number.
    whole: u32,
    cut: Cut,
    /// The whole's rows that stand in the part, ascending.
    rows: Arc<Vec<u32>>,
}

impl Session {
    /// Cuts a data set in two, with the roles that are in force in it: (reference, evaluation).
    ///
    /// # Errors
    /// `no_timestamp` where it is to be cut by time and has none; `too_few_rows` under two rows (or groups).
    pub fn split(&mut self, dataset: u32, cut: Cut, names: [&str; 2]) -> Result<[(u32, DatasetInfo); 2]> {
        let whole = Arc::clone(self.datasets.get(dataset).ok_or_else(|| unknown("data set", dataset))?);
        let parts = match cut {
            Cut::Time => by_time(&whole)?,
            Cut::Halves { seed } => halves(&whole, seed),
        };
        if parts.iter().any(Vec::is_empty) {
            return Err(Error::new("too_few_rows", format!("{} is too small to be cut in two.", whole.name))
                .mend("Give a second file, or use the data as one side only."));
        }
        let [first, second] = parts;
        let [name, other] = names;
        Ok([self.part(dataset, &whole, cut, name, first)?, self.part(dataset, &whole, cut, other, second)?])
    }

    fn part(&mut self, id: u32, whole: &Dataset, cut: Cut, name: &str, rows: Vec<u32>) -> Result<(u32, DatasetInfo)> {
        let table = Arc::new(whole.table.taken(&rows)?);
        let mut part = table::dataset(table, name, &whole.params, None)?;
        part.info.labels.clone_from(&whole.info.labels);
        let info = part.info.clone();
        let part = self.datasets.put(Arc::new(part));
        self.origins.insert(part, Origin { whole: id, cut, rows: Arc::new(rows) });
        Ok((part, info))
    }

    /// The predictions for a part, taken from those for the whole that it was cut from.
    ///
    /// # Errors
    /// `unknown_handle` where the data set is no part, or the predictions are not for its whole.
    pub fn predictions_of_part(&mut self, predictions: u32, part: u32) -> Result<(u32, PredictionInfo)> {
        let paired = self.predictions.get(predictions).ok_or_else(|| unknown("predictions", predictions))?;
        let origin = self.origins.get(&part).ok_or_else(|| unknown("part", part))?;
        let dataset = self.datasets.get(part).ok_or_else(|| unknown("data set", part))?;
        let predictions = paired.predictions.taken(&origin.rows);
        let info = PredictionInfo { dataset: dataset.name.clone(), rows: predictions.present() as u64, ..paired.info.clone() };
        let own_file = paired.own_file;
        Ok((self.predictions.put(Paired { predictions: Arc::new(predictions), info: info.clone(), own_file }), info))
    }

    /// What a reader of a run over two parts of one file must know.
    pub(super) fn split_banner(&self, reference: u32, evaluation: u32) -> Option<Banner> {
        let (reference, evaluation) = (self.origins.get(&reference)?, self.origins.get(&evaluation)?);
        let how = match reference.cut {
            Cut::Time => "its earlier rows are the reference, its later rows the evaluation set".to_owned(),
            Cut::Halves { seed } => {
                format!(
                    "two random halves (seed {seed}), so a difference between them would be chance, and only what both halves share can be found"
                )
            }
        };
        (reference.whole == evaluation.whole)
            .then(|| Banner { code: "split_from_one_file".to_owned(), text: format!("Both sides were cut from one file: {how}.") })
    }
}

/// The earlier and the later half. Rows of one moment stay together; rows without a time go with the earlier.
fn by_time(whole: &Dataset) -> Result<[Vec<u32>; 2]> {
    let Some(Values::Timestamp(times)) = whole.named(whole.params.timestamp_col.as_ref()).map(|c| &c.values) else {
        return Err(Error::new("no_timestamp", format!("{} has no timestamp column to cut it by.", whole.name))
            .mend("Name one with `timestampCol`, or cut it into halves."));
    };
    let times = times.values();
    let mut order: Vec<i64> = times.to_vec();
    order.sort_unstable();
    let Some(&middle) = order.get(order.len() / 2) else { return Ok([Vec::new(), Vec::new()]) };
    // Where the middle moment is also the first, the cut comes after it instead of before.
    let later = |time: i64| if order.first() == Some(&middle) { time > middle } else { time >= middle };
    Ok(parted(times.len(), |row| times.get(row).is_some_and(|&time| later(time))))
}

/// Two halves by lot. Groups are drawn as wholes.
fn halves(whole: &Dataset, seed: u64) -> [Vec<u32>; 2] {
    let group_column = whole.named(whole.params.query_col.as_ref().or(whole.params.group_col.as_ref()));
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let groups: Vec<u32> = (0..whole.rows())
        .map(|row| match group_column.and_then(|column| column.cell(row)) {
            Some(group) => {
                let next = numbers.len() as u32;
                *numbers.entry(group).or_insert(next)
            }
            // Without a group column every row is its own group; so is a row without a group.
            None => u32::MAX,
        })
        .collect();
    let mut rng = Rng::for_case(seed, "split", "halves");
    if numbers.is_empty() {
        let mut order: Vec<u32> = (0..whole.rows() as u32).collect();
        rng.shuffle(&mut order);
        let (first, second) = order.split_at(order.len().div_ceil(2));
        let sorted = |rows: &[u32]| {
            let mut rows = rows.to_vec();
            rows.sort_unstable();
            rows
        };
        return [sorted(first), sorted(second)];
    }
    let mut order: Vec<u32> = (0..numbers.len() as u32).collect();
    rng.shuffle(&mut order);
    let mut second = vec![false; order.len()];
    for group in order.iter().skip(order.len().div_ceil(2)) {
        if let Some(is_second) = second.get_mut(*group as usize) {
            *is_second = true;
        }
    }
    let lone: Vec<bool> = groups.iter().map(|&group| group == u32::MAX && rng.below(2) == 1).collect();
    parted(groups.len(), |row| {
        let group = groups.get(row).copied().unwrap_or(u32::MAX);
        second.get(group as usize).copied().unwrap_or_else(|| lone.get(row).copied().unwrap_or(false))
    })
}

fn parted(rows: usize, is_second: impl Fn(usize) -> bool) -> [Vec<u32>; 2] {
    let (second, first) = (0..rows as u32).partition(|&row| is_second(row as usize));
    [first, second]
}

#[cfg(test)]
mod tests {
    use straingauge_api::{DataParams, ReadOptions};

    use super::*;

    fn session(text: &str, params: &DataParams) -> (Session, u32) {
        let mut session = Session::default();
        let reader = session.open("one.csv", &ReadOptions::default(), true).unwrap();
        session.push(reader, text.as_bytes()).unwrap();
        let (table, _) = session.finish(reader, None).unwrap();
        let (dataset, _) = session.dataset(table, "one", params, None).unwrap();
        (session, dataset)
    }

    fn days() -> String {
        let row =
            |i: u32| format!("2024-01-{:02},{},g{},{}\n", 28 - i % 28, i * 3 % 7, i / 4, if i == 5 { "NA".into() } else { i.to_string() });
        format!("when,x,customer,n\n{}", (0..56).map(row).collect::<String>())
    }

    #[test]
    fn by_time_the_later_rows_are_the_evaluation() {
        let params = DataParams { timestamp_col: Some("when".into()), ..DataParams::default() };
        let (mut session, whole) = session(&days(), &params);
        let [(a, first), (b, second)] = session.split(whole, Cut::Time, ["a", "b"]).unwrap();
        assert_eq!((first.rows, second.rows), (28, 28));
        let times = |id: u32| match &session.datasets.get(id).unwrap().table.column("when").unwrap().values {
            Values::Timestamp(times) => times.values().to_vec(),
            other => panic!("{other:?}"),
        };
        assert!(times(a).iter().max() < times(b).iter().min());
        assert_eq!(session.split_banner(a, b).unwrap().code, "split_from_one_file");
        assert_eq!(session.split_banner(a, whole), None);
    }

    #[test]
    fn halves_keep_groups_together_and_are_the_same_for_a_seed() {
        let params = DataParams { group_col: Some("customer".into()), ..DataParams::default() };
        let (mut session, whole) = session(&days(), &params);
        let cut = Cut::Halves { seed: 9 };
        let [(a, _), (b, _)] = session.split(whole, cut, ["a", "b"]).unwrap();
        let [(again, _), _] = session.split(whole, cut, ["a", "b"]).unwrap();
        let groups = |id: u32| {
            let dataset = session.datasets.get(id).unwrap();
            let column = dataset.table.column("customer").unwrap();
            (0..dataset.rows()).filter_map(|row| column.cell(row)).collect::<std::collections::BTreeSet<_>>()
        };
        assert!(groups(a).is_disjoint(&groups(b)));
        assert_eq!(groups(a).len() + groups(b).len(), 14);
        assert_eq!(session.origins[&a].rows, session.origins[&again].rows);
        let missing: usize =
            [a, b].iter().map(|id| session.datasets.get(*id).unwrap().table.column("n").unwrap().cells.missing.rows.len()).sum();
        assert_eq!(missing, 1);
    }

    #[test]
    fn without_a_time_there_is_nothing_to_cut_by() {
        let (mut session, whole) = session("x,y\n1,2\n3,4\n", &DataParams::default());
        assert_eq!(session.split(whole, Cut::Time, ["a", "b"]).unwrap_err().code, "no_timestamp");
    }
}
