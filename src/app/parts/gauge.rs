//! The strain of one case or test as a small gauge: where it stands between 0, warning, alert and worst.

use leptos::prelude::*;

use super::Shape;
use crate::element::svg;

/// The gauge. Hollow where there is no evidence beyond noise.
pub fn gauge(strain: f64, shape: Shape, evident: bool) -> AnyView {
    let x = 3.0 + strain.clamp(0.0, 2.0) * 37.0;
    let d = match shape {
        Shape::Alert => format!("M{x:.1} 2.5l4.2 8h-8.4Z"),
        Shape::Warning => format!("M{x:.1} 2l4.5 4.5-4.5 4.5-4.5-4.5Z"),
        Shape::Pass | Shape::Skip => format!("M{:.1} 6.5a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0Z", x - 3.2),
    };
    let zone = |class: &str, x: &str, width: &str| svg("rect", class).attr("x", x).attr("y", "5").attr("width", width).attr("height", "3");
    let needle = format!("needle {}{}", shape.class(), if evident { "" } else { " hollow" });
    let frame = svg("svg", "gauge").attr("viewBox", "0 0 80 13").attr("width", "80").attr("height", "13").attr("aria-hidden", "true");
    let zones = [zone("zone-pass", "3", "18.5"), zone("zone-warn", "21.5", "18.5"), zone("zone-alert", "40", "37")];
    frame.all(zones).all((shape != Shape::Skip).then(|| svg("path", &needle).attr("d", &d))).any()
}
