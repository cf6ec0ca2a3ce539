//! The job every engine does: 30 rules, each of three thresholds on 20 measures, over cases with a tenth missing.

/// How many measures a case has.
pub const MEASURES: usize = 20;
/// How many rules are evaluated for each case.
pub const RULES: usize = 30;

/// One threshold of a rule: a measure, whether it must lie above, and the threshold.
pub struct Leaf {
    pub measure: usize,
    pub above: bool,
    pub threshold: f64,
}

/// The rules: all three leaves of one must be met.
pub fn rules() -> Vec<[Leaf; 3]> {
    let leaf = |r: usize, k: usize| Leaf {
        measure: (7 * r + 3 * k + r / 20) % MEASURES,
        above: (r + k) % 3 != 0,
        threshold: 20.0 + ((13 * r + 29 * k) % 60) as f64,
    };
    (0..RULES).map(|r| [leaf(r, 0), leaf(r, 1), leaf(r, 2)]).collect()
}

/// Cases of numbers from 0 to 99.9 with one decimal, a tenth missing: the same in every language.
pub fn cases(count: usize) -> Vec<[Option<f64>; MEASURES]> {
    let mut state = 2003_u64;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    (0..count)
        .map(|_| {
            std::array::from_fn(|_| {
                let z = next();
                (z % 10 != 0).then(|| ((z >> 32) % 1000) as f64 / 10.0)
            })
        })
        .collect()
}

/// What follows from what is known: the strong three-valued logic of Kleene.
pub fn truth(rule: &[Leaf; 3], case: &[Option<f64>; MEASURES]) -> Option<bool> {
    let met = |l: &Leaf| case[l.measure].map(|v| if l.above { v > l.threshold } else { v < l.threshold });
    let all: Vec<Option<bool>> = rule.iter().map(met).collect();
    if all.contains(&Some(false)) {
        return Some(false);
    }
    all.iter().all(|m| *m == Some(true)).then_some(true)
}

/// The name of a measure.
pub fn name(measure: usize) -> String {
    format!("m{measure}")
}

/// A rule as an expression of the C family.
pub fn expression(rule: &[Leaf; 3], and: &str) -> String {
    let leaf = |l: &Leaf| format!("{} {} {:?}", name(l.measure), if l.above { ">" } else { "<" }, l.threshold);
    rule.iter().map(leaf).collect::<Vec<_>>().join(&format!(" {and} "))
}
