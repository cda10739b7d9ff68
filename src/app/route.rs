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
}

impl Listing {
    /// The three of them with their ids and names.
    pub const ALL: [(Self, &'static str, &'static str); 3] =
        [(Self::All, "all", "All tests"), (Self::Category, "category", "By category"), (Self::Feature, "feature", "By feature")];
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
        match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => Self::Projects,
            ["data"] => Self::Data,
            ["warnings"] => Self::Warnings,
            ["tests"] => Self::Tests,
            ["live"] => Self::Live,
            ["check"] => Self::Check,
            ["runs", project, run] => {
                let asked = asked("list").unwrap_or_default();
                let listing = Listing::ALL.iter().find(|(_, id, _)| *id == asked).map_or_else(Listing::default, |(l, ..)| *l);
                Self::Run { project: (*project).to_owned(), run: (*run).to_owned(), listing }
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
            Self::Run { project, run, listing } => {
                let mut href = format!("#/runs/{}/{}", encode(project), encode(run));
                if let Some((_, id, _)) = Listing::ALL.iter().find(|(l, ..)| l == listing && *l != Listing::All) {
                    href.push_str("?list=");
                    href.push_str(id);
                }
                href
            }
            Self::Test { project, run, batch, case } => {
                let mut href = format!("#/runs/{}/{}/{}", encode(project), encode(run), encode(batch));
                if let Some(case) = case {
                    href.push_str("?case=");
                    href.push_str(&encode(case));
                }
                href
            }
        }
    }

    /// The document's title.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Projects => "Projects",
            Self::Data => "Data & model",
            Self::Warnings => "File warnings",
            Self::Tests => "Stress tests",
            Self::Live => "Running",
            Self::Run { .. } => "Stress test",
            Self::Test { .. } => "Test",
            Self::Check => "How to check",
            Self::Unknown => "Not found",
        }
    }
}

/// The batch of a case: `drift:feature_drift[city]` is a case of `drift:feature_drift`.
pub fn batch_of(case: &str) -> &str {
    case.split_once('[').map_or(case, |(batch, _)| batch)
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
            Route::Run { project: project.clone(), run: run.clone(), listing: Listing::All },
            Route::Run { project: project.clone(), run: run.clone(), listing: Listing::Feature },
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
        assert_eq!(Route::parse("#/runs/%zz/a%4"), Route::Run { project: "%zz".into(), run: "a%4".into(), listing: Listing::All });
    }

    #[test]
    fn a_case_names_its_batch() {
        assert_eq!(batch_of("drift:feature_drift[city]"), "drift:feature_drift");
        assert_eq!(batch_of("model_performance:accuracy"), "model_performance:accuracy");
    }
}
