//! The text of a form, read back.

use super::form::{Answers, Form, Said};
use super::text::{TITLE, tidy_note};
use crate::error::{Error, Result, suggest};
use crate::evidence::{check_date, check_role};
use crate::rules::Framework;

const KEYS: [&str; 7] = ["answer", "component", "informant", "role", "source", "date", "note"];
const HEAD: [&str; 3] = ["framework", "unit", "challenge"];

/// What has been read of the fact at hand.
struct Open {
    measure: String,
    answers: Answers,
    said: Said,
    /// Whether its `answer:` was seen, so that the next one begins another.
    answered: bool,
    in_note: bool,
}

impl Form {
    pub(super) fn from_text(framework: &Framework, name: &str, text: &str) -> Result<Form> {
        let mut form = Form::blank(framework);
        let mut open: Option<Open> = None;
        let mut lines = text.lines().enumerate().map(|(i, l)| (i + 1, l));
        let place = |line: usize| format!("{name}, line {line}");
        let title = lines.find(|(_, l)| !l.trim().is_empty());
        if title.is_none_or(|(_, l)| l.trim() != TITLE) {
            return Err(Error::input("other_schema", "the text is no interview of this version")
                .at(place(title.map_or(1, |(i, _)| i)))
                .help(format!("its first line is `{TITLE}`; make a form with `colead interview`")));
        }
        for (number, raw) in lines {
            let line = raw.trim();
            if let Some(more) = line.strip_prefix('|') {
                let Some(o) = open.as_mut().filter(|o| o.in_note) else {
                    return Err(Error::input("stray_line", "a line that goes on without a note before it")
                        .at(place(number))
                        .help("put it below `note:`"));
                };
                let more = more.strip_prefix(' ').unwrap_or(more);
                let before = o.said.by.note.take().map_or(String::new(), |n| n + "\n");
                o.said.by.note = Some(before + more);
                continue;
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some((id, _)) = line.strip_prefix('[').and_then(|l| l.split_once(']')) {
                form.close(framework, open.take())?;
                let fact = form.fact_mut(framework, id.trim()).map_err(|e| e.at(place(number)))?;
                open = Some(Open {
                    measure: fact.measure.clone(),
                    answers: fact.answers.clone(),
                    said: Said::default(),
                    answered: false,
                    in_note: false,
                });
                continue;
            }
            let (key, value) = line.split_once(':').map_or((line, ""), |(k, v)| (k.trim(), v.trim()));
            match &mut open {
                None => form.head(framework, key, value).map_err(|e| e.at(place(number)))?,
                Some(o) => {
                    if key == "answer" && o.answered {
                        let next = Open {
                            measure: o.measure.clone(),
                            answers: o.answers.clone(),
                            said: Said::default(),
                            answered: false,
                            in_note: false,
                        };
                        form.close(framework, open.replace(next))?;
                    }
                    if let Some(o) = &mut open {
                        o.take(key, value).map_err(|e| e.at(place(number)))?;
                    }
                }
            }
        }
        form.close(framework, open)?;
        Ok(form)
    }

    fn head(&mut self, framework: &Framework, key: &str, value: &str) -> Result<()> {
        let text = Some(value.to_owned()).filter(|v| !v.is_empty());
        match key {
            "framework" => {
                if value.split(' ').next() != Some(framework.id()) {
                    return Err(Error::input("other_framework", "the form belongs to another framework")
                        .help(format!("read it with its own framework, or ask with `{}`", framework.id())));
                }
            }
            "unit" => self.unit = text,
            "challenge" => self.challenge = text,
            _ => return Err(unknown(key, &HEAD)),
        }
        Ok(())
    }

    fn close(&mut self, framework: &Framework, open: Option<Open>) -> Result<()> {
        let Some(Open { measure, mut said, .. }) = open else { return Ok(()) };
        said.by.note = said.by.note.as_deref().and_then(tidy_note);
        let fact = self.fact_mut(framework, &measure)?;
        if !said.is_blank() && !fact.said.contains(&said) {
            fact.said.push(said);
        }
        Ok(())
    }
}

impl Open {
    fn take(&mut self, key: &str, value: &str) -> Result<()> {
        let text = Some(value.to_owned()).filter(|v| !v.is_empty());
        self.in_note = key == "note";
        let said = &mut self.said;
        match key {
            "answer" => {
                self.answered = true;
                said.answer = text.map(|t| self.answers.read(&t)).transpose()?;
            }
            "component" => said.component = text,
            "informant" => said.by.informant = text,
            "role" => said.by.role = text.map(|t| check_role(&t)).transpose()?,
            "source" => said.by.source = text,
            "date" => said.by.date = text.map(|t| check_date(&t)).transpose()?,
            "note" => said.by.note = text,
            _ => return Err(unknown(key, &KEYS)),
        }
        Ok(())
    }
}

fn unknown(key: &str, known: &[&str]) -> Error {
    let shown: String = key.chars().take(60).collect();
    Error::input("unknown_key", format!("unknown entry `{shown}`"))
        .help(format!("{}; begin a remark with #", suggest(key, known.iter().copied())))
}
