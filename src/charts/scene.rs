//! A drawing as plain data.

/// A drawing: its size, its marks in painting order, what it says, and the same numbers as a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width in CSS pixels (the view box; the picture scales to its place).
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// A few words: the accessible name.
    pub title: String,
    /// One sentence: what the picture shows, with its numbers.
    pub takeaway: String,
    /// Marks in painting order.
    pub marks: Vec<Mark>,
    /// The same numbers.
    pub table: TableTwin,
}

/// A mark: a shape with a class (`axis`, `alert`, `ref`, …), an optional tooltip and an optional case that it opens.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// What is drawn.
    pub shape: Shape,
    /// Space-separated CSS classes; colours come from the style sheet.
    pub class: String,
    /// What hovering says.
    pub tip: Option<String>,
    /// The case (by id) that a click opens.
    pub opens: Option<String>,
}

/// Where a text hangs on its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Begins there.
    Start,
    /// Centred there.
    Middle,
    /// Ends there.
    End,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A rectangle with rounded corners.
    Rect {
        /// Left.
        x: f64,
        /// Top.
        y: f64,
        /// Width.
        width: f64,
        /// Height.
        height: f64,
        /// Corner radius.
        radius: f64,
    },
    /// A straight line.
    Line {
        /// From x.
        x1: f64,
        /// From y.
        y1: f64,
        /// To x.
        x2: f64,
        /// To y.
        y2: f64,
    },
    /// A circle.
    Circle {
        /// Centre x.
        x: f64,
        /// Centre y.
        y: f64,
        /// Radius.
        r: f64,
    },
    /// An SVG path.
    Path {
        /// The `d` attribute.
        d: String,
    },
    /// A line of text.
    Text {
        /// Where it hangs.
        x: f64,
        /// Its baseline.
        y: f64,
        /// How it hangs.
        anchor: Anchor,
        /// The text, unescaped.
        text: String,
    },
}

/// The numbers of a scene as a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableTwin {
    /// Column heads.
    pub columns: Vec<String>,
    /// Rows of cells.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table twin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What stands there.
    pub text: String,
    /// Whether it is a number (set flush right).
    pub number: bool,
}
