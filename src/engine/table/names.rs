//! What a column's name says about its role.

use straingauge_api::Role;

/// Names of the truth, from the surest to the weakest.
const LABELS: &[(&str, f64)] = &[
    ("label", 0.95),
    ("labels", 0.93),
    ("y true", 0.95),
    ("ground truth", 0.95),
    ("groundtruth", 0.95),
    ("target", 0.9),
    ("true label", 0.95),
    ("gold", 0.85),
    ("gold label", 0.95),
    ("truth", 0.85),
    ("y", 0.8),
    ("actual", 0.75),
    ("outcome", 0.7),
    ("class", 0.7),
    ("relevance", 0.65),
    ("zielwert", 0.85),
    ("zielvariable", 0.9),
    ("zielgröße", 0.9),
    ("ziel", 0.75),
    ("wahrheit", 0.85),
    ("klasse", 0.7),
    ("vérité", 0.85),
    ("cible", 0.75),
    ("étiquette", 0.85),
    ("classe", 0.7),
    ("etiqueta", 0.85),
    ("objetivo", 0.75),
    ("clase", 0.7),
    ("rótulo", 0.85),
    ("alvo", 0.75),
    ("etichetta", 0.85),
    ("obiettivo", 0.75),
    ("doelwaarde", 0.85),
    ("etykieta", 0.85),
    ("цель", 0.75),
    ("метка", 0.85),
    ("正解", 0.85),
    ("ラベル", 0.9),
    ("标签", 0.9),
    ("真实值", 0.9),
    ("정답", 0.85),
    ("라벨", 0.9),
];
/// Words for what usually is a truth, wherever they stand alone; too weak to be one without predictions.
const OUTCOMES: &[&str] = &[
    "survived",
    "churn",
    "churned",
    "repaid",
    "default",
    "defaulted",
    "fraud",
    "is fraud",
    "fraudulent",
    "converted",
    "conversion",
    "clicked",
    "click",
    "outcome",
    "result",
    "response",
    "died",
    "death",
    "readmitted",
    "approved",
    "purchased",
    "income",
    "price",
    "sales",
    "actual",
    "observed",
    "diagnosis",
    "quality",
    "attrition",
    "spam",
    "is spam",
    "sentiment",
];
/// Words that mark a truth beside a prediction: `price_actual`.
const TRUTH_MARKS: &[&str] = &["actual", "true", "truth", "real", "observed", "label", "target", "gt", "gold", "ist", "obs", "y"];
/// Words that mark a prediction: `price_pred`, `predicted_price`, `Preis_Prognose`.
const PREDICTION_MARKS: &[&str] = &[
    "pred",
    "preds",
    "predicted",
    "prediction",
    "predictions",
    "predict",
    "proba",
    "prob",
    "probability",
    "score",
    "hat",
    "forecast",
    "estimate",
    "estimated",
    "est",
    "model",
    "output",
    "y",
    "vorhersage",
    "vorhergesagt",
    "vorhergesagter",
    "vorhergesagte",
    "prognose",
    "prognostiziert",
    "schätzung",
    "geschätzt",
    "prédiction",
    "prédit",
    "prédite",
    "prévision",
    "predicción",
    "prediccion",
    "predicho",
    "pronóstico",
    "predição",
    "predicao",
    "previsão",
    "previsto",
    "previsione",
    "predizione",
    "previsto",
    "voorspelling",
    "voorspeld",
    "predykcja",
    "prognoza",
    "prediktion",
];
/// Names of what a model said.
const PREDICTIONS: &[(&str, f64)] = &[
    ("probabilities", 0.95),
    ("probability", 0.9),
    ("probs", 0.95),
    ("proba", 0.95),
    ("probas", 0.95),
    ("predictions", 0.95),
    ("prediction", 0.95),
    ("preds", 0.95),
    ("pred", 0.95),
    ("predicted", 0.9),
    ("predict", 0.9),
    ("y pred", 0.95),
    ("y hat", 0.9),
    ("yhat", 0.9),
    ("y score", 0.9),
    ("y prob", 0.9),
    ("y proba", 0.9),
    ("model score", 0.85),
    ("model output", 0.85),
    ("scores", 0.75),
    ("score", 0.7),
    ("prob", 0.8),
    ("forecast", 0.7),
    ("forecasts", 0.7),
    ("predicted class", 0.95),
    ("predicted label", 0.95),
    ("vorhersage", 0.95),
    ("vorhersagen", 0.95),
    ("prognose", 0.85),
    ("schätzung", 0.75),
    ("prédiction", 0.95),
    ("prédictions", 0.95),
    ("prévision", 0.85),
    ("predicción", 0.95),
    ("prediccion", 0.95),
    ("pronóstico", 0.85),
    ("predição", 0.95),
    ("predicao", 0.95),
    ("previsão", 0.85),
    ("predizione", 0.95),
    ("previsione", 0.9),
    ("voorspelling", 0.95),
    ("predykcja", 0.95),
    ("prognoza", 0.85),
    ("prediktion", 0.95),
    ("прогноз", 0.85),
    ("предсказание", 0.95),
    ("予測", 0.9),
    ("预测", 0.9),
    ("预测值", 0.95),
    ("예측", 0.9),
];
/// Names of the moment of a row.
const TIMESTAMPS: &[(&str, f64)] = &[
    ("timestamp", 0.97),
    ("event time", 0.93),
    ("event timestamp", 0.95),
    ("datetime", 0.93),
    ("date time", 0.93),
    ("date", 0.92),
    ("time", 0.85),
    ("ts", 0.9),
    ("day", 0.75),
];
/// Names of the key of a row.
const IDS: &[&str] =
    &["id", "uuid", "guid", "key", "row id", "rowid", "row number", "index", "idx", "unnamed: 0", "record id", "example id", "sample id"];
/// Names of the query of a ranked item.
const QUERIES: &[&str] = &["query id", "qid", "query", "search id", "srch id", "impression id"];
/// Names of things that own several rows.
const GROUPS: &[&str] =
    &["group", "group id", "cluster", "cluster id", "patient id", "user id", "customer id", "subject id", "account id", "household id"];
/// Names of row weights. Plain `weight` is too often a body's or a parcel's.
const WEIGHTS: &[&str] =
    &["sample weight", "sample weights", "instance weight", "row weight", "case weight", "weights", "importance weight"];
/// Names of vectors.
const EMBEDDINGS: &[&str] = &["embedding", "embeddings", "emb", "vector", "features vector", "encoding"];
/// Words that mark a feature of which fairness is usually asked, wherever they stand in a name.
const PROTECTED: &[&str] = &[
    "sex",
    "gender",
    "race",
    "ethnicity",
    "ethnic",
    "religion",
    "disability",
    "disabled",
    "pregnant",
    "pregnancy",
    "nationality",
    "marital",
    "orientation",
    "veteran",
];
/// Words that may stand beside `age` when it is a person's.
const AGE_COMPANIONS: &[&str] = &[
    "age",
    "group",
    "band",
    "bucket",
    "range",
    "bracket",
    "years",
    "in",
    "customer",
    "user",
    "patient",
    "applicant",
    "person",
    "driver",
    "client",
    "borrower",
    "at",
];

/// A name in lower-case words: `queryID`, `query_id` and `Query-Id` are all `query id`.
pub fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for c in name.chars() {
        let starts_word = c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if (c == '_' || c == '-' || c == '.' || c.is_whitespace() || starts_word) && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        if !(c == '_' || c == '-' || c == '.' || c.is_whitespace()) {
            out.extend(c.to_lowercase());
        }
        before = c;
    }
    out.trim_end().to_owned()
}

/// How surely a name names the truth; 0 where it does not.
pub fn label_name(words: &str) -> f64 {
    let suffix = |s: &str| words.ends_with(s) && !words.starts_with("pred");
    listed(LABELS, words).unwrap_or(if suffix(" label") || suffix(" target") || words.starts_with("label ") { 0.75 } else { 0.0 })
}

/// Whether a name is one of what usually is a truth.
pub fn outcome_name(words: &str) -> bool {
    OUTCOMES.contains(&words)
}

/// Whether a truth and a prediction have one name but for what marks the prediction: `price` and `predicted price`.
pub fn belong_together(truth: &str, prediction: &str) -> bool {
    let without =
        |words: &str, marks: &[&str]| words.split(' ').filter(|word| !marks.contains(word)).map(str::to_owned).collect::<Vec<_>>();
    let stem = without(prediction, PREDICTION_MARKS);
    if stem.is_empty() || stem.len() == prediction.split(' ').count() {
        return false;
    }
    without(truth, TRUTH_MARKS) == stem || truth.split(' ').eq(stem.iter().map(String::as_str))
}

/// How surely a name names a prediction; 0 where it does not.
pub fn prediction_name(words: &str) -> f64 {
    let words = [" percent", " pct", " percentage", " (%)", " %"].iter().find_map(|unit| words.strip_suffix(unit)).unwrap_or(words);
    let ends =
        [" pred", " preds", " prediction", " predictions", " proba", " probabilities", " predicted"].iter().any(|s| words.ends_with(s));
    let starts = ["predicted ", "prediction ", "pred "].iter().any(|s| words.starts_with(s));
    listed(PREDICTIONS, words).unwrap_or(if ends || starts { 0.85 } else { 0.0 })
}

/// Words before or after a class in the name of the column that holds its probability.
const PROBABILITY_WORDS: &[&str] = &[
    "pred",
    "preds",
    "predict",
    "predicted",
    "prediction",
    "predictions",
    "prob",
    "probs",
    "proba",
    "probas",
    "probability",
    "probabilities",
    "p",
    "score",
    "scores",
    "confidence",
    "conf",
    "likelihood",
    "softmax",
    "class",
];
/// Words that stand among those and say nothing alone.
const FILLERS: &[&str] = &["y", "of", "for", "model", "output", "the", "is", "label", "hat"];

/// The class in the name of a column that holds one class's probability: `prob_cat`, `y_pred_proba_cat`, `P(cat)`, `cat_prob`,
/// `Probability of cat`, `p0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProbabilityName {
    /// The words around the class, in lower case: the same for all classes of a model.
    pub around: (String, String),
    /// The class.
    pub class: String,
}

/// Takes the name of a column that holds one class's probability apart; `None` where no word says so.
pub fn probability_name(name: &str) -> Option<ProbabilityName> {
    let separates = |c: char| c.is_whitespace() || matches!(c, '_' | '-' | '.' | ':' | '(' | ')' | '[' | ']' | '=' | '|' | '/' | '%');
    let is_word = |list: &[&str], word: &str| list.iter().any(|known| known.eq_ignore_ascii_case(word));
    let (mut start, mut end) = (0, name.len());
    let mut said = false;
    loop {
        let rest = name.get(start..end)?;
        let word = rest.split(separates).next().unwrap_or_default();
        let after = rest.get(word.len()..).unwrap_or_default();
        if word.is_empty() {
            let Some(skipped) = rest.chars().next().filter(|c| separates(*c) && (*c != '-' || start > 0)) else { break };
            // A minus before a number is its sign: `score_-1`.
            if skipped == '-'
                && rest.get(1..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()))
                && name.get(..start).is_some_and(|b| b.ends_with(['_', ' ', '.']))
            {
                break;
            }
            start += skipped.len_utf8();
        } else if !after.is_empty() && (is_word(PROBABILITY_WORDS, word) || is_word(FILLERS, word)) {
            said |= is_word(PROBABILITY_WORDS, word);
            start += word.len();
        } else {
            break;
        }
    }
    // `p0`, `class1`: the number is the class.
    let rest = name.get(start..end)?;
    let letters = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    let number = rest.get(letters..).unwrap_or_default();
    if letters > 0 && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) && is_word(PROBABILITY_WORDS, rest.get(..letters)?) {
        said = true;
        start += letters;
    }
    loop {
        let rest = name.get(start..end)?;
        let word = rest.rsplit(separates).next().unwrap_or_default();
        if word.is_empty() {
            let Some(skipped) = rest.chars().next_back().filter(|c| separates(*c)) else { break };
            end -= skipped.len_utf8();
        } else if word.len() < rest.len() && (is_word(PROBABILITY_WORDS, word) || is_word(FILLERS, word)) {
            said |= is_word(PROBABILITY_WORDS, word);
            end -= word.len();
        } else {
            break;
        }
    }
    let class = name.get(start..end).filter(|class| said && !class.is_empty() && !is_word(PROBABILITY_WORDS, class))?;
    let around = (name.get(..start)?.to_lowercase(), name.get(end..)?.to_lowercase());
    Some(ProbabilityName { around, class: class.to_owned() })
}

/// Whether a name says a share of 100: `score_percent`, `risk_pct`, `probability (%)`.
pub fn says_percent(name: &str) -> bool {
    name.contains('%') || words(name).split([' ', '(', ')']).any(|w| matches!(w, "percent" | "pct" | "percentage" | "perc"))
}

/// Whether a name says how sure a model is, of whichever class it names.
pub fn confidence_name(words: &str) -> bool {
    let last = words.rsplit(' ').next().unwrap_or_default();
    matches!(last, "confidence" | "conf" | "certainty" | "score" | "scores" | "prob" | "probability" | "proba" | "likelihood")
        || matches!(last, "konfidenz" | "sicherheit" | "wahrscheinlichkeit" | "confiance" | "confianza" | "confiança" | "confidenza")
}

/// How surely a name names the moment of a row; 0 where it does not.
pub fn timestamp_name(words: &str) -> f64 {
    let suffix = [" at", " time", " date", " timestamp", " ts", " datetime"].iter().any(|s| words.ends_with(s));
    listed(TIMESTAMPS, words).unwrap_or(if suffix { 0.8 } else { 0.0 })
}

/// Roles that a name alone can suggest, with how surely.
pub fn other_role(words: &str) -> Option<(Role, f64)> {
    let of = |names: &[&str]| names.contains(&words);
    if of(QUERIES) {
        Some((Role::QueryId, 0.85))
    } else if of(GROUPS) {
        Some((Role::Group, 0.6))
    } else if of(WEIGHTS) {
        Some((Role::Weight, 0.9))
    } else if of(EMBEDDINGS) || words.ends_with(" embedding") || words.ends_with(" emb") {
        Some((Role::Embedding, 0.9))
    } else if of(IDS) || words.ends_with(" id") || words.ends_with(" uuid") {
        Some((Role::Id, 0.85))
    } else {
        None
    }
}

/// Whether a name suggests a feature of which fairness is asked, and the word that does.
pub fn protected_word(words: &str) -> Option<&str> {
    let found = words.split(' ').find(|word| PROTECTED.contains(word));
    let age = || words.split(' ').any(|word| word == "age") && words.split(' ').all(|word| AGE_COMPANIONS.contains(&word));
    found.or_else(|| age().then_some("age"))
}

fn listed(list: &[(&str, f64)], words: &str) -> Option<f64> {
    list.iter().find(|(name, _)| *name == words).map(|&(_, confidence)| confidence)
}

/// The existing name nearest to `wanted` by edit distance, case aside; `None` where none is near.
pub fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let target: Vec<char> = wanted.to_lowercase().chars().collect();
    names
        .map(|name| (edit_distance(&target, &name.to_lowercase().chars().collect::<Vec<_>>()), name))
        .min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)))
        .filter(|(distance, name)| *distance * 2 <= target.len().max(name.chars().count()))
        .map(|(_, name)| name)
}

/// Levenshtein's distance.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (above, y) in row.iter_mut().skip(1).zip(b) {
            let cost = (diagonal + usize::from(x != y)).min(*above + 1).min(left + 1);
            diagonal = *above;
            *above = cost;
            left = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_names_into_words() {
        assert_eq!(words("queryID"), "query id");
        assert_eq!(words("Query-Id"), "query id");
        assert_eq!(words("meta.Reason"), "meta reason");
        assert_eq!(words("y_true"), "y true");
    }

    #[test]
    fn knows_the_usual_names() {
        assert!(label_name("label") > 0.9 && label_name("fraud label") > 0.7 && label_name("predicted label") == 0.0);
        assert!(prediction_name("preds") > 0.9 && prediction_name("predicted label") > 0.8 && prediction_name("amount") == 0.0);
        assert!(timestamp_name("opened at") > 0.7);
        assert_eq!(other_role("query id").map(|r| r.0), Some(Role::QueryId));
        assert_eq!(protected_word("customer age group"), Some("age"));
        assert_eq!(protected_word("account age"), None);
        assert_eq!(protected_word("page"), None);
    }

    #[test]
    fn classes_are_found_in_the_names_of_their_probabilities() {
        let class = |name: &str| probability_name(name).map(|n| n.class);
        let named =
            ["proba_cat", "y_pred_proba_cat", "P(cat)", "cat_prob", "Probability of cat", "class_cat", "cat probability (%)", "pred.cat"];
        for name in named {
            assert_eq!(class(name).as_deref(), Some("cat"), "{name}");
        }
        assert_eq!(class("y_pred_proba_prepaid_card").as_deref(), Some("prepaid_card"));
        assert_eq!(
            (class("p0").as_deref(), class("prob_12").as_deref(), class("score_-1").as_deref()),
            (Some("0"), Some("12"), Some("-1"))
        );
        assert_eq!((class("price"), class("y_pred_proba"), class("sand"), class("page_views")), (None, None, None, None));
        assert!(says_percent("score_percent") && says_percent("risk %") && !says_percent("score"));
    }

    #[test]
    fn finds_the_nearest_name() {
        assert_eq!(nearest("lable", ["label", "text", "date"].into_iter()), Some("label"));
        assert_eq!(nearest("Label", ["label", "labels"].into_iter()), Some("label"));
        assert_eq!(nearest("zzzzzzzz", ["label", "text"].into_iter()), None);
        assert_eq!(edit_distance(&['k', 'i', 't'], &['s', 'i', 't', 's']), 2);
    }
}
