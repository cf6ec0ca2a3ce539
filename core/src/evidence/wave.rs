//! The order of waves.

use std::cmp::Ordering;

/// Waves in the order that people mean: `w2` before `w10`, `2024` before `2025`.
pub(crate) fn by_wave(a: &str, b: &str) -> Ordering {
    let split = |s: &str| {
        let digits = s.chars().rev().take_while(char::is_ascii_digit).count();
        let cut = s.len() - digits;
        let (head, tail) = s.split_at_checked(cut).map_or((s.to_owned(), ""), |(h, t)| (h.to_owned(), t));
        (head, tail.parse::<u64>().ok())
    };
    split(a).cmp(&split(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waves_are_ordered_as_people_mean() {
        let mut waves = ["w10", "w2", "w1", "2025", "2024", ""];
        waves.sort_by(|a, b| by_wave(a, b));
        assert_eq!(waves, ["", "2024", "2025", "w1", "w2", "w10"]);
    }
}
