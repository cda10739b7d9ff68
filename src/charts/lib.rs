//! Numbers into pictures: [`Figure`](straingauge_api::Figure) → [`Scene`] → SVG text.
//!
//! A scene is marks in a coordinate system of CSS pixels, with classes instead of colours (the page's and the report's
//! style sheets give them), a one-line takeaway, and a table twin that holds the same numbers for whoever does not see the
//! picture. Knows no Leptos: the page renders a scene as nodes, the report as text.

mod scene;

pub use scene::{Anchor, Cell, Mark, Scene, Shape, TableTwin};
