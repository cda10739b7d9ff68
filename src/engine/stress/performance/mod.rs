//! How the value of a metric in one set of rows compares with its value in another: shared by the questions about the whole
//! set, about subsets, and about subsets over time.
//!
//! A *gap* is a shortfall on the metric's own scale, larger is worse, with its standard error and its one-sided p. Means are
//! tested as parts drawn from the pool that holds them; areas under the ROC curve by DeLong's placements; everything that a
//! confusion matrix gives by draws of its cells; binary metrics that follow the base rate against what the model's own
//! calibrated probabilities expect.

mod base_rate;
mod before;
mod change;
mod gap;
mod null;
mod part;
mod specs;
mod worst;

pub(crate) use base_rate::weakness;
pub(crate) use before::is_as_before;
pub(crate) use change::{Splits, change_gap, class_rate_gap, estimated_gap, whole_gap};
pub(crate) use gap::{Gap, estimate, unit_of};
pub(crate) use null::{DRAWN, Null, PartNulls, mean_of_part, part_p, upper_tail};
pub(crate) use part::{LEAST_CLASS_ROWS, part_gap, smoothed_error};
pub(crate) use specs::{compared, lower_first, points, signed, spec_text};
pub(crate) use worst::{Subset, Worst, worst, worst_beyond};
