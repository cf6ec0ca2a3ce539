//! Connection: who looks to whom, within groups and across them, by formal order and beside it.

mod at;
mod betweenness;
mod brokerage;
mod burt;
mod component;
mod core_number;
mod cut;
mod degree;
mod distance;
mod dyads;
mod eigenvector;
mod graph;
mod homophily;
mod krackhardt;
mod leadership;
mod mixing;
mod mixing_cells;
mod network;
mod options;
mod positions;
mod qap;
mod reading;
mod response;
mod robustness;
mod rows;
mod shuffle;
mod triads;
mod whole;
mod work;

pub use betweenness::{SampledBetweenness, betweenness, most_between, sampled_betweenness};
pub use brokerage::{Expected, Role, brokerage, brokerage_expected};
pub use burt::{constraint, effective_size, effective_size_of_contacts};
pub use component::{Components, fragmentation, isolates, strong, weak};
pub use core_number::{Counted, core_numbers};
pub use cut::{Cuts, cuts};
pub use degree::{Inequality, Maximum, centralization, degree_centralization, degrees, strengths, total_degrees};
pub use distance::{Distances, EXACT_LIMIT, Reach, exact_is_feasible, harmonic_centralization};
pub use dyads::{DyadCensus, strongest, valued_density, weighted_reciprocity};
pub use eigenvector::{Eigenvector, eigenvector};
pub use graph::{Csr, Either, Graph, IN, OUT, Way};
pub use homophily::ei_against_chance;
pub use krackhardt::{Above, COMPONENT_LIMIT, Hierarchy, connectedness, efficiency, efficiency_of_arcs};
pub use leadership::{
    Bridging, Recognition, Top, authority_influence_corr, decentralization, lateral_share, most_looked_to, signal_match,
};
pub use mixing::{Mixing, Split};
pub use network::{Groups, Layer, Network, Traits};
pub use options::{Options, Repeats, SelfTies};
pub use qap::{Coefficient, Overlap, mrqap, qap_correlation};
pub use reading::{MIN_GROUP, Permission, Rows, measure_groups};
pub use response::{FILL_LIMIT, filled, missing_ties};
pub use robustness::{Left, after_leaving, by_received, robustness};
pub use rows::{Cell, NetworkRow, Shape, to_table};
pub use shuffle::Against;
pub use triads::{TRIADS, Triangles, mean_over, triad_census};
pub use whole::{Settings, whole};
