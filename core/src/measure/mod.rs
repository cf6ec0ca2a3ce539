//! Evidence and tallies become numbers, each with its people, its uncertainty and its origin.

mod aggregation;
mod agreement;
mod challenge;
pub mod coherence;
pub mod concordance;
mod decision_rights;
mod decisions;
mod facts;
mod math;
pub mod network;
pub mod ordinal;
pub mod reliability;
mod request;
mod respondents;
mod rows;
mod scores;
mod study;
mod summary;
mod table;
mod value;

pub use aggregation::anova::{Anova, aggregation, anova};
pub use aggregation::gate::{GateAnswer, GateOptions, GateState, gate, gate_rows};
pub use aggregation::interval::{Posterior, Shrinkage, UnitMean};
pub use aggregation::variance_components::{Components, Likelihood, variance_components};
pub use agreement::indices::{
    ItemAgreement, ScaleAgreement, ad_mean, ad_median, awg, r_star_wg_j, rwg, rwg_j, rwg_j_clipped,
};
pub use agreement::null::{Null, triangular_weights, variance_of_weights};
pub use agreement::rows::{
    AgreementOptions, agreement, agreement_listwise, agreement_summary, agreement_with, summarize_units,
};
pub use challenge::{PooledRatings, Ratings, pool_ratings};
pub use decision_rights::{RightsMeasures, decision_rights};
pub(crate) use decisions::maker;
pub use decisions::{MIN_RANKERS, approvals, decision_days, kendalls_w};
pub use facts::join_facts;
pub use math::{distribution, linalg};
pub use reliability::alpha;
pub use reliability::covariance::{Covariances, Pairing, covariances, pair_correlations};
pub use reliability::factor;
pub use reliability::rows::reliability;
pub use request::Reply;
pub use request::plan::plan;
pub use request::responses::read_responses;
pub use request::tally::{MEASURES, about, measure, read_means, read_tally};
pub use rows::{Kind, ScaleRow, Status};
pub use scores::favorability::{favorability, favorability_with};
pub use scores::means::{counts, means};
pub use scores::nonresponse::{nonresponse, nonresponse_bounds, tipping_difference};
pub use scores::policy::{Policy, Reconciliation, overall, reconcile, reconcile_rows};
pub use scores::scale::{
    Reading, Sizes, difference, differences, items, posteriors, probability_above, scores, scores_with,
};
pub(crate) use scores::scale::{levels_among, respondent_scores};
pub use study::careless::{CarelessFlags, CarelessOptions, careless, careless_flags, careless_sensitivity};
pub use study::drivers::{driver_minimum, drivers};
pub use study::power::{
    power_of_difference, power_of_t, respondents_for_margin, smallest_group, unit_size_for_reliability,
};
pub use study::reliable_change::reliable_change;
pub use study::split_sample::{SplitSample, split_sample, split_sample_rows};
pub use study::waves::{Linking, benjamini_hochberg, changes};
pub use summary::{Summary, summarize};
pub use table::to_table;
pub use value::{Absence, Estimate, MeasureValue, Origin, Reveals};
