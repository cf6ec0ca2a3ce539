//! Decisions: what was decided where and under which pressure, what it did to priorities, and who may decide.

use super::date::check_order;
use super::digest::{Line, Rows};
use super::pressure::Pressure;
use super::reader::{Cell, Field, Reader, check_number, refuse_repeats};
use super::table::{Table, place};
use crate::error::{Error, Result};

/// One decision.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DecisionRow {
    /// Its key.
    pub decision: String,
    /// The unit in which it was taken.
    pub unit: String,
    /// The layer at which it was taken.
    pub layer: String,
    /// Who took it: a person key or a body.
    pub maker: Option<String>,
    /// The wave it belongs to.
    pub wave: Option<String>,
    /// The pressure it was taken under.
    pub pressure: Option<Pressure>,
    /// How ambiguous the situation was, on the host's scale.
    pub ambiguity: Option<f64>,
    /// How much priorities competed, on the host's scale.
    pub competing: Option<f64>,
    /// The day it was raised.
    pub raised: Option<f64>,
    /// The day it was decided.
    pub decided: Option<f64>,
    /// Whether it was reversed.
    pub reversed: Option<bool>,
    /// How often it was reworked; "yes" counts as once.
    pub rework: Option<u64>,
    /// How many had to approve it.
    pub approvals: Option<u64>,
    /// Whether it was declared an experiment.
    pub experiment: Option<bool>,
}

/// The table `decisions`: each decision once.
///
/// ```
/// use colead::evidence::{Decisions, Pressure, Table};
/// let csv = b"decision,unit,layer,pressure,raised,decided\nd1,berth,1,high,2024-02-27,2024-03-01\n";
/// let decisions = Decisions::from_table(&Table::from_csv("decisions", csv)?)?;
/// let d = &decisions.rows()[0];
/// assert_eq!((d.pressure, d.days()), (Some(Pressure::High), Some(3.0)));
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decisions {
    rows: Vec<DecisionRow>,
}

const OPTIONAL: [&str; 11] = [
    "maker",
    "wave",
    "pressure",
    "ambiguity",
    "competing",
    "raised",
    "decided",
    "reversed",
    "rework",
    "approvals",
    "experiment",
];

impl DecisionRow {
    /// Days from raised to decided, when both are known.
    pub fn days(&self) -> Option<f64> {
        Some(self.decided? - self.raised?)
    }
}

impl Decisions {
    /// Reads the table `decisions`: decision, unit, layer; optional maker, wave, pressure (routine, elevated, high),
    /// ambiguity, competing (numbers), raised, decided (dates or numbers of days), reversed, experiment (true or
    /// false), rework (a count, or true or false), approvals (a count).
    ///
    /// # Errors
    /// Those of [`Reader`] and its fields, and of [`Decisions::new`].
    pub fn from_table(table: &Table) -> Result<Decisions> {
        let r = Reader::new(table, &["decision", "unit", "layer"], &OPTIONAL)?;
        let (decision, unit, layer) = (r.field("decision"), r.field("unit"), r.field("layer"));
        let (maker, wave, pressure) = (r.field("maker"), r.field("wave"), r.field("pressure"));
        let (ambiguity, competing) = (r.field("ambiguity"), r.field("competing"));
        let (raised, decided, reversed) = (r.field("raised"), r.field("decided"), r.field("reversed"));
        let (rework, approvals, experiment) = (r.field("rework"), r.field("approvals"), r.field("experiment"));
        let rows = (0..r.rows()).map(|i| {
            Ok(DecisionRow {
                decision: decision.need_string(i)?,
                unit: unit.need_string(i)?,
                layer: layer.need_string(i)?,
                maker: maker.string(i)?,
                wave: wave.string(i)?,
                pressure: pressure.word(i, &Pressure::WORDS)?,
                ambiguity: ambiguity.number(i)?,
                competing: competing.number(i)?,
                raised: raised.day(i)?,
                decided: decided.day(i)?,
                reversed: reversed.flag(i)?,
                rework: times(&rework, i)?,
                approvals: approvals.count(i)?,
                experiment: experiment.flag(i)?,
            })
        });
        Decisions::new(rows.collect::<Result<_>>()?)
    }

    /// Checks the rows.
    ///
    /// # Errors
    /// `duplicate_decision`, `decided_before_raised`, `not_finite`.
    pub fn new(rows: Vec<DecisionRow>) -> Result<Decisions> {
        const TABLE: &str = "decisions";
        for (i, row) in rows.iter().enumerate() {
            check_order(TABLE, i, ("raised", row.raised), ("decided", row.decided), "decided_before_raised")?;
            for (column, value) in [("ambiguity", row.ambiguity), ("competing", row.competing)] {
                check_number(TABLE, i, column, value, f64::NEG_INFINITY, "out_of_range")?;
            }
        }
        let keys = rows.iter().map(|d| d.decision.as_str());
        refuse_repeats(TABLE, "decision", "duplicate_decision", "decision", keys)?;
        Ok(Decisions { rows })
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[DecisionRow] {
        &self.rows
    }
}

/// A count that may also be said with true or false, yes or no.
fn times(field: &Field<'_>, row: usize) -> Result<Option<u64>> {
    match field.cell(row) {
        Cell::Text(s) if s.parse::<f64>().is_ok() => field.count(row),
        Cell::Text(_) | Cell::Bool(_) => Ok(field.flag(row)?.map(u64::from)),
        _ => field.count(row),
    }
}

impl Rows for Decisions {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, row: usize) -> Option<&str> {
        self.rows.get(row).map(|d| d.unit.as_str())
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(d) = self.rows.get(row) else { return };
        line.text(Some(&d.decision)).text(Some(&d.unit)).text(Some(&d.layer)).text(d.maker.as_deref());
        line.text(d.wave.as_deref()).text(d.pressure.map(Pressure::as_str)).number(d.ambiguity).number(d.competing);
        line.number(d.raised).number(d.decided).flag(d.reversed).count(d.rework).count(d.approvals).flag(d.experiment);
    }
}

/// What one decision did to one priority, as one coder sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionEffectRow {
    /// The decision.
    pub decision: String,
    /// The priority.
    pub priority: String,
    /// `1` advances it, `-1` works against it, `0` does neither.
    pub effect: i8,
    /// Who coded it.
    pub coder: Option<String>,
}

/// The table `decision_effects`: each coder judges a decision on a priority at most once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionEffects {
    rows: Vec<DecisionEffectRow>,
}

impl DecisionEffects {
    /// Reads the table `decision_effects`: decision, priority, effect (1, 0, -1); optional coder. An effect nobody
    /// judged is a row left out.
    ///
    /// # Errors
    /// `out_of_range`, those of [`Reader`] and its fields, and of [`DecisionEffects::new`].
    pub fn from_table(table: &Table) -> Result<DecisionEffects> {
        let r = Reader::new(table, &["decision", "priority", "effect"], &["coder"])?;
        let (decision, priority) = (r.field("decision"), r.field("priority"));
        let (effect, coder) = (r.field("effect"), r.field("coder"));
        let rows = (0..r.rows()).map(|i| {
            let value = effect.need(i, effect.integer(i)?)?;
            Ok(DecisionEffectRow {
                decision: decision.need_string(i)?,
                priority: priority.need_string(i)?,
                // What does not fit is as far out of range as two.
                effect: i8::try_from(value).unwrap_or(2),
                coder: coder.string(i)?,
            })
        });
        DecisionEffects::new(rows.collect::<Result<_>>()?)
    }

    /// Checks the rows.
    ///
    /// # Errors
    /// `out_of_range`, `duplicate_effect` (decision, priority and coder alike).
    pub fn new(rows: Vec<DecisionEffectRow>) -> Result<DecisionEffects> {
        const TABLE: &str = "decision_effects";
        if let Some(i) = rows.iter().position(|e| !(-1..=1).contains(&e.effect)) {
            return Err(Error::input("out_of_range", "the effect is none of 1, 0 and -1")
                .at(place(TABLE, i, "effect"))
                .help("give 1 (advances), 0 (neither) or -1 (works against)"));
        }
        let keys = rows.iter().map(|e| (&e.decision, &e.priority, &e.coder));
        refuse_repeats(TABLE, "priority", "duplicate_effect", "decision, priority and coder", keys)?;
        Ok(DecisionEffects { rows })
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[DecisionEffectRow] {
        &self.rows
    }
}

impl Rows for DecisionEffects {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, _: usize) -> Option<&str> {
        None
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(e) = self.rows.get(row) else { return };
        line.text(Some(&e.decision)).text(Some(&e.priority)).number(Some(f64::from(e.effect))).text(e.coder.as_deref());
    }
}

/// What a holder may do with a class of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Owns the final decision.
    Decides,
    /// Is heard before it.
    Contributes,
    /// Brings those together who take it.
    Convenes,
}

impl Role {
    const WORDS: [(&'static str, Role); 3] =
        [("decides", Role::Decides), ("contributes", Role::Contributes), ("convenes", Role::Convenes)];

    /// `decides`, `contributes` or `convenes`.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Decides => "decides",
            Role::Contributes => "contributes",
            Role::Convenes => "convenes",
        }
    }

    /// The role named `text`.
    pub fn parse(text: &str) -> Option<Role> {
        Role::WORDS.into_iter().find(|(word, _)| *word == text).map(|(_, role)| role)
    }
}

/// One right over one class of decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRightRow {
    /// The class of decisions.
    pub decision_class: String,
    /// Who holds the right: a person key or a body.
    pub holder: String,
    /// The unit in which it holds.
    pub unit: String,
    /// What the holder may do.
    pub role: Role,
    /// How far it reaches.
    pub scope: Option<String>,
    /// Who granted it.
    pub granted_by: Option<String>,
}

/// The table `decision_rights`: each right once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionRights {
    rows: Vec<DecisionRightRow>,
}

impl DecisionRights {
    /// Reads the table `decision_rights`: decision_class, holder, unit, role (decides, contributes, convenes);
    /// optional scope, granted_by.
    ///
    /// # Errors
    /// `unknown_word`, those of [`Reader`] and its fields, and of [`DecisionRights::new`].
    pub fn from_table(table: &Table) -> Result<DecisionRights> {
        let r = Reader::new(table, &["decision_class", "holder", "unit", "role"], &["scope", "granted_by"])?;
        let (class, holder, unit) = (r.field("decision_class"), r.field("holder"), r.field("unit"));
        let (role, scope, granted_by) = (r.field("role"), r.field("scope"), r.field("granted_by"));
        let rows = (0..r.rows()).map(|i| {
            Ok(DecisionRightRow {
                decision_class: class.need_string(i)?,
                holder: holder.need_string(i)?,
                unit: unit.need_string(i)?,
                role: role.need(i, role.word(i, &Role::WORDS)?)?,
                scope: scope.string(i)?,
                granted_by: granted_by.string(i)?,
            })
        });
        DecisionRights::new(rows.collect::<Result<_>>()?)
    }

    /// Checks the rows.
    ///
    /// # Errors
    /// `duplicate_right` (class, holder, unit, role and scope alike).
    pub fn new(rows: Vec<DecisionRightRow>) -> Result<DecisionRights> {
        let keys = rows.iter().map(|d| (&d.decision_class, &d.holder, &d.unit, d.role, &d.scope));
        refuse_repeats("decision_rights", "holder", "duplicate_right", "class, holder, unit, role and scope", keys)?;
        Ok(DecisionRights { rows })
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[DecisionRightRow] {
        &self.rows
    }
}

impl Rows for DecisionRights {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, row: usize) -> Option<&str> {
        self.rows.get(row).map(|d| d.unit.as_str())
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(d) = self.rows.get(row) else { return };
        line.text(Some(&d.decision_class)).text(Some(&d.holder)).text(Some(&d.unit)).text(Some(d.role.as_str()));
        line.text(d.scope.as_deref()).text(d.granted_by.as_deref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (&'static str, String) {
        let e = result.unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }
    fn decisions(text: &str) -> Result<Decisions> {
        Decisions::from_table(&Table::from_csv("decisions", text.as_bytes())?)
    }
    fn effects(text: &str) -> Result<DecisionEffects> {
        DecisionEffects::from_table(&Table::from_csv("decision_effects", text.as_bytes())?)
    }
    fn rights(text: &str) -> Result<DecisionRights> {
        DecisionRights::from_table(&Table::from_csv("decision_rights", text.as_bytes())?)
    }

    #[test]
    fn every_column_of_a_decision_is_read() {
        let text = "decision,unit,layer,maker,wave,pressure,ambiguity,competing,raised,decided,reversed,rework,approvals,experiment\n\
                    d,a,2,board,w1,elevated,0.5,3,2024-01-01,2024-01-03,no,2,4,yes\n\
                    e,a,2,,,,,,,,,,,\n";
        let read = decisions(text).unwrap();
        let d = DecisionRow {
            decision: "d".into(),
            unit: "a".into(),
            layer: "2".into(),
            maker: Some("board".into()),
            wave: Some("w1".into()),
            pressure: Some(Pressure::Elevated),
            ambiguity: Some(0.5),
            competing: Some(3.0),
            raised: Some(19_723.0),
            decided: Some(19_725.0),
            reversed: Some(false),
            rework: Some(2),
            approvals: Some(4),
            experiment: Some(true),
        };
        let e = DecisionRow { decision: "e".into(), unit: "a".into(), layer: "2".into(), ..DecisionRow::default() };
        assert_eq!(read.rows(), [d.clone(), e.clone()]);
        assert_eq!((d.days(), e.days()), (Some(2.0), None));
    }

    #[test]
    fn bad_decisions_are_refused() {
        let cell =
            |column: &str, value: &str| refusal(decisions(&format!("decision,unit,layer,{column}\nd,a,1,{value}\n")));
        let at = |column: &str| format!("decisions, row 1, column {column}");
        assert_eq!(cell("pressure", "extreme"), ("unknown_word", at("pressure")));
        assert_eq!(cell("ambiguity", "high"), ("not_a_number", at("ambiguity")));
        assert_eq!(cell("competing", "inf"), ("not_finite", at("competing")));
        assert_eq!(cell("raised", "2024-02-30"), ("not_a_date", at("raised")));
        assert_eq!(cell("reversed", "perhaps"), ("not_a_flag", at("reversed")));
        assert_eq!(cell("rework", "often"), ("not_a_flag", at("rework")));
        assert_eq!(cell("rework", "-1"), ("negative", at("rework")));
        assert_eq!(cell("approvals", "-1"), ("negative", at("approvals")));
        assert_eq!(cell("approvals", "1.5"), ("not_whole", at("approvals")));
        assert_eq!(cell("approvals", "yes"), ("not_a_number", at("approvals")));
        assert_eq!(cell("experiment", "2"), ("not_a_flag", at("experiment")));
        assert_eq!(cell("presure", "high"), ("unknown_column", "decisions, column presure".into()));
        let days = decisions("decision,unit,layer,raised,decided\nd,a,1,2024-01-02,2024-01-01\n");
        assert_eq!(refusal(days), ("decided_before_raised", at("decided")));
        let twice = refusal(decisions("decision,unit,layer\nd,a,1\nd,b,1\n"));
        assert_eq!(twice, ("duplicate_decision", "decisions, row 2, column decision".into()));
        assert_eq!(refusal(decisions("decision,unit,layer\nd,a,\n")), ("missing_value", at("layer")));
        assert_eq!(refusal(decisions("decision,unit\nd,a\n")), ("missing_column", "decisions".into()));
        let given = DecisionRow { ambiguity: Some(f64::NAN), ..DecisionRow::default() };
        assert_eq!(refusal(Decisions::new(vec![given])), ("not_finite", at("ambiguity")));
        let given = DecisionRow { raised: Some(f64::NAN), ..DecisionRow::default() };
        assert_eq!(refusal(Decisions::new(vec![given])), ("not_finite", at("raised")));
    }

    #[test]
    fn rework_is_a_count_or_a_word() {
        let read = decisions("decision,unit,layer,rework\nd,a,1,yes\ne,a,1,false\nf,a,1,3.0\ng,a,1,\n").unwrap();
        let times: Vec<_> = read.rows().iter().map(|d| d.rework).collect();
        assert_eq!(times, [Some(1), Some(0), Some(3), None]);
    }

    #[test]
    fn effects_are_plus_minus_or_neither() {
        let read = effects("decision,priority,effect,coder\nd,p,+1,x\nd,p,-1,y\nd,q,0,\n").unwrap();
        assert_eq!(read.rows().iter().map(|e| e.effect).collect::<Vec<_>>(), [1, -1, 0]);
        let cell = |v: &str| refusal(effects(&format!("decision,priority,effect\nd,p,{v}\n")));
        let at = || "decision_effects, row 1, column effect".to_owned();
        assert_eq!(cell("2"), ("out_of_range", at()));
        assert_eq!(cell("-300"), ("out_of_range", at()));
        assert_eq!(cell("0.5"), ("not_whole", at()));
        assert_eq!(cell(""), ("missing_value", at()));
        let twice = refusal(effects("decision,priority,effect\nd,p,1\nd,p,0\n"));
        assert_eq!(twice, ("duplicate_effect", "decision_effects, row 2, column priority".into()));
    }

    #[test]
    fn rights_have_a_role() {
        let header = "decision_class,holder,unit,role,scope\n";
        let read =
            rights(&format!("{header}hire,p1,a,decides,\nhire,p1,a,convenes,\nhire,p1,a,decides,small\n")).unwrap();
        assert_eq!(read.rows()[1].role, Role::Convenes);
        for (word, role) in Role::WORDS {
            assert_eq!((Role::parse(word), role.as_str()), (Some(role), word));
        }
        let odd = refusal(rights(&format!("{header}hire,p1,a,owns,\n")));
        assert_eq!(odd, ("unknown_word", "decision_rights, row 1, column role".into()));
        let gap = refusal(rights(&format!("{header}hire,p1,a,,\n")));
        assert_eq!(gap, ("missing_value", "decision_rights, row 1, column role".into()));
        let twice = refusal(rights(&format!("{header}hire,p1,a,decides,\nhire,p1,a,decides,\n")));
        assert_eq!(twice, ("duplicate_right", "decision_rights, row 2, column holder".into()));
    }
}
