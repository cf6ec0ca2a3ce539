//! Agreement on what comes first: rankings, ratings and lists of people and layers.
//!
//! Inputs are rows of judges over the same objects, `None` where a judge is silent, or ranked lists.

mod concordance;
mod consensus;
mod judges;
mod krippendorff;
mod overlap;
mod ranks;

pub use concordance::{Concordance, concordance_p, kendall_w};
pub(crate) use consensus::two_camps;
pub use consensus::{Consensus, SharedView, consensus, consensus_of};
pub use judges::Judges;
pub use krippendorff::{Metric, krippendorff_alpha};
pub use overlap::{
    RankBiasedOverlap, RankedList, TieDepth, average_overlap, jaccard, rank_biased_overlap, top_k_overlap,
};
pub use ranks::{Ranks, correlation_p, kendall_tau_b, mean_ranks, pearson, rank, spearman};
