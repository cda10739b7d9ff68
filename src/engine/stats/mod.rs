//! Distances between distributions, tests, intervals and multiple testing.
//!
//! Everything here takes counts or sums, never rows of a table, and knows nothing of features or thresholds. Each file names
//! the source of its formulas; `tests/oracles/stats.py` holds them against scipy, scikit-learn and statsmodels.

pub mod chi_square;
pub mod delong;
pub mod distances;
pub mod draws;
pub mod fisher;
pub mod information;
pub mod information_change;
pub mod isotonic;
pub mod kolmogorov;
pub mod ledoit_wolf;
pub mod log_odds;
pub mod multiple;
pub mod proportions;
pub mod ranks;
pub mod rao_scott;
pub mod sequential;
pub mod special;
