//! Evidence and tallies become numbers, each with its people, its uncertainty and its origin.

mod aggregation;
mod agreement;
pub mod distribution;
mod favorability;
mod interval;
mod reliability;
mod rows;
mod scale;
mod value;

pub use aggregation::{Anova, aggregation, anova};
pub use agreement::{agreement, ad_mean, awg, r_star_wg_j, rwg, rwg_j, uniform_variance};
pub use favorability::favorability;
pub use interval::{Posterior, Shrinkage, UnitMean};
pub use reliability::{alpha, reliability};
pub use rows::{Kind, ScaleRow, Status};
pub use scale::{Reading, Sizes, difference, differences, items, posteriors, scores, scores_with};
pub use value::{Absence, Estimate, MeasureValue, Origin};
