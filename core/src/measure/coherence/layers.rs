//! Which layer lies above which.

use crate::error::{Error, Result, suggest};
use crate::evidence::Organization;
use std::collections::{BTreeMap, BTreeSet};

/// Layers from the top, or nothing when nothing tells their order.
pub type LayerOrder = Option<Vec<String>>;

/// The order of the layers that evidence names: as given; else by how deep the units of a layer lie on average in the
/// organization; else by number, when all are whole numbers.
///
/// # Errors
/// `unknown_layer` for a layer of the evidence that the given order leaves out; `duplicate_layer`.
pub fn layer_order(organization: &Organization, used: &BTreeSet<&str>, given: &[String]) -> Result<LayerOrder> {
    if !given.is_empty() {
        let distinct: BTreeSet<&String> = given.iter().collect();
        if distinct.len() < given.len() {
            return Err(Error::input("duplicate_layer", "a layer is named twice")
                .at("layers")
                .help("name each layer once, from the top"));
        }
        if let Some(layer) = used.iter().find(|l| !given.iter().any(|g| g == *l)) {
            return Err(Error::input("unknown_layer", format!("`layers` leaves out the layer `{layer}`"))
                .at("layers")
                .help(match suggest(layer, given.iter().map(String::as_str)) {
                    near if near.is_empty() => "name every layer, from the top".into(),
                    near => near,
                }));
        }
        return Ok(Some(given.iter().filter(|g| used.contains(g.as_str())).cloned().collect()));
    }
    Ok(by_depth(organization, used).or_else(|| by_number(used)))
}

fn by_depth(organization: &Organization, used: &BTreeSet<&str>) -> LayerOrder {
    let mut depths: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (i, row) in organization.units().iter().enumerate() {
        let Some(layer) = row.layer.as_deref().filter(|l| used.contains(l)) else { continue };
        let (sum, n) = depths.entry(layer).or_default();
        *sum += organization.depth(i);
        *n += 1;
    }
    if depths.is_empty() || depths.len() < used.len() {
        return None;
    }
    let mut order: Vec<(f64, &str)> = depths.iter().map(|(l, (sum, n))| (*sum as f64 / *n as f64, *l)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let apart = order.windows(2).all(|w| matches!(w, [a, b] if a.0 < b.0));
    apart.then(|| order.into_iter().map(|(_, l)| l.to_owned()).collect())
}

fn by_number(used: &BTreeSet<&str>) -> LayerOrder {
    let mut numbered: Vec<(i64, &str)> = used.iter().map(|l| Some((l.parse().ok()?, *l))).collect::<Option<_>>()?;
    numbered.sort_unstable();
    Some(numbered.into_iter().map(|(_, l)| l.to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Table;

    fn order(organization: &str, used: &[&str], given: &[&str]) -> Result<LayerOrder> {
        let csv = format!("unit,parent,layer\n{organization}");
        let o = Organization::from_table(&Table::from_csv("organization", csv.as_bytes()).unwrap()).unwrap();
        let given: Vec<String> = given.iter().map(|s| (*s).to_owned()).collect();
        layer_order(&o, &used.iter().copied().collect(), &given)
    }

    #[test]
    fn layers_are_ordered_by_depth_number_or_word() {
        let tree = "port,,board\nnorth,port,board\ncrane,north,team\n";
        let some = |l: &[&str]| Some(l.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        assert_eq!(order(tree, &["team", "board"], &[]).unwrap(), some(&["board", "team"]));
        assert_eq!(order(tree, &["10", "9"], &[]).unwrap(), some(&["9", "10"]));
        assert_eq!(order(tree, &["team", "crew"], &[]).unwrap(), None);
        assert_eq!(order(tree, &["team", "crew"], &["crew", "team", "x"]).unwrap(), some(&["crew", "team"]));
        assert_eq!(order(tree, &["team", "crew"], &["crews", "team"]).unwrap_err().code(), "unknown_layer");
        assert_eq!(order(tree, &["team"], &["team", "team"]).unwrap_err().code(), "duplicate_layer");
        let level = "port,,board\nnorth,port,crew\nsouth,port,team\n";
        assert_eq!(order(level, &["crew", "team"], &[]).unwrap(), None);
    }
}
