//! What some data could answer, as text for people.

use super::preflight::{Piece, Preflight, QuestionReach, Reach};
use crate::paper::{Paper, listed};
use std::collections::BTreeMap;

/// How many pieces are told one by one.
const PIECES: usize = 15;

impl Preflight {
    /// The result as text: what could be answered, what only in part, and what each missing piece would open.
    pub fn to_text(&self) -> String {
        let mut out = Paper::default();
        let (full, partial, never) = self.counts();
        let all = self.questions.len();
        out.fold(0, &format!("{full} of {all} questions could be answered, {partial} in part, {never} not at all"));
        let of = |reach: Reach| self.questions.iter().filter(move |q| q.reach == reach);
        let titles = |reach: Reach| of(reach).map(|q| q.title.as_str()).collect::<Vec<_>>().join("; ");
        if full > 0 {
            out.heading("Could be answered");
            out.fold(0, &titles(Reach::Full));
        }
        if partial > 0 {
            out.heading("Could be answered in part");
            of(Reach::Partial).for_each(|q| partly(q, &mut out));
        }
        if never > 0 {
            out.heading("Stays open, whatever these data say");
            out.fold(0, &titles(Reach::Never));
        }
        self.opening(&mut out);
        out.text()
    }

    fn opening(&self, out: &mut Paper) {
        if self.pieces.is_empty() {
            return;
        }
        out.heading("What each missing piece would open");
        let (alone, together): (Vec<&Piece>, Vec<&Piece>) = self.pieces.iter().partition(|p| !p.opens.is_empty());
        for p in alone.iter().take(PIECES) {
            out.fold(0, &name(p));
            out.fold(1, &format!("opens {}", self.opened(p)));
        }
        if alone.len() > PIECES {
            let rest = alone.get(PIECES..).unwrap_or_default();
            let names: Vec<String> = rest.iter().flat_map(|p| &p.measures).map(|m| format!("`{m}`")).collect();
            out.fold(0, &format!("and {} more that open something: {}", rest.len(), listed(&names, 12)));
        }
        if !together.is_empty() {
            let mut by: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for p in &together {
                by.entry(p.source.kind()).or_default().push(short(p));
            }
            out.fold(0, "only together with others:");
            by.into_values().for_each(|names| out.fold(1, &listed(&names, 12)));
        }
    }

    fn opened(&self, piece: &Piece) -> String {
        let told = |(id, options): &(String, Vec<String>)| {
            let Some(q) = self.question(id) else { return id.clone() };
            let whole = q.reach == Reach::Never && options.len() == q.options.len();
            if whole { q.title.clone() } else { format!("{} ({})", q.title, words(options)) }
        };
        piece.opens.iter().map(told).collect::<Vec<_>>().join("; ")
    }
}

fn words(options: &[String]) -> String {
    options.iter().map(|o| o.replace('_', " ")).collect::<Vec<_>>().join(", ")
}

fn partly(q: &QuestionReach, out: &mut Paper) {
    let names =
        |open: bool| -> Vec<String> { q.options.iter().filter(|o| o.open == open).map(|o| o.option.clone()).collect() };
    let needs: Vec<String> = q
        .options
        .iter()
        .filter_map(|o| o.needs.first())
        .map(|set| set.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(" and "))
        .fold(Vec::new(), |mut all, one| {
            if !all.contains(&one) {
                all.push(one);
            }
            all
        });
    let line = format!(
        "{}: {}; not {}, which needs {}",
        q.title,
        words(&names(true)),
        words(&names(false)),
        needs.join(", or ")
    );
    out.fold(0, &line);
}

fn name(p: &Piece) -> String {
    match (p.measures.first(), p.asks.is_empty()) {
        (Some(m), false) => {
            format!("{} [{m}; ask {}]", p.asks, if p.whom.is_empty() { "those who know" } else { &p.whom })
        }
        _ => p.source.to_string(),
    }
}

fn short(p: &Piece) -> String {
    match p.measures.first() {
        Some(m) if p.source.told() => format!("`{m}`"),
        _ => p.source.to_string(),
    }
}
