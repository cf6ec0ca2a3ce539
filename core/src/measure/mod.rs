//! Evidence and tallies become numbers, each with its people, its uncertainty and its origin.

mod aggregation;
mod agreement;
mod agreement_rows;
mod by_name;
mod challenge;
mod covariance;
mod decision_rights;
mod decisions;
pub mod distribution;
pub mod factor;
mod facts;
mod favorability;
mod interval;
pub mod linalg;
mod nonresponse;
mod null;
pub mod ordinal;
mod policy;
pub mod reliability;
mod reliability_rows;
mod respondents;
mod rows;
mod scale;
mod summary;
mod table;
mod value;
mod variance_components;

pub use aggregation::{Anova, aggregation, anova};
pub use agreement::{ItemAgreement, ScaleAgreement, ad_mean, ad_median, awg, r_star_wg_j, rwg, rwg_j, rwg_j_clipped};
pub use agreement_rows::{
    AgreementOptions, agreement, agreement_listwise, agreement_summary, agreement_with, summarize_units,
};
pub use by_name::{MEASURES, about, measure};
pub use challenge::{PooledRatings, Ratings, pool_ratings};
pub use covariance::{Covariances, Pairing, covariances, pair_correlations};
pub use decision_rights::{RightsMeasures, decision_rights};
pub(crate) use decisions::maker;
pub use decisions::{MIN_RANKERS, approvals, decision_days, kendalls_w};
pub use facts::join_facts;
pub use favorability::{favorability, favorability_with};
pub use interval::{Posterior, Shrinkage, UnitMean};
pub use nonresponse::{nonresponse, nonresponse_bounds, tipping_difference};
pub use null::{Null, triangular_weights, variance_of_weights};
pub use policy::{Policy, Reconciliation, overall, reconcile};
pub use reliability::alpha;
pub use reliability_rows::reliability;
pub use rows::{Kind, ScaleRow, Status};
pub use scale::{Reading, Sizes, difference, differences, items, posteriors, scores, scores_with};
pub use summary::{Summary, summarize};
pub use table::to_table;
pub use value::{Absence, Estimate, MeasureValue, Origin, Reveals};
pub use variance_components::{Components, Likelihood, variance_components};
