//! Which units may be shown of numbers that are not answers of a survey: those of leaders, who may stand in several
//! units, and of facts, whose numbers of people need not add up. None below the minimum is shown, and none from which
//! one below it could be worked out in the tree of units.
//!
//! A shown unit holds its members less those of the nearest shown units below it: that rest is what subtraction
//! gives. The tree is safe when every rest is empty or at least the minimum.

use crate::assess::Units;
use std::collections::BTreeSet;

/// The units that stay hidden, given everybody counted in each unit (all below included) and the minimum.
pub(crate) fn hidden(units: &Units, n: &[u64], min_group: u64) -> Vec<bool> {
    let count = |i: usize| n.get(i).copied().unwrap_or(0);
    let rest = |i: usize, shown: &[usize]| count(i).saturating_sub(shown.iter().map(|u| count(*u)).sum());
    suppress(units, min_group, &count, &rest)
}

/// The same for people who may stand in several units at once, such as leaders: `own` are those directly in each.
pub(crate) fn hidden_people<P: Ord + Clone>(units: &Units, own: &[BTreeSet<P>], min_group: u64) -> Vec<bool> {
    // Everybody in `i` and below it, the units in `without` and all below them left out.
    let people = |i: usize, without: &[usize]| {
        let mut found: BTreeSet<&P> = BTreeSet::new();
        let mut open = vec![i];
        while let Some(u) = open.pop() {
            found.extend(own.get(u).into_iter().flatten());
            open.extend(units.children(u).iter().filter(|c| without.binary_search(c).is_err()));
        }
        found.len() as u64
    };
    let counts: Vec<u64> = (0..units.len()).map(|i| people(i, &[])).collect();
    let count = |i: usize| counts.get(i).copied().unwrap_or(0);
    suppress(units, min_group, &count, &people)
}

/// `rest` counts the people of a unit who stand in none of the units given, which are in order.
fn suppress(
    units: &Units,
    min_group: u64,
    count: &dyn Fn(usize) -> u64,
    rest: &dyn Fn(usize, &[usize]) -> u64,
) -> Vec<bool> {
    let mut hidden: Vec<bool> = (0..units.len()).map(|i| count(i) < min_group).collect();
    let mut open: BTreeSet<usize> = (0..units.len()).collect();
    while let Some(i) = open.pop_first() {
        if hidden.get(i) != Some(&false) {
            continue;
        }
        let mut below = nearest_shown(units, &hidden, i);
        below.sort_unstable();
        let left = rest(i, &below);
        if left == 0 || left >= min_group {
            continue;
        }
        // The smallest shown unit just below joins the rest; equal ones in the order of the organization. When there
        // is none the unit itself is too small a rest of its own and goes, into the rest of the one above.
        let below = below.into_iter().filter(|u| count(*u) > 0).min_by_key(|u| (count(*u), *u));
        if let Some(slot) = hidden.get_mut(below.unwrap_or(i)) {
            *slot = true;
        }
        open.extend(std::iter::once(i).chain(units.ancestors(i)).find(|u| hidden.get(*u) == Some(&false)));
    }
    hidden
}

/// The shown units below `i` with no other shown unit between.
fn nearest_shown(units: &Units, hidden: &[bool], i: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open: Vec<usize> = units.children(i).to_vec();
    while let Some(u) = open.pop() {
        if hidden.get(u) == Some(&false) {
            found.push(u);
        } else {
            open.extend(units.children(u));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Evidence;
    use proptest::prelude::*;

    fn tree(parents: &[Option<usize>]) -> Units {
        let mut csv = String::from("unit,parent\n");
        for (i, p) in parents.iter().enumerate() {
            csv.push_str(&format!("u{i},{}\n", p.map_or(String::new(), |p| format!("u{p}"))));
        }
        Units::of(&Evidence::from_files(&[("organization.csv", csv.as_bytes())]).unwrap().0).unwrap()
    }

    #[test]
    fn twelve_five_three_under_twenty() {
        let units = tree(&[None, Some(0), Some(0), Some(0)]);
        // 3 is below the minimum; 20 - 12 - 5 would give it back, so 5 is hidden with it.
        assert_eq!(hidden(&units, &[20, 12, 5, 3], 5), [false, false, true, true]);
    }

    #[test]
    fn people_directly_in_a_parent_are_protected_too() {
        let units = tree(&[None, Some(0), Some(0)]);
        assert_eq!(hidden(&units, &[22, 12, 8], 5), [false, false, true]);
        assert_eq!(hidden(&units, &[20, 12, 8], 5), [false, false, false]);
    }

    #[test]
    fn a_hidden_department_may_have_shown_teams() {
        // 0 > 1 > {2, 3}; one person belongs to 1 directly.
        let units = tree(&[None, Some(0), Some(1), Some(1)]);
        let h = hidden(&units, &[21, 21, 10, 10], 5);
        assert!(h.iter().any(|x| *x) && h.iter().any(|x| !*x), "{h:?}");
    }

    proptest! {
        /// Brute force, sharing no code with the above: no set of respondents below the minimum lies in what sums and
        /// differences of shown units along the tree give.
        #[test]
        fn no_small_rest_is_left(shape in prop::collection::vec((0usize..100, 0u64..12), 1..14), k in 2u64..8) {
            let parents: Vec<Option<usize>> = shape.iter().enumerate().map(|(i, (p, _))| if i == 0 { None } else { Some(p % i) }).collect();
            let own: Vec<u64> = shape.iter().map(|(_, n)| *n).collect();
            let up = |mut i: usize| { let mut v = vec![i]; while let Some(p) = parents[i] { v.push(p); i = p; } v };
            let mut n = vec![0u64; own.len()];
            for (i, people) in own.iter().enumerate() { for a in up(i) { n[a] += people; } }
            let h = hidden(&tree(&parents), &n, k);
            // Each person belongs to the nearest shown unit above; those blocks are what can be worked out.
            let mut blocks = vec![0u64; own.len()];
            for (i, people) in own.iter().enumerate() { if let Some(b) = up(i).into_iter().find(|a| !h[*a]) { blocks[b] += people; } }
            for (i, b) in blocks.iter().enumerate() {
                prop_assert!(h[i] || *b == 0 || *b >= k, "rest {b} of {i}");
                prop_assert!(h[i] || n[i] >= k);
            }
        }
    }
}
