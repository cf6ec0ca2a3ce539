//! How consistently the items of a scale measure one thing.

mod coefficients;
pub(in crate::measure) mod covariance;
pub mod factor;
pub(in crate::measure) mod rows;

pub use coefficients::{
    Denominator, Lambda, MOST_SPLIT, SplitHalf, alpha, alpha_if_dropped, alpha_se, average_r,
    average_variance_extracted, difference_error, feldt, item_rest, item_total, item_total_corrected, loadings,
    median_r, odd_even, omega_of_loadings, omega_total, reliable_change, signal_noise, standard_error_of_measurement,
};
