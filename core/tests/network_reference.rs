//! Network values of other tools on real data, each of them classified: reproduced, different for a stated reason, or not
//! offered. `COLEAD_BLESS=1 cargo test -p colead --test network_reference` writes docs/network-reference.md anew.
//!
//! The data lie outside the repository: `COLEAD_SHARED`, or `../shared` beside the workspace. Without them the test
//! says that it is skipped; with `CI=true` their absence is a failure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::unreachable)]

use colead::evidence::{Direction, Table};
use colead::measure::network::{
    Above, Cell, Distances, Graph, Groups, Hierarchy, Mixing, Network, Options, Overlap, Settings, Traits, Way,
    after_leaving, by_size, cuts, degrees, eigenvector, mrqap, qap_correlation, robustness, weak, whole,
};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = std::env::var_os("COLEAD_SHARED").map_or(beside, PathBuf::from);
    if path.join("reference/network.json").is_file() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "the shared data are missing at {}", path.display());
    let _ = writeln!(std::io::stderr(), "SKIPPED: no shared data at {}; set COLEAD_SHARED", path.display());
    None
}

/// What colead says to a reference value.
enum Answer {
    /// A number, and the measure and variant that gives it; `None` when it is absent.
    Number(&'static str, Option<f64>),
    /// One number a node.
    Numbers(&'static str, Vec<Option<f64>>),
    /// A number that depends on random draws: compared within five standard errors of this size.
    Drawn(&'static str, f64, f64),
    /// Not offered, and why.
    Not(&'static str),
}
use Answer::{Drawn, Not, Number, Numbers};

type Positions = Rc<Vec<(u32, Cell)>>;

/// One relation of one data set.
struct World {
    graph: Graph,
    groups: HashMap<String, Groups>,
    rows: RefCell<HashMap<String, Rc<Vec<Cell>>>>,
    nodes: RefCell<Option<Positions>>,
}

const PLAIN: Settings = Settings { permutations: 0, seed: 0, sources: 16 };

impl World {
    fn traits(&self, group: &str) -> Traits {
        Traits { groups: self.groups.get(group).cloned(), ..Traits::default() }
    }

    fn rows(&self, group: &str) -> Rc<Vec<Cell>> {
        let options = Options::new(Direction::SourceLooksToTarget);
        let make = || Rc::new(whole(&self.graph, &self.traits(group), &options, &PLAIN));
        Rc::clone(self.rows.borrow_mut().entry(group.to_owned()).or_insert_with(make))
    }

    fn at(&self, group: &str, measure: &'static str, variant: &str) -> Answer {
        let rows = self.rows(group);
        let cell = rows.iter().find(|c| c.measure == measure && c.variant == variant);
        let cell = cell.unwrap_or_else(|| panic!("no {measure} {variant}"));
        Number(name(measure, cell.variant), cell.value.as_ref().ok().copied())
    }

    fn whole(&self, measure: &'static str, variant: &str) -> Answer {
        self.at("", measure, variant)
    }

    /// The positions of nodes, by the door that users take.
    fn positions(&self, measure: &'static str, variant: &str) -> Answer {
        let mut kept = self.nodes.borrow_mut();
        let all = kept.get_or_insert_with(|| {
            let traits = Traits::default();
            Rc::new(colead::measure::network::positions(&self.graph, &traits))
        });
        let of: Vec<&Cell> =
            all.iter().map(|(_, c)| c).filter(|c| c.measure == measure && c.variant == variant).collect();
        assert_eq!(of.len(), self.graph.nodes() as usize, "{measure} {variant}");
        Numbers(name(measure, of[0].variant), of.iter().map(|c| c.value.as_ref().ok().copied()).collect())
    }
}

/// `measure variant`, leaked: there are a few hundred of them in a test.
fn name(measure: &str, variant: &str) -> &'static str {
    Box::leak(format!("`{measure}` {variant}").into_boxed_str())
}

fn read(path: &Path) -> (Vec<String>, Vec<csv::StringRecord>) {
    let mut reader = csv::Reader::from_path(path).expect("readable");
    let header = reader.headers().expect("header").iter().map(str::to_owned).collect();
    (header, reader.records().collect::<Result<_, _>>().expect("rows"))
}

fn world(shared: &Path, dataset: &str, relation: &str) -> Option<World> {
    if dataset == "krackhardt_kite" {
        // Krackhardt (1990), printed in every textbook.
        let ties = [
            (0, 1),
            (0, 2),
            (0, 3),
            (0, 5),
            (1, 3),
            (1, 4),
            (1, 6),
            (2, 3),
            (2, 5),
            (3, 4),
            (3, 5),
            (3, 6),
            (4, 6),
            (5, 6),
            (5, 7),
            (6, 7),
            (7, 8),
            (8, 9),
        ];
        let graph = Graph::new(10, &ties, None, false).unwrap();
        return Some(World { graph, groups: HashMap::new(), rows: RefCell::default(), nodes: RefCell::default() });
    }
    let folder = shared.join("data/network").join(dataset);
    let (header, nodes) = read(&folder.join("nodes.csv"));
    let (_, edges) = read(&folder.join("edges.csv"));
    let mut ties = String::from("source,target,weight\n");
    for e in edges.iter().filter(|e| &e[3] == relation) {
        writeln!(ties, "{},{},{}", &e[0], &e[1], &e[2]).unwrap();
    }
    let ids: String = std::iter::once("id\n".to_owned()).chain(nodes.iter().map(|n| format!("{}\n", &n[0]))).collect();
    let ties = Table::from_csv("ties", ties.as_bytes()).unwrap();
    if ties.rows() == 0 {
        return None;
    }
    let ids = Table::from_csv("nodes", ids.as_bytes()).unwrap();
    let mut options = Options::new(Direction::SourceLooksToTarget);
    options.weight = Some("weight".into());
    let network = Network::from_tables(&ties, Some(&ids), options).unwrap();
    let groups = header.iter().enumerate().skip(1).map(|(k, column)| {
        let keys: Vec<&str> = nodes.iter().map(|n| &n[k]).collect();
        let names: std::collections::BTreeSet<&str> = keys.iter().copied().collect();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let of = keys.iter().map(|k| names.iter().position(|n| n == k).map(|i| i as u32)).collect();
        (column.clone(), Groups { names, of })
    });
    let (graph, groups) = (network.layers()[0].graph.clone(), groups.collect());
    Some(World { graph, groups, rows: RefCell::default(), nodes: RefCell::default() })
}

struct Entry<'a> {
    dataset: &'a str,
    relation: &'a str,
    statistic: &'a str,
    variant: &'a str,
    /// The attribute that groups are of, when the variant names one, and the variant without it.
    group: &'a str,
    rest: &'a str,
    tool: &'a str,
    value: &'a Value,
}

impl<'a> Entry<'a> {
    fn new(e: &'a Value) -> Entry<'a> {
        let text = |key: &str| e[key].as_str().unwrap_or_default();
        let (variant, dataset) = (text("variant"), text("dataset"));
        let mut entry = Entry {
            dataset,
            relation: text("relation"),
            statistic: text("statistic"),
            variant,
            group: "",
            rest: variant,
            tool: text("tool"),
            value: &e["value"],
        };
        for group in ["department", "level", "gender", "location", "orglevel", "region", "dept", "Group"] {
            if let Some(rest) = variant.strip_prefix(group).filter(|r| r.is_empty() || r.starts_with([':', ' '])) {
                (entry.group, entry.rest) = (group, rest.trim_start_matches([':', ' ']));
            } else if let Some(rest) = variant.strip_suffix(group).and_then(|r| r.strip_suffix(", ")) {
                (entry.group, entry.rest) = (group, rest);
            }
        }
        entry
    }

    /// The variant as the table shows it: without what differs from data set to data set.
    fn shown(&self) -> String {
        let mut text = self.rest.to_owned();
        if let Some(rest) = text.strip_prefix("remove top ") {
            text = format!("remove top k{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        if let Some((head, tail)) = text.split_once("removing top ") {
            text = format!("{head}removing top k{}", tail.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        if let Some(rest) = text.strip_prefix("threshold weight>") {
            text = format!("threshold weight>t{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        if self.group.is_empty() { text } else { format!("by group: {text}").trim_end_matches([':', ' ']).to_owned() }
    }
}

const CLOSENESS: &str =
    "closeness centralization is undefined where somebody is out of reach; harmonic closeness is not";
const LIST: &str = "not in the list of measures";

fn number_in(text: &str, before: &str) -> usize {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("a number in {text}"))
}

/// What colead says to an entry about one relation.
fn answer(w: &World, e: &Entry<'_>) -> Answer {
    let g = &w.graph;
    let n = f64::from(g.nodes());
    let group = e.group;
    match e.statistic {
        "n_nodes" => w.whole("nodes", "all"),
        "n_arcs" => w.whole("ties", "arcs"),
        "n_nodes_arcs" => Numbers("`nodes`, `ties`", vec![Some(n), Some(g.ties() as f64)]),
        "density" if e.rest.starts_with("threshold") => swept(w, e),
        "density" | "edge_density" if e.rest.contains("undirected") => w.whole("density", "pairs"),
        "density" | "edge_density" => w.whole("density", "arcs"),
        "reciprocity" if e.rest.starts_with("threshold") => swept(w, e),
        "reciprocity" => match e.rest {
            r if r.contains("lrr") => Not("a logarithm of the ratio of two measures that are both given"),
            r if r.contains("correlation") => w.whole("reciprocity", "correlation"),
            r if r.contains("ratio") || r.contains("nonnull") => w.whole("reciprocity", "tied_pairs"),
            "grecip dyadic" => w.whole("reciprocity", "all_pairs"),
            _ => w.whole("reciprocity", "arcs"),
        },
        "reciprocity_weighted" => w.whole("reciprocity", "strength"),
        "hierarchy_reciprocity" => {
            let Number(name, v) = w.whole("reciprocity", "all_pairs") else { unreachable!() };
            Number(name, v.map(|v| 1.0 - v))
        }
        "mutuality" => w.whole("dyad_census", "mutual"),
        "dyad_census" => w.whole("dyad_census", e.rest),
        "triad_census" => w.whole("triad_census", e.rest),
        "transitivity" => match e.rest {
            r if r.contains("strong") => Not("counts triples without any tie as transitive"),
            r if r.contains("census") => Not("a count; the share is given"),
            "gtrans weak" => w.whole("transitivity", "arcs"),
            r if r.contains("isolates/deg<2 excluded") => w.whole("clustering", "mean_where_defined"),
            r if r.contains("zero for deg<2") => w.whole("clustering", "mean_else_zero"),
            _ => w.whole("transitivity", "pairs"),
        },
        "clustering" => match e.rest {
            r if r.contains("Fagiolo") => Not(LIST),
            r if r.contains("undirected") => w.whole("clustering", "mean_else_zero"),
            _ => w.whole("clustering", "mean_of_arcs_else_zero"),
        },
        "centralization_degree" => match e.rest {
            r if r.contains("loops=TRUE") && r.contains("all") => {
                Not("total degree with ties to oneself in the maximum")
            }
            r if r.contains("loops=TRUE") || r.contains("max (n-1)(n)") => {
                let measure = if r.contains("out") { "outdegree_centralization" } else { "indegree_centralization" };
                w.whole(measure, "loops_allowed")
            }
            r if r.contains("mode all") || r.contains("total") || r.contains("freeman") => {
                w.whole("degree_centralization", "total")
            }
            r if r.contains("undirected") || e.dataset == "krackhardt_kite" => {
                w.whole("degree_centralization", "pairs")
            }
            r if r.contains("out") => w.whole("outdegree_centralization", "star"),
            _ => w.whole("indegree_centralization", "star"),
        },
        "indegree_centralization" => swept(w, e),
        "centralization_betweenness" if e.rest.contains("undirected") || e.dataset == "krackhardt_kite" => {
            w.whole("betweenness_centralization", "pairs")
        }
        "centralization_betweenness" => w.whole("betweenness_centralization", "arcs"),
        "centralization_closeness" => Not(CLOSENESS),
        "centralization_eigenvector" => match e.rest {
            "centr_eigen directed" => Not("of arcs only positions are offered, by `eigenvector`"),
            r if r.contains("max=1") || r.starts_with("centr_eigen") => {
                w.whole("eigenvector_centralization", "largest_one")
            }
            _ => w.whole("eigenvector_centralization", "unit_length"),
        },
        "centralization_variance" => w.whole("degree_variance", "received"),
        "harmonic_closeness" if e.rest.contains("out") => w.positions("harmonic_closeness", "sent"),
        "harmonic_closeness" => w.positions("harmonic_closeness", "received"),
        "closeness" => match e.rest {
            _ if e.dataset == "krackhardt_kite" => w.positions("closeness", "pairs_in_reach"),
            r if r.contains("out") => w.positions("closeness", "sent_in_reach"),
            r if r.contains("wf_improved=True") => w.positions("closeness", "received_by_share"),
            r if r.contains("wf_improved=False") => {
                let Numbers(name, v) = w.positions("closeness", "received_in_reach") else { unreachable!() };
                Numbers(name, v.into_iter().map(|v| v.or(Some(0.0))).collect())
            }
            _ => w.positions("closeness", "received_in_reach"),
        },
        "betweenness" => match e.rest {
            "sum and max directed raw" => {
                let Numbers(name, v) = w.positions("betweenness", "arcs") else { unreachable!() };
                let v: Vec<f64> = v.into_iter().flatten().collect();
                Numbers(name, vec![Some(v.iter().sum()), v.iter().copied().reduce(f64::max)])
            }
            r if r.contains("normalised") => w.positions("betweenness", "arcs_share"),
            r if r.contains("undirected") => w.positions("betweenness", "pairs"),
            _ => w.positions("betweenness", "arcs"),
        },
        "max_betweenness_raw" | "avg_betweenness_raw" => {
            let Numbers(name, v) = w.positions("betweenness", "arcs") else { unreachable!() };
            let v: Vec<f64> = v.into_iter().flatten().collect();
            let top = v.iter().copied().reduce(f64::max);
            Number(name, if e.statistic.starts_with("max") { top } else { Some(v.iter().sum::<f64>() / n) })
        }
        "eigenvector" | "prestige_eigenvector" => eigen(w, e),
        "pagerank" | "power_centrality" | "hub_authority" | "min_cut" | "barrat_clustering" => Not(LIST),
        "flow_hierarchy" | "global_reaching_centrality" | "assortativity_degree" => Not(LIST),
        "constraint" => match e.rest {
            _ if e.dataset == "krackhardt_kite" => w.positions("constraint", "pairs"),
            r if r.starts_with("per node") && r.contains("weighted") => w.positions("constraint", "strength"),
            r if r.starts_with("per node") => w.positions("constraint", "arcs"),
            r if r.contains("undirected") => w.whole("constraint", "pairs"),
            r if r.contains("weighted") => w.whole("constraint", "strength"),
            _ => w.whole("constraint", "arcs"),
        },
        "effective_size" => match e.rest {
            r if r.contains("weighted") => w.positions("effective_size", "strength"),
            r if r.contains("undirected") => w.positions("effective_size", "pairs"),
            _ => w.positions("effective_size", "arcs"),
        },
        "mean_distance" if e.rest.contains("undirected") => w.whole("mean_distance", "pairs"),
        "mean_distance" => w.whole("mean_distance", "arcs"),
        "diameter" if e.rest.contains("undirected") => w.whole("diameter", "pairs"),
        "diameter" => w.whole("diameter", "arcs"),
        "compactness" => w.whole("path_efficiency", "arcs"),
        "global_efficiency" if e.rest == "directed" => w.whole("path_efficiency", "arcs"),
        "global_efficiency" => w.whole("path_efficiency", "pairs"),
        "fragmentation" => w.whole("fragmentation", "weak"),
        "k_reach" => w.whole("reach", ["one_step", "two_steps", "three_steps"][number_in(e.rest, "k=") - 1]),
        "k_reach_max" | "k_reach_in_max" => {
            let (k, d) = (number_in(e.rest, "k=") - 1, Distances::of(g, Way::Out));
            let side = if e.statistic == "k_reach_max" { &d.out } else { &d.into };
            let most = side.iter().map(|r| r.within[k]).max().unwrap();
            Number("`Reach::within`", Some(f64::from(most) / (n - 1.0)))
        }
        "prestige_domain" => {
            let d = Distances::of(g, Way::Out);
            Numbers("`Reach::others`", d.into.iter().map(|r| Some(f64::from(r.others))).collect())
        }
        "prestige_domain.proximity" => w.positions("closeness", "received_by_share"),
        "coreness" | "k_core" => match e.rest {
            "per node undirected" => w.positions("core", "pairs"),
            r if r.contains("undirected") => w.whole("largest_core", "pairs"),
            r if r.contains("mode=in") => w.whole("largest_core", "received"),
            r if r.contains("mode=out") => w.whole("largest_core", "sent"),
            _ => w.whole("largest_core", "total"),
        },
        "kcore" if e.rest.contains("freeman") => w.positions("core", "total"),
        "kcore" => w.positions("core", "pairs"),
        "articulation_points" if e.rest.contains("indices") => {
            Numbers("`Cuts::points`", cuts(g).points.iter().map(|u| Some(f64::from(*u))).collect())
        }
        "articulation_points" => w.whole("articulation_points", "pairs"),
        "cutpoints" if e.rest.contains("weak") => w.whole("articulation_points", "pairs"),
        "cutpoints" => Not("articulation points of arcs; directions are left out here"),
        "bridges" => w.whole("bridges", "pairs"),
        "biconnected_components" => w.whole("biconnected_components", "pairs"),
        "components" => match e.rest {
            "weak giant size" => w.whole("largest_component", "weak"),
            "strong giant size" => w.whole("largest_component", "strong"),
            r if r.starts_with("weak") => w.whole("components", "weak"),
            _ => w.whole("components", "strong"),
        },
        "isolates" if e.rest.starts_with("threshold") => swept(w, e),
        "isolates" => w.whole("isolates", "all"),
        "indegree" => w.positions("degree", "received"),
        "outdegree" => w.positions("degree", "sent"),
        "degree" => w.positions("degree", "pairs"),
        "max_in_degree_share" | "max_out_degree_share" => {
            let side = if e.statistic.contains("_in_") { "received" } else { "sent" };
            let Number(name, v) = w.whole("largest_degree", side) else { unreachable!() };
            Number(name, v.map(|v| v / (n - 1.0)))
        }
        "gini" if e.rest.contains("weighted") => w.whole("gini", "strength_received"),
        "gini" if e.rest.contains("out") => w.whole("gini", "sent"),
        "gini" => w.whole("gini", "received"),
        "entropy_normalised" => w.whole("evenness", "received"),
        "effective_number_of_leaders" if e.rest.contains("entropy") => w.whole("effective_number", "entropy"),
        "effective_number_of_leaders" => w.whole("effective_number", "herfindahl"),
        "shared_leadership_index" => Not("a product without published validation; both factors are given"),
        "decentralization" => w.whole("decentralization", "received"),
        "shared_leadership_density_valued" => w.whole("density", "strength_of_largest_observed"),
        "robustness_R" => Number("`robustness`", robustness(g, &by_size(&degrees(g.either().rows(), g.nodes())))),
        "robustness_giant_share" | "robustness_efficiency_ratio" => {
            let k = number_in(e.rest, "top ");
            let mut leaves = vec![false; n as usize];
            by_size(&degrees(g.inward(), g.nodes())).iter().take(k).for_each(|u| leaves[*u as usize] = true);
            let left = after_leaving(g, &leaves, e.statistic.contains("efficiency"));
            match e.statistic.contains("efficiency") {
                true => Number("`robustness` efficiency_ratio", left.efficiency_ratio),
                false => Number("`robustness` largest_share", left.largest_share),
            }
        }
        _ => grouped(w, e, group)
            .or_else(|| krackhardt(w, e))
            .unwrap_or_else(|| panic!("not classified: {} {}", e.statistic, e.variant)),
    }
}

fn grouped(w: &World, e: &Entry<'_>, group: &str) -> Option<Answer> {
    let groups = w.groups.get(group)?;
    Some(match e.statistic {
        "assortativity_nominal" if e.rest.contains("undirected") => w.at(group, "assortativity", "pairs"),
        "assortativity_nominal" => w.at(group, "assortativity", "arcs"),
        "modularity" => match e.rest {
            r if r.starts_with("igraph directed=False") => w.at(group, "modularity", "direction_ignored"),
            r if r.contains("undirected weighted") => w.at(group, "modularity", "strength_direction_ignored"),
            r if r.contains("undirected") || r.starts_with("Graph") => w.at(group, "modularity", "pairs"),
            "directed weighted" => w.at(group, "modularity", "strength"),
            _ => w.at(group, "modularity", "arcs"),
        },
        "ei_index" if e.rest.starts_with("threshold") => swept(w, e),
        "ei_index" if e.rest.contains("weighted") => w.at(group, "ei_index", "strength"),
        "ei_index" if e.rest.contains("undirected") => w.at(group, "ei_index", "pairs"),
        "ei_index" => w.at(group, "ei_index", "arcs"),
        "ei_index_expected" => w.at(group, "ei_index", "expected"),
        "ei_index_density_adjusted" => w.at(group, "ei_index", "densities"),
        "cross_boundary_ratio" if e.rest.contains("weighted") => w.at(group, "cross_boundary_ratio", "strength"),
        "cross_boundary_ratio" => w.at(group, "cross_boundary_ratio", "arcs"),
        "coleman_homophily" => w.at(group, "log_odds_within", "arcs"),
        "internal_arcs" | "external_arcs" => {
            let split = Mixing::of(&w.graph, &groups.of, groups.count(), false).split();
            let value = if e.statistic == "internal_arcs" { split.internal } else { split.external };
            Number("`Mixing::split`", Some(value))
        }
        "ei_index_by_group" => {
            let m = Mixing::of(&w.graph, &groups.of, groups.count(), false);
            let rows = e.value.as_array().unwrap();
            let of = |row: &Value| {
                let key = row[0].as_str().map_or_else(|| row[0].to_string(), str::to_owned);
                let g = groups.names.iter().position(|n| *n == key).unwrap() as u32;
                let s = m.split_of(g);
                [Some(m.size(g) as f64), Some(s.internal), Some(s.external), s.ei()]
            };
            Numbers("`by_group`: `ei_index`, ties", rows.iter().flat_map(of).collect())
        }
        "gould_fernandez" if e.rest.contains("per node") => {
            let traits = w.traits(group);
            let all = colead::measure::network::positions(&w.graph, &traits);
            let role = e.rest.split(' ').next().unwrap();
            let of = |role: &str| -> Vec<f64> {
                let fits = |c: &&(u32, Cell)| c.1.measure == "brokerage" && (role == "total" || c.1.variant == role);
                let mut sums = vec![0.0; w.graph.nodes() as usize];
                all.iter().filter(fits).for_each(|(u, c)| sums[*u as usize] += c.value.clone().unwrap());
                sums
            };
            Numbers(name("brokerage", role), of(role).into_iter().map(Some).collect())
        }
        "gould_fernandez" => w.at(group, role(e.rest.split(' ').next().unwrap()), "observed"),
        "gould_fernandez_gli" => {
            let (code, what) = e.rest.split_once(' ').unwrap();
            w.at(group, role(code), if what == "raw" { "observed" } else { what })
        }
        _ => return None,
    })
}

fn role(code: &str) -> &'static str {
    match code {
        "w_I" | "coordinator" => "brokerage_coordinator",
        "w_O" | "itinerant" => "brokerage_itinerant",
        "b_IO" | "representative" => "brokerage_representative",
        "b_OI" | "gatekeeper" => "brokerage_gatekeeper",
        "b_O" | "liaison" => "brokerage_liaison",
        "t" | "total" => "brokerage_total",
        _ => panic!("{code}"),
    }
}

fn krackhardt(w: &World, e: &Entry<'_>) -> Option<Answer> {
    // The tools take the source to stand above the target.
    let (variant, above) = match e.rest.contains("transposed") {
        true => ("looked_to_above", Above::LookedTo),
        false => ("looker_above", Above::Looker),
    };
    let hierarchy = || Hierarchy::of(&w.graph, above, &weak(&w.graph));
    Some(match e.statistic {
        "krackhardt_connectedness" => w.whole("krackhardt_connectedness", "pairs"),
        "krackhardt_hierarchy" => w.whole("krackhardt_hierarchy", "reachability"),
        "krackhardt_efficiency_arcs_sna" => w.whole("krackhardt_efficiency", "arcs"),
        "krackhardt_efficiency_undirected" => w.whole("krackhardt_efficiency", "pairs"),
        "krackhardt_efficiency_ucinet_help" => Not("a third form of efficiency, from a help page"),
        "krackhardt_efficiency" if e.rest.starts_with("sna") => w.whole("krackhardt_efficiency", "arcs"),
        "krackhardt_efficiency" => w.whole("krackhardt_efficiency", "pairs"),
        "krackhardt_lub" => w.whole("least_upper_boundedness", variant),
        "krackhardt_upperboundedness_ORA" => w.whole("upper_boundedness", variant),
        "krackhardt_lub_violations" => Number("`Hierarchy`", hierarchy().map(|h| h.without_least_upper_bound)),
        "krackhardt_ub_violations" => Number("`Hierarchy`", hierarchy().map(|h| h.without_upper_bound)),
        "krackhardt_maxv" => Number("`Hierarchy::most`", hierarchy().map(|h| h.most)),
        _ => return None,
    })
}

fn eigen(w: &World, e: &Entry<'_>) -> Answer {
    let directed = e.rest.contains("directed (in") || e.statistic == "prestige_eigenvector";
    if !directed {
        return match e.rest {
            r if r.ends_with(" max") => Not("1 by definition"),
            r if r.contains("sna") || r.contains("evcent") => w.positions("eigenvector", "pairs_unit_length"),
            _ => w.positions("eigenvector", "pairs_largest_one"),
        };
    }
    let name = "`eigenvector` along arcs received";
    match eigenvector(&w.graph, Way::In) {
        Err(_) => Numbers(name, Vec::new()),
        Ok(v) if e.rest.contains("mean") => {
            Number(name, Some(v.of_largest().iter().sum::<f64>() / v.vector.len() as f64))
        }
        Ok(v) if e.rest.contains("unit norm") || e.statistic == "prestige_eigenvector" => {
            Numbers(name, v.vector.into_iter().map(Some).collect())
        }
        Ok(v) => Numbers(name, v.of_largest().into_iter().map(Some).collect()),
    }
}

fn swept(w: &World, e: &Entry<'_>) -> Answer {
    let above = number_in(e.rest, "weight>") as f64;
    let graph = w.graph.filtered(|_, _, x| x > above);
    let options = Options::new(Direction::SourceLooksToTarget);
    let cells = whole(&graph, &w.traits(e.group), &options, &PLAIN);
    let (measure, variant) = match e.statistic {
        "isolates" => ("isolates", "all"),
        "indegree_centralization" => ("indegree_centralization", "star"),
        other => (other, "arcs"),
    };
    let cell = cells.iter().find(|c| c.measure == measure && c.variant == variant).unwrap();
    Number(name("thresholds", &format!("{measure} {variant}")), cell.value.clone().ok())
}

/// What colead says to an entry about two relations, `a ~ b`, or a regression.
fn answer_two(worlds: &mut Worlds<'_>, e: &Entry<'_>, drawn: Settings) -> Answer {
    let (first, second) = e.relation.split_once(" ~ ").unwrap();
    let a = worlds.get(e.dataset, first);
    if e.statistic.starts_with("mrqap") {
        let xs: Vec<Rc<World>> = second.split(" + ").map(|r| worlds.get(e.dataset, r)).collect();
        let graphs: Vec<&Graph> = xs.iter().map(|w| &w.graph).collect();
        if e.statistic.contains("logit") {
            return Not("logistic regression; the linear one is given");
        }
        let permutations = if e.statistic.contains("_p_") { drawn.permutations } else { 0 };
        let found = mrqap(&a.graph, &graphs, false, permutations, drawn.seed).unwrap();
        if permutations == 0 {
            return Numbers("`mrqap` coefficient", found.iter().map(|c| Some(c.value)).collect());
        }
        // The predictor whose p is neither 0 nor 1 is the one that says something.
        return Drawn("`mrqap` p_two_sided", found[1].p.unwrap(), 1000.0);
    }
    let b = match second {
        "same department" => {
            let g = &a.groups["department"];
            let n = a.graph.nodes();
            let pairs = (0..n).flat_map(|u| (0..n).map(move |v| (u, v)));
            let same: Vec<_> = pairs.filter(|(u, v)| u != v && g.of[*u as usize] == g.of[*v as usize]).collect();
            Graph::new(n, &same, None, true).unwrap()
        }
        _ => worlds.get(e.dataset, second).graph.clone(),
    };
    let turned = || {
        let arcs: Vec<(u32, u32)> = b.arcs().map(|(u, v, _)| (v, u)).collect();
        Graph::new(b.nodes(), &arcs, None, true).unwrap()
    };
    let qap = |a: &Graph, b: &Graph, weighted: bool, permutations: u32| {
        qap_correlation(a, b, weighted, permutations, drawn.seed).unwrap().unwrap()
    };
    let name = "`qap_correlation` binary";
    match (e.statistic, e.rest) {
        ("qap_correlation", r) if r.contains("weighted") => {
            Number("`qap_correlation` strength", Some(qap(&a.graph, &b, true, 0).0))
        }
        ("qap_correlation", r) if r.contains("transposed") => Number(name, Some(qap(&a.graph, &turned(), false, 0).0)),
        ("qap_correlation", r) if r.contains("symmetrised") => {
            Number(name, Some(qap(&a.graph.undirected(), &b.undirected(), false, 0).0))
        }
        ("qap_correlation", _) => Number(name, Some(qap(&a.graph, &b, false, 0).0)),
        ("jaccard", _) => Number("`jaccard` arcs", Overlap::of(&a.graph, &b).unwrap().jaccard()),
        ("overlap", _) => Number("`signal_match` share_of_second", Overlap::of(&a.graph, &b).unwrap().of_second()),
        (statistic, _) => {
            let against = qap(&a.graph, &b, false, drawn.permutations).1.unwrap();
            match statistic {
                "qap_p_ge" => Drawn("`qap_correlation` p_high", against.p_high, 5000.0),
                "qap_p_le" => Drawn("`qap_correlation` p_low", against.p_low, 5000.0),
                "qap_perm_mean_sd" => Drawn("`qap_correlation` permutation_sd", against.sd, f64::INFINITY),
                _ => panic!("not classified: {} {}", e.statistic, e.variant),
            }
        }
    }
}

struct Worlds<'a> {
    shared: &'a Path,
    known: HashMap<(String, String), Rc<World>>,
}

impl Worlds<'_> {
    fn get(&mut self, dataset: &str, relation: &str) -> Rc<World> {
        let shared = self.shared;
        let key = (dataset.to_owned(), relation.to_owned());
        let make =
            || Rc::new(world(shared, dataset, relation).unwrap_or_else(|| panic!("no data for {dataset} {relation}")));
        Rc::clone(self.known.entry(key).or_insert_with(make))
    }
}

fn numbers(value: &Value) -> Vec<Option<f64>> {
    match value {
        Value::Array(list) => list
            .iter()
            .flat_map(|v| match v {
                // Rows of group, n, internal, external, index: the key is no number to compare.
                Value::Array(row) => row.iter().skip(1).map(Value::as_f64).collect::<Vec<_>>(),
                v => vec![v.as_f64()],
            })
            .collect(),
        v => vec![v.as_f64()],
    }
}

fn near(a: Option<f64>, b: Option<f64>, tolerance: f64) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= tolerance * b.abs().max(1.0),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Why an offered value differs, where it does.
fn reason(e: &Entry<'_>) -> Option<&'static str> {
    Some(match (e.statistic, e.tool) {
        ("gould_fernandez_gli", _) if e.rest.ends_with(" z") => {
            "sna leaves out of the variance pairs of triples that contradict one another; drawn networks agree with colead"
        }
        ("centralization_eigenvector", "sna") | ("eigenvector", "sna") => {
            "sna's iteration had not converged, or stopped early"
        }
        ("prestige_domain.proximity", "sna") => "sna adds infinite steps, so that all are 0 once one pair has no path",
        ("effective_size", "networkx") if e.rest.contains("DiGraph") => {
            "networkx 3.6.1, asked for all nodes at once, divides by the strongest tie of the wrong contact; asked node by node it agrees with colead"
        }
        ("prestige_eigenvector", "sna") => "sna's iteration had not converged, or several vectors are possible",
        ("eigenvector", _) => "refused: the largest eigenvalue is zero or has several vectors",
        ("centralization_eigenvector", _) => "refused: the largest eigenvalue has several vectors",
        _ => return None,
    })
}

#[derive(Default)]
struct Line {
    values: usize,
    ours: &'static str,
    reproduced: usize,
    drawn: usize,
    different: Vec<&'static str>,
    not: Option<&'static str>,
    unusable: usize,
}

#[test]
fn every_reference_value_is_classified() {
    let Some(shared) = shared() else { return };
    let text = std::fs::read_to_string(shared.join("reference/network.json")).unwrap();
    let reference: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut worlds = Worlds { shared: &shared, known: HashMap::new() };
    let mut lines: BTreeMap<(String, String, String), Line> = BTreeMap::new();
    let mut wrong = Vec::new();
    for e in &reference {
        let e = Entry::new(e);
        let line = lines.entry((e.statistic.to_owned(), e.shown(), e.tool.to_owned())).or_default();
        line.values += 1;
        if e.value.is_null() {
            line.unusable += 1;
            continue;
        }
        let drawn = Settings { permutations: 2000, seed: 42, sources: 1 };
        let answer = match e.relation.contains(" ~ ") {
            true => answer_two(&mut worlds, &e, drawn),
            false => answer(&worlds.get(e.dataset, e.relation), &e),
        };
        let (ours, mine): (&'static str, Vec<Option<f64>>) = match answer {
            Not(why) => {
                line.not = Some(why);
                continue;
            }
            Number(ours, v) => (ours, vec![v]),
            Numbers(ours, v) => (ours, v),
            Drawn(ours, mine, draws) => {
                line.ours = ours;
                let theirs = numbers(e.value);
                let theirs = theirs.get(1).copied().unwrap_or(theirs[0]).unwrap();
                // Two estimates of one chance; a standard deviation is known to a few hundredths of itself.
                let p = mine.max(theirs).clamp(0.001, 0.999);
                let se = (p * (1.0 - p) * (1.0 / draws + 1.0 / 2000.0)).sqrt();
                let slack = if draws.is_infinite() { 0.1 * theirs } else { 5.0 * se };
                match (mine - theirs).abs() <= slack {
                    true => line.drawn += 1,
                    false => wrong.push(format!(
                        "{} {} {} {}: {mine} against {theirs}",
                        e.dataset, e.relation, e.statistic, e.variant
                    )),
                }
                continue;
            }
        };
        line.ours = ours;
        let theirs = numbers(e.value);
        // Published with three decimals.
        let tolerance = if e.tool.starts_with("ORA") { 5.000001e-4 } else { 1e-9 };
        let same = mine.len() == theirs.len() && mine.iter().zip(&theirs).all(|(a, b)| near(*a, *b, tolerance));
        match (same, reason(&e)) {
            (true, _) => line.reproduced += 1,
            (false, Some(why)) => line.different.push(why),
            (false, None) => {
                let shown = |v: &[Option<f64>]| format!("{:?}", v.iter().take(4).collect::<Vec<_>>());
                wrong.push(format!(
                    "{} {} {} | {} | {}: {} {} against {}",
                    e.dataset,
                    e.relation,
                    e.statistic,
                    e.variant,
                    e.tool,
                    ours,
                    shown(&mine),
                    shown(&theirs)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} values differ for no known reason:\n{}", wrong.len(), wrong.join("\n"));
    let text = page(&lines, reference.len());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/network-reference.md");
    if std::env::var_os("COLEAD_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).expect("docs/network-reference.md is in the repository");
    assert!(kept == text, "docs/network-reference.md is not what the comparison gives: run with COLEAD_BLESS=1");
}

fn page(lines: &BTreeMap<(String, String, String), Line>, all: usize) -> String {
    let total = |f: fn(&Line) -> usize| lines.values().map(f).sum::<usize>();
    let (reproduced, drawn) = (total(|l| l.reproduced), total(|l| l.drawn));
    let (different, unusable) = (total(|l| l.different.len()), total(|l| l.unusable));
    let offered = reproduced + drawn + different;
    assert_eq!(offered + unusable + total(|l| if l.not.is_some() { l.values - l.unusable } else { 0 }), all);
    let share = (reproduced + drawn) as f64 / offered as f64;
    assert!(share >= 0.95, "only {share:.3} of what is offered is reproduced");
    let mut out = String::from(
        "# Network measures beside other tools\n\nGenerated by `core/tests/network_reference.rs`; not edited by hand. Values that other tools computed on five real data\nsets (and the kite of Krackhardt 1990) are compared with colead's, node by node where they are lists.\n\n",
    );
    writeln!(out, "Of {all} values, {unusable} are not usable (the tool failed) and {} belong to measures that are not offered. Of the {offered}\nothers {reproduced} are reproduced to 1e-9 (published ones to their three decimals), {drawn} that rest on random draws to\nwithin five standard errors, and {different} differ for the reason given: {:.1} % are reproduced.\n", all - offered - unusable, 100.0 * share).unwrap();
    out.push_str("| statistic | variant | tool | values | colead | outcome |\n|---|---|---|---|---|---|\n");
    for ((statistic, variant, tool), l) in lines {
        let mut outcome = Vec::new();
        if l.reproduced > 0 {
            outcome.push(format!("reproduced {}", l.reproduced));
        }
        if l.drawn > 0 {
            outcome.push(format!("within chance {}", l.drawn));
        }
        if let Some(why) = l.different.first() {
            outcome.push(format!("different {}: {why}", l.different.len()));
        }
        if let Some(why) = l.not {
            outcome.push(format!("not offered: {why}"));
        }
        if l.unusable > 0 {
            outcome.push(format!("not usable {}", l.unusable));
        }
        let cell = |text: &str| text.replace('|', "\\|");
        let tool = tool.split(" (").next().unwrap_or_default();
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            cell(statistic),
            cell(variant),
            cell(tool),
            l.values,
            l.ours,
            outcome.join("; ")
        )
        .unwrap();
    }
    out
}
