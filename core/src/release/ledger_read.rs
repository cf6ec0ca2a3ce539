//! Reads a ledger back: what it does not say exactly is refused, because a ledger that is read wrongly protects nobody.

use super::audit::organization::{Holds, Pool};
use super::history::{Left, Record};
use super::ledger::{LEDGER_FORMAT, Ledger};
use crate::assess::People;
use crate::document::{Kind, Node, parse_json};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

pub(crate) fn read(text: &str) -> Result<Ledger> {
    let node = parse_json("ledger", text)?;
    match number(node.get("format"), "`format`")? {
        LEDGER_FORMAT => {}
        other => {
            let message = format!("the ledger has format {other}, this library reads {LEDGER_FORMAT}");
            return Err(Error::input("other_format", message).at("ledger").help("use the library that wrote it"));
        }
    }
    let library = word(node.get("library"), "`library`")?;
    if library != env!("CARGO_PKG_VERSION") {
        let message = format!("the ledger is of colead {library}, this is {}", env!("CARGO_PKG_VERSION"));
        return Err(Error::input("other_library", message)
            .at("ledger")
            .help("another version may choose other cells: finish the wave with the version that began it"));
    }
    let mut waves = BTreeMap::new();
    let Some(Kind::Map(all)) = node.get("waves").map(|n| &n.kind) else { return Err(bad("`waves`")) };
    for (wave, records) in all {
        let records = list(Some(records), "list of records")?.iter().map(record).collect::<Result<Vec<_>>>()?;
        waves.insert(wave.clone(), records);
    }
    let version = number(node.get("version"), "`version`")?;
    Ok(Ledger { version, before: word(node.get("before"), "`before`")?, waves })
}

fn record(node: &Node) -> Result<Record> {
    let words = |n: Option<&Node>, what: &str| {
        list(n, what)?.iter().map(|w| word(Some(w), what)).collect::<Result<Vec<String>>>()
    };
    let units = list(node.get("units"), "`units`")?.iter().map(|u| {
        let pair = list(Some(u), "unit")?;
        Ok((word(pair.first(), "unit")?, optional(pair.get(1), "unit above")?))
    });
    let units = units.collect::<Result<Vec<_>>>()?;
    let cuts = list(node.get("cuts"), "`cuts`")?.iter().map(|c| {
        let pair = list(Some(c), "cut")?;
        Ok((word(pair.first(), "cut")?, words(pair.get(1), "categories")?))
    });
    let cuts: Vec<(String, Vec<String>)> = cuts.collect::<Result<_>>()?;
    let scales = words(node.get("scales"), "`scales`")?;
    let mut out = Record { units, cuts, scales, digest: word(node.get("digest"), "`digest`")?, ..Record::default() };
    for p in list(node.get("people"), "`people`")? {
        let row = list(Some(p), "people")?;
        let categories = list(row.get(1), "categories")?.iter().map(|c| optional(Some(c), "category"));
        let n = number(row.get(2), "number of people")?;
        let answered = match row.get(3).map(|a| &a.kind) {
            Some(Kind::Null) => vec![n; out.scales.len()],
            _ => list(row.get(3), "answers")?.iter().map(|a| number(Some(a), "answers")).collect::<Result<_>>()?,
        };
        let person = People { unit: place(row.first(), "unit")?, categories: categories.collect::<Result<_>>()?, n };
        let known = person.categories.iter().zip(&out.cuts).all(|(c, (_, all))| c.is_none_or(|c| c < all.len()));
        let fits = person.categories.len() == out.cuts.len() && answered.len() == out.scales.len();
        if !known || !fits || person.unit >= out.units.len() || answered.iter().any(|a| *a > n) {
            return Err(bad("people that fit its units, cuts and scales"));
        }
        out.people.push(person);
        out.answered.push(answered);
    }
    for p in list(node.get("pools"), "`pools`")? {
        let row = list(Some(p), "pool")?;
        let members = list(row.get(1), "pool")?.iter().map(|m| place(Some(m), "unit")).collect::<Result<Vec<_>>>()?;
        let own = match row.get(2).map(|n| &n.kind) {
            Some(Kind::Bool(own)) => *own,
            _ => return Err(bad("pool")),
        };
        let pool = Pool { unit: place(row.first(), "unit")?, members, own };
        if pool.members.iter().any(|m| out.units.get(*m).is_none_or(|(_, above)| *above != Some(pool.unit))) {
            return Err(bad("pool of units below one"));
        }
        out.pools.push(pool);
    }
    for l in list(node.get("left"), "`left`")? {
        let row = list(Some(l), "cell")?;
        let without = list(row.get(3), "scales")?.iter().map(|s| place(Some(s), "scale")).collect::<Result<_>>()?;
        let (purpose, need) = (word(row.get(1), "purpose")?, number(row.get(2), "minimum")?);
        let holds = holds(row.first())?;
        if matches!(holds, Holds::Pool { index, .. } if index >= out.pools.len()) {
            return Err(bad("pool that left"));
        }
        out.left.push(Left { holds, purpose, need, without });
    }
    check_tree(&out.units)?;
    Ok(out)
}

/// A unit above itself would be no tree. Each unit is walked over once.
fn check_tree(units: &[(String, Option<usize>)]) -> Result<()> {
    // 0 not seen, 1 on the way, 2 leads to a root.
    let mut seen = vec![0u8; units.len()];
    for start in 0..units.len() {
        let (mut way, mut at) = (Vec::new(), Some(start));
        while let Some(u) = at {
            match seen.get_mut(u) {
                Some(mark) if *mark == 0 => *mark = 1,
                Some(2) => break,
                _ => return Err(bad("tree of units")),
            }
            way.push(u);
            at = units.get(u).and_then(|(_, parent)| *parent);
        }
        way.into_iter().for_each(|u| seen.get_mut(u).into_iter().for_each(|mark| *mark = 2));
    }
    Ok(())
}

fn holds(node: Option<&Node>) -> Result<Holds> {
    let parts = list(node, "cell")?;
    let unit = place(parts.first(), "unit")?;
    Ok(match (parts.get(1).map(|n| &n.kind), parts.get(2)) {
        (None, _) => Holds::All(unit),
        (Some(Kind::Int(-1)), None) => Holds::Direct(unit),
        (Some(Kind::Int(-2)), index) => Holds::Pool { unit, index: place(index, "pool")? },
        (Some(_), category) => {
            Holds::Cut { unit, cut: place(parts.get(1), "cut")?, category: place(category, "category")? }
        }
    })
}

fn bad(what: &str) -> Error {
    Error::input("bad_ledger", format!("the ledger has no {what}"))
        .at("ledger")
        .help("hand in what a release gave back")
}

fn number(n: Option<&Node>, what: &str) -> Result<u64> {
    match n.map(|n| &n.kind) {
        Some(Kind::Int(i)) => u64::try_from(*i).map_err(|_| bad(what)),
        _ => Err(bad(what)),
    }
}

fn place(n: Option<&Node>, what: &str) -> Result<usize> {
    number(n, what).and_then(|x| usize::try_from(x).map_err(|_| bad(what)))
}

fn optional(n: Option<&Node>, what: &str) -> Result<Option<usize>> {
    match n.map(|n| &n.kind) {
        Some(Kind::Null) => Ok(None),
        _ => place(n, what).map(Some),
    }
}

fn word(n: Option<&Node>, what: &str) -> Result<String> {
    match n.map(|n| &n.kind) {
        Some(Kind::Text(s)) => Ok(s.clone()),
        _ => Err(bad(what)),
    }
}

fn list<'n>(n: Option<&'n Node>, what: &str) -> Result<&'n [Node]> {
    match n.map(|n| &n.kind) {
        Some(Kind::List(items)) => Ok(items),
        _ => Err(bad(what)),
    }
}
