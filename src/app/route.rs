//! Hash routes, so that a link opens a view and the back button does what it says.

/// How the tests of a run are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Listing {
    /// All tests, worst first.
    #[default]
    All,
    /// Grouped by category.
    Category,
    /// Grouped by feature.
    Feature,
    /// The weakest parts of the data.
    Slices,
    /// Protected features and their groups.
    Fairness,
    /// Every case, searched.
    Cases,
}

impl Listing {
    /// All of them with their ids and names.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::All, "all", "All tests"),
        (Self::Category, "category", "By category"),
        (Self::Feature, "feature", "By feature"),
        (Self::Slices, "slices", "Slices"),
        (Self::Fairness, "fairness", "Fairness"),
        (Self::Cases, "cases", "Search cases"),
    ];
}

/// What is asked of a list of cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Words that must occur.
    pub words: String,
    /// One severity (`alert`, `warn`, `pass`, `skip`, `let-be`), or empty for all.
    pub status: String,
    /// One category by id, or empty.
    pub category: String,
    /// One kind by id, or empty.
    pub kind: String,
}

impl Asked {
    const KEYS: [&'static str; 4] = ["q", "status", "category", "kind"];

    fn parts(&self) -> [&String; 4] {
        [&self.words, &self.status, &self.category, &self.kind]
    }
}

/// The filters of the list of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedEvents {
    /// One state of incidents (`Open`, `Over`, `Resolved`), or empty for all.
    pub state: String,
    /// One severity (`alert`, `warn`), or empty.
    pub severity: String,
    /// One risk, monitor and feature by name, each or empty.
    pub by: [String; 3],
}

impl AskedEvents {
    const KEYS: [&'static str; 5] = ["state", "severity", "risk", "monitor", "feature"];

    fn parts(&self) -> [&String; 5] {
        let [risk, monitor, feature] = &self.by;
        [&self.state, &self.severity, risk, monitor, feature]
    }
}

/// A place of the firewall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Status, insights, series, bins.
    Overview,
    /// What a new firewall would watch.
    Promote,
    /// All events, through these filters.
    Events(AskedEvents),
    /// An event, by id.
    Event(String),
    /// The check of single rows.
    Check,
}

/// How the runs of bins are told from those of stress tests: `bins:<start>`, or `bins:<from>-<to>` for several together.
const BINS: &str = "bins:";

/// The bins that a run is of, where it is no stress test: from, and to (exclusive) where there are several.
pub fn bins_of(run: &str) -> Option<(i64, Option<i64>)> {
    let span = run.strip_prefix(BINS)?;
    // Before 1970 a start has a minus of its own.
    match span.get(1..)?.find('-') {
        Some(at) => Some((span.get(..=at)?.parse().ok()?, Some(span.get(at + 2..)?.parse().ok()?))),
        None => Some((span.parse().ok()?, None)),
    }
}

/// A view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The projects, or the welcome where there are none.
    Projects,
    /// Files, roles and the model.
    Data,
    /// What was found wrong with the files.
    Warnings,
    /// The runs of the open project.
    Tests,
    /// The run that is under way.
    Live,
    /// A finished run.
    Run {
        /// The project's id.
        project: String,
        /// The run's id.
        run: String,
        /// How its tests are listed.
        listing: Listing,
        /// What is searched for.
        asked: Asked,
    },
    /// Two runs side by side.
    Compare {
        /// The project's id.
        project: String,
        /// The earlier run's id.
        before: String,
        /// The later run's id.
        after: String,
    },
    /// A test of a run.
    Test {
        /// The project's id.
        project: String,
        /// The run's id.
        run: String,
        /// `category:test`.
        batch: String,
        /// The case that stands open.
        case: Option<String>,
    },
    /// The firewall of the open project.
    Firewall(Place),
    /// What the firewall follows; one monitor by its id.
    Monitors(Option<String>),
    /// How to check that nothing leaves the tab.
    Check,
    /// No such view.
    Unknown,
}

impl Route {
    /// Reads a location hash such as `#/runs/p1/r7/drift:label_drift?case=…`.
    pub fn parse(hash: &str) -> Self {
        let hash = hash.strip_prefix('#').unwrap_or(hash);
        let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
        let parts: Vec<String> = path.split('/').filter(|p| !p.is_empty()).map(decode).collect();
        let asked = |key: &str| query.split('&').find_map(|pair| pair.split_once('=').filter(|(k, _)| *k == key).map(|(_, v)| decode(v)));
        let run = |project: String, run: String| {
            let list = asked("list").unwrap_or_default();
            let listing = Listing::ALL.iter().find(|(_, id, _)| *id == list).map_or_else(Listing::default, |(l, ..)| *l);
            let [words, status, category, kind] = Asked::KEYS.map(|key| asked(key).unwrap_or_default());
            Self::Run { project, run, listing, asked: Asked { words, status, category, kind } }
        };
        match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => Self::Projects,
            ["data"] => Self::Data,
            ["warnings"] => Self::Warnings,
            ["tests"] => Self::Tests,
            ["live"] => Self::Live,
            ["check"] => Self::Check,
            ["firewall"] => Self::Firewall(Place::Overview),
            ["firewall", "promote"] => Self::Firewall(Place::Promote),
            ["firewall", "events"] => {
                let [state, severity, risk, monitor, feature] = AskedEvents::KEYS.map(|key| asked(key).unwrap_or_default());
                Self::Firewall(Place::Events(AskedEvents { state, severity, by: [risk, monitor, feature] }))
            }
            ["firewall", "events", id] => Self::Firewall(Place::Event((*id).to_owned())),
            ["firewall", "check"] => Self::Firewall(Place::Check),
            ["monitors"] => Self::Monitors(None),
            ["monitors", id] => Self::Monitors(Some((*id).to_owned())),
            ["firewall", "bins", span] => run(String::new(), format!("{BINS}{span}")),
            ["firewall", "bins", span, batch] => {
                Self::Test { project: String::new(), run: format!("{BINS}{span}"), batch: (*batch).to_owned(), case: asked("case") }
            }
            ["runs", project, id] => run((*project).to_owned(), (*id).to_owned()),
            ["compare", project, before, after] => {
                Self::Compare { project: (*project).to_owned(), before: (*before).to_owned(), after: (*after).to_owned() }
            }
            ["runs", project, run, batch] => {
                Self::Test { project: (*project).to_owned(), run: (*run).to_owned(), batch: (*batch).to_owned(), case: asked("case") }
            }
            _ => Self::Unknown,
        }
    }

    /// The hash that opens this view.
    pub fn href(&self) -> String {
        match self {
            Self::Projects | Self::Unknown => "#/".to_owned(),
            Self::Data => "#/data".to_owned(),
            Self::Warnings => "#/warnings".to_owned(),
            Self::Tests => "#/tests".to_owned(),
            Self::Live => "#/live".to_owned(),
            Self::Check => "#/check".to_owned(),
            Self::Firewall(place) => match place {
                Place::Overview => "#/firewall".to_owned(),
                Place::Promote => "#/firewall/promote".to_owned(),
                Place::Events(asked) => with_query("#/firewall/events".to_owned(), AskedEvents::KEYS.into_iter().zip(asked.parts())),
                Place::Event(id) => format!("#/firewall/events/{}", encode(id)),
                Place::Check => "#/firewall/check".to_owned(),
            },
            Self::Monitors(None) => "#/monitors".to_owned(),
            Self::Monitors(Some(id)) => format!("#/monitors/{}", encode(id)),
            Self::Run { project, run, listing, asked } => {
                let all = String::new();
                let list =
                    Listing::ALL.iter().find(|(l, ..)| l == listing && *l != Listing::All).map_or(all, |(_, id, _)| (*id).to_owned());
                let asked = Asked::KEYS.into_iter().zip(asked.parts());
                with_query(of_run(project, run), std::iter::once(("list", &list)).chain(asked))
            }
            Self::Compare { project, before, after } => format!("#/compare/{}/{}/{}", encode(project), encode(before), encode(after)),
            Self::Test { project, run, batch, case } => {
                let mut href = format!("{}/{}", of_run(project, run), encode(batch));
                if let Some(case) = case {
                    href.push_str("?case=");
                    href.push_str(&encode(case));
                }
                href
            }
        }
    }

    /// All events of the firewall.
    pub fn events() -> Self {
        Self::Firewall(Place::Events(AskedEvents::default()))
    }

    /// The run of some bins: `to` is exclusive; one bin where it is absent.
    pub fn bins(from: i64, to: Option<i64>) -> Self {
        let run = to.map_or_else(|| format!("{BINS}{from}"), |to| format!("{BINS}{from}-{to}"));
        Self::Run { project: String::new(), run, listing: Listing::All, asked: Asked::default() }
    }

    /// The document's title.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Projects => "Projects",
            Self::Data => "Data & model",
            Self::Warnings => "File warnings",
            Self::Tests => "Stress tests",
            Self::Live => "Running",
            Self::Run { run, .. } | Self::Test { run, .. } if bins_of(run).is_some() => "Bin",
            Self::Run { .. } => "Stress test",
            Self::Firewall(Place::Promote) => "Promote a model",
            Self::Firewall(Place::Events(_)) => "Events",
            Self::Firewall(Place::Event(_)) => "Event",
            Self::Firewall(Place::Check) => "Try a row",
            Self::Firewall(Place::Overview) => "Firewall",
            Self::Monitors(_) => "Monitors",
            Self::Compare { .. } => "Two runs",
            Self::Test { .. } => "Test",
            Self::Check => "How to check",
            Self::Unknown => "Not found",
        }
    }
}

/// A link with its filters as a query; empty ones are left out.
fn with_query<'a>(mut href: String, asked: impl Iterator<Item = (&'static str, &'a String)>) -> String {
    let mut join = '?';
    for (key, value) in asked.filter(|(_, value)| !value.is_empty()) {
        href.push(join);
        join = '&';
        href.push_str(key);
        href.push('=');
        href.push_str(&encode(value));
    }
    href
}

fn of_run(project: &str, run: &str) -> String {
    run.strip_prefix(BINS)
        .map_or_else(|| format!("#/runs/{}/{}", encode(project), encode(run)), |span| format!("#/firewall/bins/{}", encode(span)))
}

/// The batch of a case: `drift:feature_drift[city]` and `drift:feature_drift#impact` are cases of `drift:feature_drift`.
pub fn batch_of(case: &str) -> &str {
    case.split(['[', '#']).next().unwrap_or(case)
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let pair = if first == b'%' { tail.get(..2).and_then(|h| std::str::from_utf8(h).ok()) } else { None };
        if let Some(byte) = pair.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_survives_its_link() {
        let project = "p 1/ä".to_owned();
        let run = "r?7".to_owned();
        let views = [
            Route::Projects,
            Route::Data,
            Route::Warnings,
            Route::Tests,
            Route::Live,
            Route::Check,
            Route::Run { project: project.clone(), run: run.clone(), listing: Listing::All, asked: Asked::default() },
            Route::Run {
                project: project.clone(),
                run: run.clone(),
                listing: Listing::Cases,
                asked: Asked { words: "a = b & c".to_owned(), kind: "property".to_owned(), ..Asked::default() },
            },
            Route::bins(1_785_542_400_000, None),
            Route::bins(-86_400_000, Some(86_400_000)),
            Route::Test {
                project: String::new(),
                run: "bins:5-9".to_owned(),
                batch: "drift:label_drift".to_owned(),
                case: Some("a[b]".to_owned()),
            },
            Route::Firewall(Place::Overview),
            Route::Firewall(Place::Promote),
            Route::events(),
            Route::Firewall(Place::Events(AskedEvents {
                state: "Open".to_owned(),
                by: [(); 3].map(|()| "a = b & c".to_owned()),
                ..Default::default()
            })),
            Route::Firewall(Place::Event("drift:feature_drift[a/b] 5".to_owned())),
            Route::Firewall(Place::Check),
            Route::Monitors(None),
            Route::Monitors(Some("custom:my monitor".to_owned())),
            Route::Compare { project: project.clone(), before: run.clone(), after: "8".to_owned() },
            Route::Test { project: project.clone(), run: run.clone(), batch: "drift:label_drift".to_owned(), case: None },
            Route::Test {
                project,
                run,
                batch: "subset_performance:subset_macro_f1".to_owned(),
                case: Some("subset_performance:subset_macro_f1[a&b = 100%, c]".to_owned()),
            },
        ];
        for view in views {
            assert_eq!(Route::parse(&view.href()), view, "{}", view.href());
        }
    }

    #[test]
    fn strange_hashes_are_not_views() {
        assert_eq!(Route::parse(""), Route::Projects);
        assert_eq!(Route::parse("#/nowhere"), Route::Unknown);
        assert_eq!(
            Route::parse("#/runs/%zz/a%4"),
            Route::Run { project: "%zz".into(), run: "a%4".into(), listing: Listing::All, asked: Asked::default() }
        );
    }

    #[test]
    fn bins_are_told_from_runs() {
        assert_eq!(bins_of("bins:5"), Some((5, None)));
        assert_eq!(bins_of("bins:5-9"), Some((5, Some(9))));
        assert_eq!(bins_of("r7"), None);
        assert_eq!(bins_of("bins:x"), None);
    }

    #[test]
    fn a_case_names_its_batch() {
        assert_eq!(batch_of("drift:feature_drift[city]"), "drift:feature_drift");
        assert_eq!(batch_of("model_performance:accuracy"), "model_performance:accuracy");
    }
}
