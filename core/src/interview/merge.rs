//! One sitting added to another.

use super::form::{Form, FormFact, Said};
use crate::error::{Error, Result};

impl Form {
    /// This form with everything that another sitting's says as well: nothing is lost, and nothing stands twice. Facts
    /// that only the other asks for come last.
    ///
    /// # Errors
    /// `other_framework`, `other_unit`, `other_challenge` for forms that do not belong together.
    pub fn merge(&self, other: &Form) -> Result<Form> {
        let refuse = |code, what: &str, a: &str, b: &str| {
            Err(Error::input(code, format!("one form is about the {what} `{a}`, the other about `{b}`"))
                .at(what)
                .help("merge forms about the same; keep others as files of their own"))
        };
        if self.framework != other.framework {
            return refuse("other_framework", "framework", &self.framework, &other.framework);
        }
        let mut out = self.clone();
        for (code, what, own, given) in [
            ("other_unit", "unit", &mut out.unit, &other.unit),
            ("other_challenge", "challenge", &mut out.challenge, &other.challenge),
        ] {
            match (&*own, given) {
                (Some(a), Some(b)) if a != b => return refuse(code, what, a, b),
                (None, Some(_)) => own.clone_from(given),
                _ => {}
            }
        }
        for fact in &other.facts {
            match out.facts.iter_mut().find(|f| f.measure == fact.measure) {
                Some(own) => own.absorb(fact),
                None => out.facts.push(fact.clone()),
            }
        }
        Ok(out)
    }
}

impl FormFact {
    fn absorb(&mut self, other: &FormFact) {
        for said in &other.said {
            if self.said.iter().any(|s| s == said || completes(s, said)) {
                continue;
            }
            self.said.retain(|s| !completes(said, s));
            self.said.push(said.clone());
        }
    }
}

/// Whether an entry says all that an open one says, and answers it.
fn completes(full: &Said, open: &Said) -> bool {
    fn within<T: PartialEq>(open: &Option<T>, full: &Option<T>) -> bool {
        open.is_none() || open == full
    }
    let (a, b) = (&open.by, &full.by);
    open.answer.is_none()
        && full.answer.is_some()
        && within(&open.component, &full.component)
        && within(&a.informant, &b.informant)
        && within(&a.role, &b.role)
        && within(&a.source, &b.source)
        && within(&a.date, &b.date)
        && within(&a.note, &b.note)
}
