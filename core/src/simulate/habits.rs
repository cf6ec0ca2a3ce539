//! How people answer, beside what they think.

use super::scales::ScaleSpec;
use crate::dice::Dice;
use crate::error::Result;
use serde_json::{Value, json};

/// Habits of answering. They change what is recorded and never the truth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Habits {
    /// How far everybody moves every answer towards the favorable end, in steps (a quarter of the answer range), -4 to
    /// 4. It is shared by all, so it makes raters look alike who share nothing else.
    pub positive: f64,
    /// SD between people of a tendency to agree with any statement, whichever way it points, in steps, 0 to 4.
    pub acquiescence: f64,
    /// Share of forms on which every answer repeats the first one, 0 to 1.
    pub straightlining: f64,
}

impl Habits {
    pub(crate) fn check(&self) -> Result<()> {
        super::spec::inside("habits.positive", self.positive, -4.0, 4.0, false)?;
        super::spec::inside("habits.acquiescence", self.acquiescence, 0.0, 4.0, false)?;
        super::spec::inside("habits.straightlining", self.straightlining, 0.0, 1.0, false)
    }

    /// How far a person moves scored answers, in steps: to items that point the scale's way, and to reversed ones.
    pub(crate) fn person(&self, dice: &mut Dice) -> [f64; 2] {
        let agrees = self.acquiescence * dice.normal();
        [self.positive + agrees, self.positive - agrees]
    }

    /// Repeats the first answer of a form, as far from the lowest as it is, on all others; what was left out or not
    /// known stays so.
    pub(crate) fn straighten(scales: &[ScaleSpec], answers: &mut [String]) {
        let ranges = || scales.iter().flat_map(|s| s.items.iter().map(|_| s.options));
        let code = |cell: &String, (lo, hi): (i64, i64)| cell.parse().ok().filter(|c: &i64| (lo..=hi).contains(c));
        let first = answers.iter().zip(ranges()).find_map(|(cell, range)| Some(code(cell, range)? - range.0));
        let Some(first) = first else { return };
        for (cell, (lo, hi)) in answers.iter_mut().zip(ranges()) {
            if code(cell, (lo, hi)).is_some() {
                *cell = (lo + first).min(hi).to_string();
            }
        }
    }

    pub(crate) fn to_json(self) -> Value {
        json!({"positive": self.positive, "acquiescence": self.acquiescence, "straightlining": self.straightlining})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_keeps_its_gaps() {
        let scale = |items: &[&str], options| ScaleSpec {
            items: items.iter().map(|i| ((*i).to_owned(), false)).collect(),
            options,
            ..ScaleSpec::default()
        };
        let scales = [scale(&["a", "b", "c"], (1, 5)), scale(&["d", "e"], (0, 2))];
        let line = |cells: [&str; 5]| {
            let mut cells = cells.map(str::to_owned);
            Habits::straighten(&scales, &mut cells);
            cells
        };
        assert_eq!(line(["", "4", "2", "0", "9"]), ["", "4", "4", "2", "9"]);
        assert_eq!(line(["9", "", "2", "0", "1"]), ["9", "", "2", "1", "1"]);
        assert_eq!(line(["", "9", "", "", ""]), ["", "9", "", "", ""]);
    }
}
