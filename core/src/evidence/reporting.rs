//! Who counts where: direct and all reports, managers in or out of their own unit, and a second tree over the same
//! people.

use super::members::{MemberRow, Members};
use super::organization::{Organization, path};
use super::table::{Cells, Column, Table};
use crate::error::{Error, Result};
use std::collections::{BTreeSet, HashMap, HashSet};

/// How far down one looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reports {
    /// Those directly below.
    Direct,
    /// Those, and all below them.
    All,
}

/// Where the person who heads a unit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Managers {
    /// In the unit.
    OwnUnit,
    /// In the unit above: the unit's results are those of the people who report to its head.
    UnitAbove,
}

impl Organization {
    /// The units whose people count for unit `i`: itself, and with [`Reports::All`] all below it. Empty for a number
    /// that is no unit.
    pub fn within(&self, i: usize, reports: Reports) -> Vec<usize> {
        match reports {
            Reports::Direct => self.unit(i).map(|_| i).into_iter().collect(),
            Reports::All => self.descendants(i),
        }
    }
}

impl Members {
    /// The rows that report to a manager, ascending, numbered from 0: those that name the manager, and with
    /// [`Reports::All`] those that name them, and so on. Somebody who is named as their own manager reports to nobody.
    ///
    /// ```
    /// use colead::evidence::{Members, Reports, Table};
    /// let table = Table::from_csv("members", b"person,unit,manager\na,x,\nb,x,a\nc,y,b\n")?;
    /// let members = Members::from_table(&table)?;
    /// assert_eq!(members.reports("a", Reports::Direct)?, [1]);
    /// assert_eq!(members.reports("a", Reports::All)?, [1, 2]);
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `manager_cycle` when people below the manager lead back to the manager, with the path as rows: no person is
    /// named.
    pub fn reports(&self, manager: &str, reports: Reports) -> Result<Vec<usize>> {
        let mut direct: HashMap<&str, Vec<usize>> = HashMap::new();
        for (i, row) in self.rows().iter().enumerate() {
            if let Some(m) = row.manager.as_deref().filter(|m| *m != row.person) {
                direct.entry(m).or_default().push(i);
            }
        }
        let below = |person: &str| direct.get(person).map(Vec::as_slice).unwrap_or_default();
        let mut found: BTreeSet<usize> = below(manager).iter().copied().collect();
        if reports == Reports::All {
            // The row through which each row was reached; none for direct reports.
            let mut through: HashMap<usize, Option<usize>> = found.iter().map(|i| (*i, None)).collect();
            let mut open: Vec<usize> = found.iter().copied().collect();
            while let Some(i) = open.pop() {
                let Some(row) = self.rows().get(i) else { continue };
                if row.person == manager {
                    return Err(manager_cycle(i, &through));
                }
                for next in below(&row.person).iter().filter(|next| found.insert(**next)) {
                    through.insert(*next, Some(i));
                    open.push(*next);
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// How many people each unit of an organization has, each person once, in the order of the organization.
    ///
    /// Dates are not looked at: see [`Members::as_of`].
    pub fn headcount(&self, organization: &Organization, reports: Reports) -> Vec<u64> {
        let mut people: Vec<HashSet<&str>> = vec![HashSet::new(); organization.len()];
        for row in self.rows() {
            let mut here = organization.index(&row.unit);
            while let Some(unit) = here {
                people.get_mut(unit).into_iter().for_each(|p| {
                    p.insert(&row.person);
                });
                here = organization.parent(unit).filter(|_| reports == Reports::All);
            }
        }
        people.into_iter().map(|p| p.len() as u64).collect()
    }

    /// The same people with the heads of units counted in their own unit or in the unit above, wherever the table puts
    /// them. Answers follow when the result [places](Members::place) them.
    ///
    /// A unit is headed from inside by the only one of its people whose manager is not in it, if that person manages
    /// somebody there, or in every unit directly below. Else it is headed by the manager whom all such people share, if
    /// that manager is in the unit above without heading it, and manages nobody outside this unit and those directly
    /// below it. Where neither is so nobody is moved, and the head of a unit that belongs to none stays.
    ///
    /// ```
    /// use colead::evidence::{Managers, Members, Organization, Reports, Table};
    /// let org = Organization::from_table(&Table::from_csv("organization", b"unit,parent\nport,\ncrane,port\n")?)?;
    /// let members = b"person,unit,manager\na,port,\nb,crane,a\nc,crane,b\nd,crane,b\n";
    /// let members = Members::from_table(&Table::from_csv("members", members)?)?;
    /// let above = members.seat_managers(&org, Managers::UnitAbove)?;
    /// assert_eq!(members.headcount(&org, Reports::Direct), [1, 3]);
    /// assert_eq!(above.headcount(&org, Reports::Direct), [2, 2]);
    /// assert_eq!(above.seat_managers(&org, Managers::OwnUnit)?, members);
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Members::new`].
    pub fn seat_managers(&self, organization: &Organization, managers: Managers) -> Result<Members> {
        let heads = heads(self, organization);
        let mut rows = self.rows().to_vec();
        let taken: HashSet<(&str, &str)> = self.rows().iter().map(|r| (r.person.as_str(), r.unit.as_str())).collect();
        let mut gone = HashSet::new();
        let seats = heads.iter().enumerate().filter_map(|(unit, head)| {
            let above = organization.parent(unit)?;
            match (head.as_ref()?, managers) {
                (Head::Inside(row), Managers::UnitAbove) => Some((*row, above)),
                (Head::Above(row), Managers::OwnUnit) => Some((*row, unit)),
                _ => None,
            }
        });
        for (row, unit) in seats {
            let (Some(moved), Some(unit)) = (rows.get_mut(row), organization.unit(unit)) else { continue };
            // Somebody who counts there already counts there once.
            if taken.contains(&(moved.person.as_str(), unit)) {
                gone.insert(row);
            }
            unit.clone_into(&mut moved.unit);
        }
        Members::new(rows.into_iter().enumerate().filter(|(i, _)| !gone.contains(i)).map(|(_, row)| row).collect())
    }

    /// Answers with the units of these members: the column `unit` says where each `respondent` is a member. With the
    /// members of a second tree the same answers are read by that tree.
    ///
    /// ```
    /// use colead::evidence::{Members, Table};
    /// let answers = Table::from_csv("responses", b"respondent,unit,x\np1,crane,4\np2,pilot,2\n")?;
    /// let projects = Members::from_table(&Table::from_csv("members", b"person,unit\np1,berth\np2,berth\n")?)?;
    /// let placed = projects.place(&answers)?;
    /// assert_eq!(placed.field("unit").text(1)?.as_deref(), Some("berth"));
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing_column` without `respondent`; `missing_value`; `unknown_member` for a respondent who is no member;
    /// `several_units` for one who is in more than one unit. Errors name rows, not persons.
    pub fn place(&self, responses: &Table) -> Result<Table> {
        let mut units: Vec<&str> = Vec::new();
        let mut codes: HashMap<&str, u32> = HashMap::new();
        let mut homes: HashMap<&str, Option<u32>> = HashMap::new();
        for row in self.rows() {
            let code = *codes.entry(&row.unit).or_insert_with(|| {
                units.push(&row.unit);
                units.len() as u32 - 1
            });
            homes.entry(&row.person).and_modify(|home| *home = home.filter(|h| *h == code)).or_insert(Some(code));
        }
        if responses.column("respondent").is_none() {
            return Err(Error::input("missing_column", "missing column `respondent`")
                .at(responses.name())
                .help("answers are placed by the keys of their respondents"));
        }
        let respondent = responses.field("respondent");
        let place = |row: usize| {
            let key = respondent.need(row, respondent.text(row)?)?;
            match homes.get(key.as_ref()) {
                Some(Some(code)) => Ok(Some(*code)),
                Some(None) => Err(Error::input("several_units", "the respondent is a member of several units")
                    .at(respondent.place(row))
                    .help("give the members of one tree, as of one day")),
                None => Err(Error::input("unknown_member", "the respondent is no member")
                    .at(respondent.place(row))
                    .help("add the person to the members, if need be in a unit for those who stand outside")),
            }
        };
        let codes = (0..responses.rows()).map(place).collect::<Result<_>>()?;
        let cells = Cells::Dictionary { values: units.into_iter().map(str::to_owned).collect(), codes };
        let others = responses.columns().iter().filter(|c| c.name != "unit").cloned();
        Table::new(responses.name(), others.chain([Column { name: "unit".into(), cells }]).collect())
    }
}

fn manager_cycle(last: usize, through: &HashMap<usize, Option<usize>>) -> Error {
    let up = std::iter::successors(Some(last), |row| through.get(row).copied().flatten());
    let mut rows: Vec<String> = up.map(|row| format!("row {}", row + 1)).collect();
    rows.push(format!("row {}", last + 1));
    rows.reverse();
    let circle = path(rows.iter().map(String::as_str));
    Error::input("manager_cycle", format!("people report to one another in a circle: {circle}"))
        .at(super::table::place("members", last, "manager"))
        .help("leave the manager of the topmost person empty")
}

/// The row of the person who heads a unit.
enum Head {
    Inside(usize),
    Above(usize),
}

/// Who heads each unit of the organization.
fn heads(members: &Members, organization: &Organization) -> Vec<Option<Head>> {
    let mut own: Vec<Vec<(usize, &MemberRow)>> = vec![Vec::new(); organization.len()];
    // In which units a person manages somebody.
    let mut manages: HashMap<&str, HashSet<usize>> = HashMap::new();
    for (i, row) in members.rows().iter().enumerate() {
        let Some(unit) = organization.index(&row.unit) else { continue };
        own.get_mut(unit).into_iter().for_each(|rows| rows.push((i, row)));
        if let Some(manager) = row.manager.as_deref().filter(|m| *m != row.person) {
            manages.entry(manager).or_default().insert(unit);
        }
    }
    let of = |unit: usize| own.get(unit).map(Vec::as_slice).unwrap_or_default();
    // Those whom nobody in the unit manages.
    let tops: Vec<Vec<&(usize, &MemberRow)>> = (0..organization.len())
        .map(|unit| {
            let people: HashSet<&str> = of(unit).iter().map(|(_, row)| row.person.as_str()).collect();
            let inside =
                |row: &MemberRow| row.manager.as_deref().is_some_and(|m| m != row.person && people.contains(m));
            of(unit).iter().filter(|(_, row)| !inside(row)).collect()
        })
        .collect();
    let inside = |unit: usize| match tops.get(unit).map(Vec::as_slice) {
        Some([(i, row)]) => {
            let manages = manages.get(row.person.as_str())?;
            let below = organization.children(unit);
            let all_below = !below.is_empty() && below.iter().all(|u| manages.contains(u));
            (manages.contains(&unit) || all_below).then_some(*i)
        }
        _ => None,
    };
    let above = |unit: usize| {
        let tops = tops.get(unit)?;
        let manager = tops.first()?.1.manager.as_deref()?;
        let parent = organization.parent(unit)?;
        let shared = tops.iter().all(|(_, row)| row.manager.as_deref() == Some(manager));
        let (seat, _) = of(parent).iter().find(|(_, row)| row.person == manager)?;
        let here = |u: &usize| *u == unit || organization.parent(*u) == Some(unit);
        let only = manages.get(manager).is_some_and(|m| m.iter().all(here));
        (shared && only && inside(parent) != Some(*seat)).then_some(*seat)
    };
    (0..organization.len()).map(|u| inside(u).map(Head::Inside).or_else(|| above(u).map(Head::Above))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &str) -> Members {
        Members::from_table(&Table::from_csv("members", text.as_bytes()).unwrap()).unwrap()
    }
    fn organization(text: &str) -> Organization {
        Organization::from_table(&Table::from_csv("organization", text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn reports_are_followed_down() {
        let m = members("person,unit,manager\nd,z,c\na,x,a\nb,x,a\nc,y,b\ne,y,b\nf,q,g\n");
        assert_eq!(m.reports("a", Reports::Direct).unwrap(), [2]);
        assert_eq!(m.reports("a", Reports::All).unwrap(), [0, 2, 3, 4]);
        assert_eq!(m.reports("g", Reports::All).unwrap(), [5]);
        assert!(m.reports("d", Reports::All).unwrap().is_empty() && m.reports("?", Reports::All).unwrap().is_empty());
    }

    #[test]
    fn a_circle_of_managers_is_shown_as_rows() {
        let m = members("person,unit,manager\nann,x,cy\nbo,x,ann\ncy,x,bo\ndee,x,cy\n");
        assert_eq!(m.reports("ann", Reports::Direct).unwrap(), [1]);
        let e = m.reports("ann", Reports::All).unwrap_err();
        assert_eq!((e.code(), e.path()), ("manager_cycle", "members, row 1, column manager"));
        assert!(e.message().ends_with("`row 1 > row 2 > row 3 > row 1`"), "{e}");
        assert!(!e.to_string().contains("ann"));
    }

    #[test]
    fn units_hold_their_own_or_all_below() {
        let org = organization("unit,parent\nport,\nnorth,port\ncrane,north\n");
        let m = members("person,unit\na,port\nb,north\nb,crane\nc,crane\nz,elsewhere\n");
        assert_eq!(m.headcount(&org, Reports::Direct), [1, 1, 2]);
        assert_eq!(m.headcount(&org, Reports::All), [3, 2, 2]);
        assert_eq!((org.within(1, Reports::Direct), org.within(1, Reports::All)), (vec![1], vec![1, 2]));
        assert!(org.within(9, Reports::Direct).is_empty() && org.within(9, Reports::All).is_empty());
    }

    #[test]
    fn heads_move_out_of_their_units_and_back() {
        let org = organization("unit,parent\nport,\nnorth,port\nsouth,port\ncrane,north\npilot,north\n");
        let text = "person,unit,manager\nceo,port,\naid,port,ceo\nn,north,ceo\ns,south,ceo\nc,crane,n\nc1,crane,c\nc2,crane,c\n\
                    p1,pilot,n\np2,pilot,n\ns1,south,s\n";
        let m = members(text);
        let seats = |m: &Members| m.rows().iter().map(|r| r.unit.clone()).collect::<Vec<_>>();
        // The head of `north` has no peer there and manages the units below; nobody heads `pilot` but `n`, who heads more.
        let above = m.seat_managers(&org, Managers::UnitAbove).unwrap();
        let want = ["port", "port", "port", "port", "north", "crane", "crane", "pilot", "pilot", "south"];
        assert_eq!(seats(&above), want);
        assert_eq!(m.seat_managers(&org, Managers::OwnUnit).unwrap(), m);
        assert_eq!(above.seat_managers(&org, Managers::OwnUnit).unwrap(), m);
        // Somebody who is a member above as well is there once.
        let both = members("person,unit,manager\na,north,\na,crane,\nb,crane,a\n");
        assert_eq!(seats(&both.seat_managers(&org, Managers::UnitAbove).unwrap()), ["north", "crane"]);
    }

    #[test]
    fn a_second_tree_places_the_same_people() {
        let answers = Table::from_csv("responses", b"respondent,x\np1,4\np2,5\n").unwrap();
        let refusal = |m: &str, t: &Table| {
            let e = members(m).place(t).unwrap_err();
            assert!(!e.help_text().is_empty() && !e.to_string().contains("p2"), "{e}");
            (e.code(), e.path().to_owned())
        };
        let at = |row: u8| format!("responses, row {row}, column respondent");
        assert_eq!(refusal("person,unit\np1,a\n", &answers), ("unknown_member", at(2)));
        assert_eq!(refusal("person,unit\np1,a\np2,a\np2,b\n", &answers), ("several_units", at(2)));
        let gap = Table::from_csv("responses", b"respondent,x\np1,4\n,5\n").unwrap();
        assert_eq!(refusal("person,unit\np1,a\n", &gap), ("missing_value", at(2)));
        let none = Table::from_csv("responses", b"x\n4\n").unwrap();
        assert_eq!(refusal("person,unit\np1,a\n", &none), ("missing_column", "responses".into()));
        let placed = members("person,unit\np2,a\np1,b\n").place(&answers).unwrap();
        assert_eq!(placed.field("unit").text(0).unwrap().as_deref(), Some("b"));
        assert_eq!(placed.columns().len(), 3);
    }
}
