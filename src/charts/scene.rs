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

impl Mark {
    fn new(shape: Shape, class: &str) -> Self {
        Self { shape, class: class.to_owned(), tip: None, opens: None }
    }

    /// A rectangle.
    pub fn rect(x: f64, y: f64, width: f64, height: f64, radius: f64, class: &str) -> Self {
        Self::new(Shape::Rect { x, y, width: width.max(0.0), height: height.max(0.0), radius }, class)
    }

    /// A line.
    pub fn line(x1: f64, y1: f64, x2: f64, y2: f64, class: &str) -> Self {
        Self::new(Shape::Line { x1, y1, x2, y2 }, class)
    }

    /// A circle.
    pub fn circle(x: f64, y: f64, r: f64, class: &str) -> Self {
        Self::new(Shape::Circle { x, y, r }, class)
    }

    /// A path.
    pub fn path(d: String, class: &str) -> Self {
        Self::new(Shape::Path { d }, class)
    }

    /// A line of text.
    pub fn text(x: f64, y: f64, anchor: Anchor, text: &str, class: &str) -> Self {
        Self::new(Shape::Text { x, y, anchor, text: text.to_owned() }, class)
    }

    /// Adds what hovering says.
    pub fn tip(mut self, tip: &str) -> Self {
        self.tip = Some(tip.to_owned());
        self
    }

    /// Adds the case that a click opens.
    pub fn opens(mut self, case: &str) -> Self {
        self.opens = Some(case.to_owned());
        self
    }
}

impl Cell {
    /// A cell of words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), number: false }
    }

    /// A cell of digits.
    pub fn digits(text: impl Into<String>) -> Self {
        Self { text: text.into(), number: true }
    }
}

impl TableTwin {
    /// A table with these heads and no rows yet.
    pub fn new(columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(|c| (*c).to_owned()).collect(), rows: Vec::new() }
    }
}
