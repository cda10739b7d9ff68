//! The strain of one case or test as a small gauge: where it stands between 0, warning, alert and worst.

use leptos::prelude::*;

use super::Shape;

/// The gauge. Hollow where there is no evidence beyond noise.
#[component]
pub fn Gauge(strain: f64, shape: Shape, #[prop(default = true)] evident: bool) -> impl IntoView {
    let x = 3.0 + strain.clamp(0.0, 2.0) * 37.0;
    let d = match shape {
        Shape::Alert => format!("M{x:.1} 2.5l4.2 8h-8.4Z"),
        Shape::Warning => format!("M{x:.1} 2l4.5 4.5-4.5 4.5-4.5-4.5Z"),
        Shape::Pass | Shape::Skip => format!("M{:.1} 6.5a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0Z", x - 3.2),
    };
    let hidden = shape == Shape::Skip;
    view! {
        <svg class="gauge" viewBox="0 0 80 13" width="80" height="13" aria-hidden="true">
            <rect class="zone-pass" x="3" y="5" width="18.5" height="3" />
            <rect class="zone-warn" x="21.5" y="5" width="18.5" height="3" />
            <rect class="zone-alert" x="40" y="5" width="37" height="3" />
            {(!hidden).then(|| view! { <path class=format!("needle {}", shape.class()) class:hollow=!evident d=d /> })}
        </svg>
    }
}
