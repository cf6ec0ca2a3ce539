//! Why a rule is insufficient, row by row: something is missing, too close to call, or a guard is unmet.

use super::batch::Columns;
use super::bits::{self, Kleene, Plane, TILE, WORD, WORDS, each};
use super::exact::Exact;
use super::program::{Form, Node, Program};
use super::verdicts::Verdicts;

impl Program {
    /// The verdicts of a batch as the int8 codes of tables, a column a rule of the program: 1 holds, 0 fails, -1
    /// missing, -2 too close to call, -3 a guard is unmet. `verdicts` are those of this program and these columns.
    pub fn codes(&self, columns: &Columns<'_>, verdicts: &Verdicts) -> Vec<Vec<i8>> {
        let mut out: Vec<Vec<i8>> = self.rules.iter().map(|_| Vec::with_capacity(columns.rows())).collect();
        let mut kleene = vec![Kleene::default(); self.nodes.len()];
        let mut missing = vec![Plane::default(); self.nodes.len()];
        let plain = plain(&self.nodes);
        let mut exact = Exact::default();
        exact.begin(self);
        for start in (0..columns.rows()).step_by(TILE) {
            bits::evaluate(self, columns, start, &mut kleene);
            reach(&self.nodes, &kleene, &mut missing);
            for (word, row) in (start..columns.rows()).step_by(WORD).take(WORDS).enumerate() {
                let rows = bits::first(columns.rows() - row);
                let at = |plane: Option<&Plane>| plane.and_then(|p| p.get(word)).copied().unwrap_or_default();
                let mut single = 0;
                for (i, ((_, node), codes)) in self.rules.iter().zip(&mut out).enumerate() {
                    let [holds, fails] = words(verdicts, i, row / WORD);
                    let (missing, unsure) = (at(missing.get(*node)), at(kleene.get(*node).map(|k| &k.unsure)));
                    single |= of_one(holds, fails, unsure, plain.get(*node)) & rows;
                    codes.extend((0..WORD.min(columns.rows() - row)).map(|bit| {
                        let is = |rows: u64| rows >> bit & 1 == 1;
                        if is(holds) {
                            1
                        } else if is(fails) {
                            0
                        } else if is(missing) {
                            -1
                        } else {
                            -3
                        }
                    }));
                }
                while single != 0 {
                    let bit = single.trailing_zeros() as usize;
                    single &= single - 1;
                    for (i, ((_, node), codes)) in self.rules.iter().zip(&mut out).enumerate() {
                        let [holds, fails] = words(verdicts, i, row / WORD);
                        let unsure = at(kleene.get(*node).map(|k| &k.unsure));
                        let open = of_one(holds, fails, unsure, plain.get(*node)) >> bit & 1 == 1;
                        if let (true, Some(code)) = (open, codes.get_mut(row + bit)) {
                            *code = exact.code(self, columns, row + bit, *node);
                        }
                    }
                }
            }
        }
        out
    }
}

fn words(verdicts: &Verdicts, rule: usize, word: usize) -> [u64; 2] {
    let (holds, fails) = verdicts.bits(rule);
    [holds, fails].map(|words| words.get(word).copied().unwrap_or_default())
}

/// Rows whose code is found row by row.
fn of_one(holds: u64, fails: u64, unsure: u64, plain: Option<&bool>) -> u64 {
    !(holds | fails) & if plain == Some(&true) { unsure } else { u64::MAX }
}

/// Whether, where all is true, false or unknown, every unknown part of an unknown sum can turn it, in the node and
/// all it rests on. Parts of different weight need not: one point more may never matter.
fn plain(nodes: &[Node]) -> Vec<bool> {
    let mut out: Vec<bool> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let own = match node {
            Node::AtLeast { form: Form::Count, of, .. } => {
                of.windows(2).all(|w| matches!(w, [(a, _), (b, _)] if a == b))
            }
            _ => true,
        };
        let mut all = own;
        node.parts(|i| all &= out.get(i).copied().unwrap_or(false));
        out.push(all);
    }
    out
}

/// The rows in which the needs of a node name a missing measure, as `evaluate::Evaluation` finds them for one case:
/// through what is unknown down to the measures, and not beyond an unmet guard.
fn reach(nodes: &[Node], kleene: &[Kleene], missing: &mut [Plane]) {
    for (i, (node, k)) in nodes.iter().zip(kleene).enumerate() {
        let Some((done, rest)) = missing.split_at_mut_checked(i) else { continue };
        let Some(slot) = rest.first_mut() else { continue };
        let open = each(&k.may, &k.yes, |may, yes| may & !yes);
        let mut below = Plane::default();
        let mut from = |i: &usize| {
            if let Some(m) = done.get(*i) {
                below = each(&below, m, |a, b| a | b);
            }
        };
        match node {
            Node::Compare { .. } | Node::OneOf { .. } => below = open,
            Node::Rule { guards, when, unless, .. } => {
                guards.iter().chain([when]).chain(unless).for_each(&mut from);
                for g in guards.iter().filter_map(|g| kleene.get(*g)) {
                    below = each(&below, &g.may, |m, may| m & may);
                }
            }
            Node::AtLeast { of, .. } => of.iter().for_each(|(_, i)| from(i)),
            Node::Not(i) => from(i),
        }
        *slot = each(&below, &open, |m, o| m & o);
    }
}
