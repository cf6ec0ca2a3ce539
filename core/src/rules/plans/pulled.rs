//! A plan as it is written: the levers that people mean to pull.

use crate::document::{At, Diagnostics, Document};
use crate::error::{Error, Family, Result};
use crate::rules::model::Framework;
use crate::vocabulary::Puller;
use serde_json::{Value, json};

/// The most levers of a plan.
pub const MAX_LEVERS: usize = 100;

/// The levers that people mean to pull. Names are not looked up before a framework reads it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// What it is called, or empty.
    pub title: String,
    /// The levers, in the order in which they are to be pulled.
    pub levers: Vec<Pulled>,
}

/// A lever of a plan, with what is free about it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pulled {
    /// The lever.
    pub lever: String,
    /// Who is to pull it; those who can when it is not told.
    pub who: Option<Puller>,
    /// How many: leaders, trials, sittings, whatever the lever is about.
    pub how_many: Option<u32>,
    /// A remark.
    pub note: String,
}

impl Pulled {
    /// A lever with nothing told beside it.
    pub fn new(lever: impl Into<String>) -> Pulled {
        Pulled { lever: lever.into(), ..Pulled::default() }
    }
}

impl Plan {
    /// A plan of these levers.
    ///
    /// ```
    /// use colead::rules::Plan;
    /// assert_eq!(Plan::of(["make_sense_together", "small_experiments"]).levers.len(), 2);
    /// ```
    pub fn of<T: Into<String>>(levers: impl IntoIterator<Item = T>) -> Plan {
        Plan { title: String::new(), levers: levers.into_iter().map(Pulled::new).collect() }
    }

    /// Reads a plan from TOML or JSON: `title`, and `lever`, a list of tables with `lever`, and perhaps `who`
    /// (`leaders`, `followers`, `anyone`), `how_many` and `note`.
    ///
    /// ```
    /// use colead::rules::Plan;
    /// let plan = Plan::from_text("[[lever]]\nlever = 'appoint_leaders'\nhow_many = 3\n")?;
    /// assert_eq!(plan.levers[0].how_many, Some(3));
    /// assert_eq!(Plan::from_text(r#"{"lever": [{"lever": "appoint_leaders", "how_many": 3}]}"#)?, plan);
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `syntax`, `unknown_key`, `missing_key`, `type_mismatch`, `unknown_name`, `not_a_count`, `too_many`, each with
    /// its place.
    pub fn from_text(text: &str) -> Result<Plan> {
        let document = Document::parse("plan", text).map_err(|d| Error::from_diagnostics(Family::Input, vec![d]))?;
        let faults = Diagnostics::default();
        let plan = read(&At::root(&document, &faults)).unwrap_or_default();
        faults.finish(Family::Input)?;
        Ok(plan)
    }

    /// The plan as a JSON document that [`Plan::from_text`] reads.
    pub fn to_json(&self) -> Value {
        let pulled = |p: &Pulled| json!({ "lever": p.lever, "who": p.who.map(Puller::as_str), "how_many": p.how_many, "note": p.note });
        json!({ "title": self.title, "lever": self.levers.iter().map(pulled).collect::<Vec<_>>() })
    }

    /// Checks that a framework knows every lever, and that those who are to pull it can.
    pub(super) fn known_to(&self, framework: &Framework) -> Result<()> {
        if self.levers.len() > MAX_LEVERS {
            return Err(Error::input("too_many", format!("the plan has more than {MAX_LEVERS} levers"))
                .at("plan")
                .help("split the plan"));
        }
        for (i, p) in self.levers.iter().enumerate() {
            let at = format!("plan, lever[{i}]");
            let lever = framework.find_lever(&p.lever).map_err(|e| e.at(at.clone()))?;
            let able = lever.who == Puller::Anyone;
            if let Some(who) = p.who.filter(|who| *who != lever.who && !able) {
                let message = format!("`{}` is nothing that {who} can do alone", lever.id);
                return Err(Error::input("cannot_pull", message)
                    .at(format!("{at}, who"))
                    .help(format!("say `{}`, or leave `who` out", lever.who)));
            }
        }
        Ok(())
    }
}

fn read(at: &At<'_>) -> Option<Plan> {
    let f = at.fields(&["title", "lever"])?;
    let list = f.need("lever")?;
    let items = list.list()?;
    if items.len() > MAX_LEVERS {
        list.error("too_many", format!("the plan has more than {MAX_LEVERS} levers"), "split the plan");
        return None;
    }
    let levers = items.iter().filter_map(pulled).collect();
    Some(Plan { title: f.text_or_empty("title"), levers })
}

fn pulled(at: &At<'_>) -> Option<Pulled> {
    let f = at.fields(&["lever", "who", "how_many", "note"])?;
    let lever = f.need("lever")?.id()?.to_owned();
    let pullers: Vec<(&str, Puller)> = Puller::ALL.iter().map(|p| (p.as_str(), *p)).collect();
    let who = f.get("who").and_then(|a| a.word("puller", &pullers));
    let how_many = f.get("how_many").and_then(|a| {
        let many = u32::try_from(a.integer()?).ok().filter(|n| *n > 0);
        if many.is_none() {
            a.error("not_a_count", "`how_many` is not a whole number from 1", "leave it out when it is not known");
        }
        many
    });
    Some(Pulled { lever, who, how_many, note: f.text_or_empty("note") })
}
