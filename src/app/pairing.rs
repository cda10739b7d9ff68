//! Which of the dropped files is what: a guess from names, columns and row counts, shown and open to change.

use straingauge_api::{ColumnInfo, ColumnType, Role};

/// What a file is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// The data that the model was made with, or that it is known to do well on.
    Reference,
    /// The data to judge it on.
    Evaluation,
    /// Predictions for the reference set.
    ReferencePredictions,
    /// Predictions for the evaluation set.
    EvaluationPredictions,
    /// The truth of the reference set, in a file of its own.
    ReferenceLabels,
    /// The truth of the evaluation set, in a file of its own.
    EvaluationLabels,
    /// Left out.
    Unused,
}

impl Use {
    /// All of them with ids and names, in the order of the list.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Reference, "reference", "Reference data"),
        (Self::Evaluation, "evaluation", "Evaluation data"),
        (Self::ReferencePredictions, "reference_predictions", "Predictions for the reference"),
        (Self::EvaluationPredictions, "evaluation_predictions", "Predictions for the evaluation"),
        (Self::ReferenceLabels, "reference_labels", "Labels for the reference"),
        (Self::EvaluationLabels, "evaluation_labels", "Labels for the evaluation"),
        (Self::Unused, "unused", "Not used"),
    ];

    /// The id.
    pub fn id(self) -> &'static str {
        Self::ALL.iter().find(|(u, ..)| *u == self).map_or("unused", |(_, id, _)| id)
    }

    /// The use of an id.
    pub fn from_id(id: &str) -> Self {
        Self::ALL.iter().find(|(_, i, _)| *i == id).map_or(Self::Unused, |(u, ..)| *u)
    }
}

/// A file that was read.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its rows.
    pub rows: u64,
    /// Its columns with their guessed roles.
    pub columns: &'a [ColumnInfo],
}

/// A guess with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// The use.
    pub used_as: Use,
    /// Why.
    pub reason: String,
}

const REFERENCE_WORDS: [&str; 9] = ["ref", "reference", "train", "training", "base", "baseline", "before", "old", "golden"];
const EVALUATION_WORDS: [&str; 13] =
    ["eval", "evaluation", "val", "valid", "validation", "test", "testing", "prod", "production", "new", "current", "after", "live"];
const PREDICTION_WORDS: [&str; 12] =
    ["pred", "preds", "prediction", "predictions", "predicted", "prob", "probs", "proba", "probabilities", "scores", "output", "outputs"];

const LABEL_WORDS: [&str; 14] = [
    "target",
    "targets",
    "gt",
    "label",
    "labels",
    "truth",
    "groundtruth",
    "ground",
    "actual",
    "actuals",
    "outcome",
    "outcomes",
    "y",
    "true",
];

/// Guesses the use of every file. The answer has the order of the files.
pub fn guess(files: &[Candidate<'_>]) -> Vec<Guess> {
    let unused = |reason: &str| Guess { used_as: Use::Unused, reason: reason.to_owned() };
    let mut guesses = vec![unused("A run takes one reference and one evaluation set."); files.len()];
    let (labels, rest): (Vec<usize>, Vec<usize>) = (0..files.len()).partition(|&i| is_labels(files, i));
    let (predictions, data): (Vec<usize>, Vec<usize>) = rest.into_iter().partition(|&i| is_predictions(files, i));
    let (reference, evaluation) = sides(files, &data);
    if let Some((i, reason)) = reference {
        guesses[i] = Guess { used_as: Use::Reference, reason };
    }
    if let Some((i, reason)) = evaluation {
        guesses[i] = Guess { used_as: Use::Evaluation, reason };
    }
    let found = |guesses: &[Guess], used_as: Use| guesses.iter().position(|g| g.used_as == used_as);
    let sets = [found(&guesses, Use::Reference), found(&guesses, Use::Evaluation)];
    go_with(files, &predictions, sets, [Use::ReferencePredictions, Use::EvaluationPredictions], &mut guesses);
    go_with(files, &labels, sets, [Use::ReferenceLabels, Use::EvaluationLabels], &mut guesses);
    for &p in &predictions {
        if guesses[p].used_as == Use::Unused {
            guesses[p] = unused("Looks like predictions, but no data file is left to go with it.");
        }
    }
    for &l in &labels {
        if guesses[l].used_as == Use::Unused {
            guesses[l] = unused("Looks like labels, but no data file is left to go with it.");
        }
    }
    guesses
}

/// Gives each of `companions` (predictions or labels) to the reference or the evaluation set that it goes with.
fn go_with(files: &[Candidate<'_>], companions: &[usize], sets: [Option<usize>; 2], uses: [Use; 2], guesses: &mut [Guess]) {
    // The surest pair first: a file and a set that agree in rows, then those that share a key, then those that agree in name.
    let mut pairs: Vec<(u32, usize, usize)> = Vec::new();
    for &c in companions {
        for (s, set) in sets.iter().enumerate() {
            let Some(set) = *set else { continue };
            let rows = if files[c].rows == files[set].rows { 1000 } else { 0 };
            let key = if shared_key(&files[c], &files[set]).is_some() { 100 } else { 0 };
            let side = if leans(files[c].name) == if s == 0 { 1 } else { -1 } { 10 } else { 0 };
            pairs.push((rows + key + side + shared_words(files[c].name, files[set].name), c, s));
        }
    }
    while let Some(&(_, c, s)) = pairs.iter().max_by_key(|(score, c, s)| (*score, std::cmp::Reverse((*c, *s)))) {
        pairs.retain(|(_, other, side)| *other != c && *side != s);
        let Some(set) = sets[s] else { continue };
        let (a, b) = (files[c].rows, files[set].rows);
        let reason = if let Some(key) = shared_key(&files[c], &files[set]) {
            // Whether the values of the key agree shows when both are read together.
            let rows = if a == b { "as many rows, and " } else { "" };
            format!("Goes with {}: {rows}both have the column {key}.", files[set].name)
        } else if a == b {
            format!("As many rows as {}: row i belongs to row i.", files[set].name)
        } else {
            format!("Row counts differ: {} here, {} in {}.", crate::format::count(a), crate::format::count(b), files[set].name)
        };
        guesses[c] = Guess { used_as: uses[s], reason };
    }
}

/// A column that names the rows of both files.
pub fn shared_key<'a>(a: &Candidate<'a>, b: &Candidate<'_>) -> Option<&'a str> {
    let key = |c: &&ColumnInfo| c.role.role == Role::Id && b.columns.iter().any(|d| d.name == c.name);
    a.columns.iter().find(key).map(|c| c.name.as_str())
}

/// Returns true where the file holds nothing but the truth, with or without a key, and another file holds the rows.
fn is_labels(files: &[Candidate<'_>], at: usize) -> bool {
    let file = &files[at];
    let data: Vec<&ColumnInfo> =
        file.columns.iter().filter(|c| !matches!(c.role.role, Role::Id | Role::Timestamp | Role::Ignored)).collect();
    let [only] = data.as_slice() else { return false };
    if only.role.role == Role::Prediction || file.columns.len() > 3 {
        return false;
    }
    // A data file of one column is data, unless a wider file has its rows.
    let wider =
        |other: &Candidate<'_>| other.columns.len() > file.columns.len() && (other.rows == file.rows || shared_key(file, other).is_some());
    let named = words_of(file.name).iter().any(|w| LABEL_WORDS.contains(&w.as_str())) || only.role.role == Role::Label;
    let keyed = file.columns.len() > 1;
    let predicted = words_of(file.name).iter().any(|w| PREDICTION_WORDS.contains(&w.as_str()));
    let beside = files.iter().enumerate().any(|(i, other)| i != at && wider(other));
    beside && !predicted && (named || keyed)
}

/// A batch of production data: places in the list of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batched {
    /// The data.
    pub data: usize,
    /// Its predictions in a file of their own.
    pub predictions: Option<usize>,
    /// Its labels in a file of their own.
    pub labels: Option<usize>,
}

/// Batches of production data among the files, in order of name, and files of labels for data that came before. `features` are those that the
/// firewall knows: a file without any of them holds no data.
pub fn batches(files: &[Candidate<'_>], features: &[String]) -> (Vec<Batched>, Vec<usize>) {
    let known = |i: usize| features.is_empty() || files[i].columns.iter().any(|c| features.contains(&c.name));
    let (mut predictions, rest): (Vec<usize>, Vec<usize>) = (0..files.len()).partition(|&i| is_predictions(files, i));
    let is_labels = |i: usize| is_labels(files, i) || (!known(i) && files[i].columns.len() <= 3);
    let (mut labels, mut data): (Vec<usize>, Vec<usize>) = rest.into_iter().partition(|&i| is_labels(i));
    data.sort_by_key(|&i| files[i].name);
    let best = |d: usize, companions: &mut Vec<usize>, keyed: bool| {
        let score = |c: usize| {
            let key = keyed && shared_key(&files[c], &files[d]).is_some();
            (key || files[c].rows == files[d].rows, shared_words(files[c].name, files[d].name))
        };
        let least = if keyed { (true, 0) } else { (false, 1) };
        let best = (0..companions.len()).filter(|&at| score(companions[at]) >= least).max_by_key(|&at| score(companions[at]));
        best.map(|at| companions.remove(at))
    };
    let pair = |d: usize| Batched { data: d, predictions: best(d, &mut predictions, false), labels: best(d, &mut labels, true) };
    let batches = data.into_iter().map(pair).collect();
    (batches, labels)
}

type Placed = Option<(usize, String)>;

/// The reference and the evaluation set among the data files.
fn sides(files: &[Candidate<'_>], data: &[usize]) -> (Placed, Placed) {
    let reason = |i: usize, words: &[&str], otherwise: &str| {
        words_of(files[i].name)
            .into_iter()
            .find(|w| words.contains(&w.as_str()))
            .map_or_else(|| otherwise.to_owned(), |w| format!("“{w}” in its name."))
    };
    match data {
        [] => (None, None),
        [only] if leans(files[*only].name) < 0 => (None, Some((*only, reason(*only, &EVALUATION_WORDS, "")))),
        [only] => (Some((*only, reason(*only, &REFERENCE_WORDS, "The only data file."))), None),
        _ => {
            // The name decides, then the size: what a model was made with is usually the larger set.
            let first =
                data.iter().copied().min_by_key(|&i| (-leans(files[i].name), std::cmp::Reverse(files[i].rows), i)).unwrap_or_default();
            let best = data
                .iter()
                .copied()
                .filter(|&i| i != first)
                .max_by_key(|&i| (-leans(files[i].name), shared_columns(&files[i], &files[first]), files[i].rows, std::cmp::Reverse(i)))
                .unwrap_or_default();
            (
                Some((first, reason(first, &REFERENCE_WORDS, "The larger of the data files."))),
                Some((best, reason(best, &EVALUATION_WORDS, &other_file(&files[best], &files[first])))),
            )
        }
    }
}

/// What makes a file the evaluation set where its name does not.
fn other_file(file: &Candidate<'_>, first: &Candidate<'_>) -> String {
    match (shared_columns(file, first), first.columns.len()) {
        (0, _) => "The other data file; none of its columns has the same name.".to_owned(),
        (shared, all) if shared < all => format!("The other data file, with {shared} of the {all} columns."),
        _ => "The other data file, with the same columns.".to_owned(),
    }
}

/// Whether nothing in the file could be a feature: predictions, keys, and names that say so.
fn is_predictions(files: &[Candidate<'_>], at: usize) -> bool {
    let file = &files[at];
    let predicted = file.columns.iter().any(|c| c.role.role == Role::Prediction);
    let named = words_of(file.name).iter().any(|w| PREDICTION_WORDS.contains(&w.as_str()));
    // A model's output of labels with their scores has a "label" of its own: beside as many rows with features it is the predicted one.
    let beside = || files.iter().enumerate().any(|(i, other)| i != at && other.rows == file.rows && features(other, true) > 0);
    is_shares(files, at)
        || (predicted && (features(file, false) == 0 || (features(file, true) == 0 && file.columns.len() <= 3 && beside())))
        || (named && features(file, false) <= 1 && file.columns.len() <= 2)
        || (named && predicted && features(file, false) * 2 <= file.columns.len())
}

/// Whether a file holds nothing but keys and several numbers from 0 to 1, beside as many rows that have other columns: one probability a class,
/// whatever the classes are called.
fn is_shares(files: &[Candidate<'_>], at: usize) -> bool {
    let file = &files[at];
    let is_share = |c: &ColumnInfo| {
        let inside = |end: &String| end.parse::<f64>().is_ok_and(|x| (0.0..=1.0).contains(&x));
        c.kind == ColumnType::Float && c.range.as_ref().is_some_and(|(low, high)| inside(low) && inside(high))
    };
    let (shares, keys): (Vec<&ColumnInfo>, Vec<&ColumnInfo>) = file.columns.iter().partition(|c| is_share(c));
    let has = |other: &Candidate<'_>, c: &ColumnInfo| other.columns.iter().any(|d| d.name == c.name);
    let goes_with = |other: &Candidate<'_>| {
        let is_key = |c: &ColumnInfo| c.role.role == Role::Id || has(other, c);
        other.rows == file.rows
            && other.columns.iter().any(|c| !is_share(c) && c.role.role != Role::Id)
            && shares.iter().all(|c| !has(other, c))
            && keys.iter().all(|c| is_key(c))
    };
    shares.len() > 1 && keys.len() <= 1 && files.iter().enumerate().any(|(i, other)| i != at && goes_with(other))
}

/// Columns that a model could see; a label is one of them until it is known for what it is.
fn features(file: &Candidate<'_>, but_labels: bool) -> usize {
    let other =
        |role: Role| matches!(role, Role::Prediction | Role::Id | Role::Ignored | Role::Weight) || (but_labels && role == Role::Label);
    file.columns.iter().filter(|c| !other(c.role.role)).count()
}

/// A name for what the files are about: the words that all their names share, without those that say which file it is.
pub fn common_name(names: &[&str]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    let role = |w: &String| {
        [&REFERENCE_WORDS[..], &EVALUATION_WORDS[..], &PREDICTION_WORDS[..], &LABEL_WORDS[..]].iter().any(|list| list.contains(&w.as_str()))
    };
    let rest: Vec<Vec<String>> = rest.iter().map(|name| words_of(name)).collect();
    let mut shared: Vec<String> = words_of(first);
    shared.retain(|w| !role(w) && rest.iter().all(|words| words.contains(w)));
    const FILLERS: [&str; 8] = ["with", "without", "and", "data", "dataset", "set", "file", "final"];
    let says_something = shared.iter().any(|w| w.bytes().any(|b| b.is_ascii_alphabetic()) && w.len() > 1 && !FILLERS.contains(&w.as_str()));
    says_something.then(|| shared.join(" "))
}

/// Towards the reference (positive) or the evaluation set (negative).
fn leans(name: &str) -> i32 {
    words_of(name)
        .iter()
        .map(|w| i32::from(REFERENCE_WORDS.contains(&w.as_str())) - i32::from(EVALUATION_WORDS.contains(&w.as_str())))
        .sum::<i32>()
        .signum()
}

fn shared_columns(a: &Candidate<'_>, b: &Candidate<'_>) -> usize {
    a.columns.iter().filter(|c| b.columns.iter().any(|d| d.name == c.name)).count()
}

fn shared_words(a: &str, b: &str) -> u32 {
    let b = words_of(b);
    words_of(a).iter().filter(|w| b.contains(w)).count() as u32
}

/// The words of a file name, without those that name a format.
fn words_of(name: &str) -> Vec<String> {
    const FORMATS: [&str; 13] =
        ["csv", "tsv", "json", "jsonl", "ndjson", "gz", "gzip", "zst", "zstd", "parquet", "arrow", "feather", "txt"];
    name.to_ascii_lowercase()
        .split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty() && !FORMATS.contains(w))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use straingauge_api::RoleGuess;

    use super::*;

    fn column(name: &str, kind: ColumnType, role: Role) -> ColumnInfo {
        ColumnInfo {
            name: name.into(),
            kind,
            width: 0,
            role: RoleGuess { role, protected: false, in_model: true, confidence: 1.0, reason: String::new() },
            missing: 0,
            missing_spellings: vec![],
            bad_cells: 0,
            unit: None,
            distinct: 2,
            distinct_exact: true,
            range: None,
            examples: vec![],
        }
    }

    fn uses(files: &[Candidate<'_>]) -> Vec<Use> {
        guess(files).into_iter().map(|g| g.used_as).collect()
    }

    #[test]
    fn labels_with_their_scores_are_predictions_beside_data() {
        let data = [column("x", ColumnType::Float, Role::Numeric), column("label", ColumnType::Category, Role::Label)];
        let output = [column("label", ColumnType::Category, Role::Label), column("score", ColumnType::Float, Role::Prediction)];
        let files =
            [Candidate { name: "data.csv", rows: 60, columns: &data }, Candidate { name: "pipeline.json", rows: 60, columns: &output }];
        assert_eq!(uses(&files), [Use::Reference, Use::ReferencePredictions]);
        // Two logs of truth and prediction are data, each on its own.
        let logs =
            [Candidate { name: "log_ref.csv", rows: 60, columns: &output }, Candidate { name: "log_new.csv", rows: 60, columns: &output }];
        assert_eq!(uses(&logs), [Use::Reference, Use::Evaluation]);
        let guesses = guess(&[files[0], Candidate { name: "more.csv", rows: 50, columns: &output }]);
        assert_eq!(guesses[1].reason, "The other data file, with 1 of the 2 columns.");
    }

    #[test]
    fn one_probability_a_class_goes_with_its_rows_whatever_the_classes_are_called() {
        let share =
            |name: &str| ColumnInfo { range: Some(("0.01".into(), "0.97".into())), ..column(name, ColumnType::Float, Role::Numeric) };
        let data = [
            column("ticket", ColumnType::Integer, Role::Id),
            column("text", ColumnType::Text, Role::Text),
            column("topic", ColumnType::Category, Role::Label),
        ];
        let said = [column("ticket", ColumnType::Integer, Role::Id), share("billing"), share("bug"), share("login")];
        let file = |name, rows, columns| Candidate { name, rows, columns };
        let files =
            [file("a.csv", 900, &data[..]), file("b.csv", 700, &data), file("a_out.csv", 900, &said), file("b_out.csv", 700, &said[1..])];
        assert_eq!(uses(&files), [Use::Reference, Use::Evaluation, Use::ReferencePredictions, Use::EvaluationPredictions]);
        // Shares of a whole (sand, silt, clay) with nothing beside them are data.
        assert_eq!(uses(&[file("soil_ref.csv", 900, &said), file("soil_new.csv", 900, &said)]), [Use::Reference, Use::Evaluation]);
    }

    #[test]
    fn four_files_in_any_order() {
        let data = [column("label", ColumnType::Integer, Role::Label), column("text", ColumnType::Text, Role::Text)];
        let preds = [column("probabilities", ColumnType::List, Role::Prediction)];
        let files = [
            Candidate { name: "val_preds_0.json.gz", rows: 4425, columns: &preds },
            Candidate { name: "val_0_with_label.json.gz", rows: 4425, columns: &data },
            Candidate { name: "train_preds.json.gz", rows: 50_000, columns: &preds },
            Candidate { name: "train.json.gz", rows: 50_000, columns: &data },
        ];
        assert_eq!(uses(&files), [Use::EvaluationPredictions, Use::Evaluation, Use::ReferencePredictions, Use::Reference]);
    }

    #[test]
    fn labels_in_files_of_their_own_go_with_their_rows() {
        let data = [
            column("id", ColumnType::Integer, Role::Id),
            column("age", ColumnType::Float, Role::Numeric),
            column("y_pred", ColumnType::Float, Role::Prediction),
        ];
        let labels = [column("id", ColumnType::Integer, Role::Id), column("repaid", ColumnType::Integer, Role::Numeric)];
        // Late labels: fewer rows than the data, joined by their key.
        let files = [
            Candidate { name: "loan_reference.csv", rows: 500, columns: &data },
            Candidate { name: "loan_analysis.csv", rows: 400, columns: &data },
            Candidate { name: "loan_analysis_gt.csv", rows: 380, columns: &labels },
        ];
        assert_eq!(uses(&files), [Use::Reference, Use::Evaluation, Use::EvaluationLabels]);
        // Without a key, row by row, by name.
        let alone = [column("price", ColumnType::Float, Role::Numeric)];
        let files = [
            Candidate { name: "train.csv", rows: 50, columns: &data },
            Candidate { name: "test.csv", rows: 40, columns: &data },
            Candidate { name: "test_target.csv", rows: 40, columns: &alone },
            Candidate { name: "train_target.csv", rows: 50, columns: &alone },
        ];
        assert_eq!(uses(&files), [Use::Reference, Use::Evaluation, Use::EvaluationLabels, Use::ReferenceLabels]);
    }

    #[test]
    fn data_of_one_column_are_data() {
        let one = [column("x", ColumnType::Float, Role::Numeric)];
        let files = [Candidate { name: "old.csv", rows: 50, columns: &one }, Candidate { name: "new_label.csv", rows: 50, columns: &one }];
        assert_eq!(uses(&files), [Use::Reference, Use::Evaluation]);
    }

    #[test]
    fn projects_are_named_after_what_their_files_share() {
        assert_eq!(common_name(&["kunden_ref.csv", "kunden_eval.csv"]).as_deref(), Some("kunden"));
        assert_eq!(common_name(&["car_loan_reference.parquet", "car_loan_analysis_gt.parquet"]).as_deref(), Some("car loan"));
        assert_eq!(common_name(&["train.json.gz", "val_0_with_label.json.gz"]), None);
        assert_eq!(common_name(&["houses.csv"]).as_deref(), Some("houses"));
        assert_eq!(common_name(&["eval_with_preds.csv", "ref_with_preds.csv"]), None);
        assert_eq!(common_name(&[]), None);
    }

    #[test]
    fn equal_rows_are_told_apart_by_name() {
        let data = [column("x", ColumnType::Float, Role::Numeric), column("y", ColumnType::Integer, Role::Label)];
        let preds = [column("p", ColumnType::Float, Role::Prediction)];
        let files = [
            Candidate { name: "march_scores.csv", rows: 100, columns: &preds },
            Candidate { name: "january_scores.csv", rows: 100, columns: &preds },
            Candidate { name: "january.csv", rows: 100, columns: &data },
            Candidate { name: "march.csv", rows: 100, columns: &data },
        ];
        assert_eq!(uses(&files), [Use::EvaluationPredictions, Use::ReferencePredictions, Use::Reference, Use::Evaluation]);
    }

    #[test]
    fn predictions_in_the_same_file_leave_it_a_data_file() {
        let data = [
            column("amount", ColumnType::Float, Role::Numeric),
            column("city", ColumnType::Category, Role::Categorical),
            column("label", ColumnType::Integer, Role::Label),
            column("preds", ColumnType::Float, Role::Prediction),
        ];
        let files = [
            Candidate { name: "fraud_ref.csv.gz", rows: 10_000, columns: &data },
            Candidate { name: "fraud_eval.csv.gz", rows: 29_000, columns: &data },
        ];
        assert_eq!(uses(&files), [Use::Reference, Use::Evaluation]);
        assert!(guess(&files)[0].reason.contains("ref"));
    }

    #[test]
    fn one_file_and_none() {
        let data = [column("x", ColumnType::Float, Role::Numeric)];
        assert_eq!(uses(&[Candidate { name: "data.csv", rows: 5, columns: &data }]), [Use::Reference]);
        assert_eq!(uses(&[Candidate { name: "production.csv", rows: 5, columns: &data }]), [Use::Evaluation]);
        assert!(uses(&[]).is_empty());
    }

    #[test]
    fn a_third_data_file_is_left_out_and_differing_rows_are_said() {
        let data = [column("x", ColumnType::Float, Role::Numeric)];
        let preds = [column("p", ColumnType::Float, Role::Prediction)];
        let files = [
            Candidate { name: "a.csv", rows: 50, columns: &data },
            Candidate { name: "b.csv", rows: 40, columns: &data },
            Candidate { name: "c.csv", rows: 30, columns: &data },
            Candidate { name: "b_preds.csv", rows: 39, columns: &preds },
        ];
        let guesses = guess(&files);
        assert_eq!(
            guesses.iter().map(|g| g.used_as).collect::<Vec<_>>(),
            [Use::Reference, Use::Evaluation, Use::Unused, Use::EvaluationPredictions]
        );
        assert_eq!(guesses[3].reason, "Row counts differ: 39 here, 40 in b.csv.");
    }
}
