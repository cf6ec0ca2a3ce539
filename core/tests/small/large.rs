//! Organizations of the size of companies, drawn as in the design of the auditor: teams of about six respondents, one
//! cut of three categories and one of four.

use super::Random;
use colead::release::People;
use std::collections::BTreeMap;

pub struct Large {
    pub parents: Vec<Option<usize>>,
    pub people: Vec<People>,
}

/// About one unit in ten has units below it.
pub fn large(units: usize, seed: u64) -> Large {
    let mut r = Random::new(seed);
    let inner = units.div_ceil(10);
    let parents: Vec<Option<usize>> = (0..units)
        .map(|i| match i {
            0 => None,
            _ if i < inner => Some((i - 1) / 7),
            // Every inner unit has at least one team below it.
            _ if i < 2 * inner => Some(i - inner),
            _ => Some(r.below(inner)),
        })
        .collect();
    let mut people: BTreeMap<(usize, Vec<Option<usize>>), u64> = BTreeMap::new();
    for unit in 0..units {
        // Sums of dice: from 1 to 14, most often 6; a few people belong to an inner unit directly.
        let size = if unit < inner { 4 + r.below(8) } else { 1 + r.below(6) + r.below(5) + r.below(5) };
        for _ in 0..size {
            let gender = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2][r.below(10)];
            let tenure = [0, 0, 1, 1, 1, 2, 2, 2, 3, 3][r.below(10)];
            *people.entry((unit, vec![Some(gender), Some(tenure)])).or_default() += 1;
        }
    }
    let people = people.into_iter().map(|((unit, categories), n)| People { unit, categories, n }).collect();
    Large { parents, people }
}
