//! Evidence and tallies become numbers, each with its people, its uncertainty and its origin.

mod aggregation;
mod agreement;
mod by_name;
mod challenge;
mod decision_rights;
mod decisions;
pub mod distribution;
mod facts;
mod favorability;
mod interval;
pub mod network;
mod reliability;
mod rows;
mod scale;
mod table;
mod value;

pub use aggregation::{Anova, aggregation, anova};
pub use agreement::{ad_mean, agreement, awg, r_star_wg_j, rwg, rwg_j, uniform_variance};
pub use by_name::{MEASURES, about, measure};
pub use challenge::{PooledRatings, Ratings, pool_ratings};
pub use decision_rights::{RightsMeasures, decision_rights};
pub(crate) use decisions::maker;
pub use decisions::{MIN_RANKERS, approvals, decision_days, kendalls_w};
pub use facts::join_facts;
pub use favorability::favorability;
pub use interval::{Posterior, Shrinkage, UnitMean};
pub use reliability::{alpha, reliability};
pub use rows::{Kind, ScaleRow, Status};
pub use scale::{Reading, Sizes, difference, differences, items, posteriors, scores, scores_with};
pub use table::to_table;
pub use value::{Absence, Estimate, MeasureValue, Origin, Reveals};
