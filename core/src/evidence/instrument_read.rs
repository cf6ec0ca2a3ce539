//! The reader of instrument files: fields in, faults with their places out.

use super::instrument::{
    Composition, Instrument, Item, MAX_ITEMS, MAX_OPTIONS, MAX_SCALE_ITEMS, MAX_SCALES, MissingRule, Referent, Scale,
};
use super::instrument_words::plain;
use crate::document::{At, Diagnostics, Document, Fields, Kind};
use crate::error::suggest;

/// Columns of a response table that are not items.
pub(super) const RESERVED: [&str; 4] = ["respondent", "unit", "wave", "weight"];

/// Which keys must be there.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// A file of a person: with version and license.
    File,
    /// What decides numbers, as a tally carries it.
    Logic,
}

/// Reads an instrument; gives `None` only after reporting a fault.
pub(super) fn read(doc: &Document, faults: &Diagnostics, form: Form) -> Option<Instrument> {
    const KEYS: [&str; 16] = [
        "id",
        "version",
        "license",
        "title",
        "validated",
        "options",
        "labels",
        "dont_know",
        "referent",
        "missing_rule",
        "scales",
        "items",
        "pairs",
        "ignore",
        "language",
        "locales",
    ];
    let f = At::root(doc, faults).fields(&KEYS)?;
    let id = f.need("id").and_then(|at| at.id().map(str::to_owned));
    let (version, license) = match form {
        Form::File => (f.need("version").and_then(|at| version(&at)), f.need("license").and_then(|at| prose(&at))),
        Form::Logic => (Some(String::new()), Some(String::new())),
    };
    let options = f.need("options").and_then(|at| options(&at));
    let referent = f.get("referent").and_then(|at| choice(&at, &REFERENTS));
    let missing_rule = f.get("missing_rule").map_or(Some(MissingRule::Half), |at| missing_rule(&at));
    let dont_know = dont_know(&f);
    let mut items = declared_items(&f);
    let declared = !items.is_empty();
    // Without the options nothing below can be judged.
    let options = options?;
    let mut drafts = scales(&f, options);
    for (scale, entries) in &mut drafts {
        for (at, item, reversed) in entries.iter() {
            merge_item(&mut items, at, scale, item, *reversed, declared);
        }
    }
    for item in &mut items {
        item.options.get_or_insert(options);
    }
    let root = f.at();
    if drafts.is_empty() {
        root.error("no_scales", "the instrument has no scales", "add a scale with `id` and `items`");
    }
    if drafts.len() > MAX_SCALES || items.len() > MAX_ITEMS {
        let message = format!("{} scales and {} items", drafts.len(), items.len());
        root.error("too_large", message, format!("at most {MAX_SCALES} scales and {MAX_ITEMS} items"));
    }
    check_referents(&drafts, &items, referent);
    check_dont_know(&f, &dont_know, &items);
    if let (Some(MissingRule::Answered(k)), Some(at)) = (missing_rule, f.get("missing_rule"))
        && let Some((short, entries)) = drafts.iter().find(|(_, e)| e.len() < usize::from(k))
    {
        let message = format!("scale `{}` has {} items, fewer than the {k} answers needed", short.id, entries.len());
        at.error("bad_missing_rule", message, "ask for fewer answers, or use `half` or `all`");
    }
    let labels = labels(&f, options);
    let pairs = pairs(&f, &drafts);
    let ignore = ignore(&f, &items);
    let scale_ids: Vec<&str> = drafts.iter().map(|(s, _)| s.id.as_str()).collect();
    let texts: Vec<(&str, &str)> = items.iter().map(|i| (i.id.as_str(), i.text.as_str())).collect();
    let (language, locales) = super::instrument_locale::read(&f, options, &scale_ids, &texts);
    let validated = f.get("validated").and_then(|at| at.boolean()).unwrap_or(false);
    let scales = drafts
        .into_iter()
        .map(|(mut scale, entries)| {
            scale.items = entries.into_iter().map(|(_, item, _)| item.to_owned()).collect();
            scale.referent = scale.referent.or(referent);
            scale
        })
        .collect();
    let items = items
        .into_iter()
        .map(|d| {
            let (lo, hi) = d.options.unwrap_or(options);
            Item { id: d.id, text: d.text, referent: d.referent, lo, hi, reversed: d.reversed.unwrap_or(false) }
        })
        .collect();
    Some(Instrument {
        id: id?,
        version: version?,
        license: license?,
        title: f.text_or_empty("title"),
        validated,
        options,
        labels,
        dont_know,
        missing_rule: missing_rule?,
        scales,
        items,
        pairs,
        ignore,
        language,
        locales,
    })
}

/// An item as far as it is known: keying and options come from the first scale that names it.
struct Draft {
    id: String,
    text: String,
    referent: Option<Referent>,
    options: Option<(i64, i64)>,
    reversed: Option<bool>,
}

type Entries<'a> = Vec<(At<'a>, &'a str, bool)>;

const REFERENTS: [(&str, Referent); 3] =
    [("group", Referent::Group), ("self", Referent::Myself), ("leader", Referent::Leader)];
const COMPOSITIONS: [(&str, Composition); 4] = [
    ("additive", Composition::Additive),
    ("direct_consensus", Composition::DirectConsensus),
    ("referent_shift", Composition::ReferentShift),
    ("dispersion", Composition::Dispersion),
];

fn choice<T: Copy>(at: &At<'_>, known: &[(&'static str, T)]) -> Option<T> {
    let text = at.text()?;
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() {
        at.error("unknown_value", format!("unknown value `{text}`"), suggest(text, known.iter().map(|(n, _)| *n)));
    }
    found
}

fn version(at: &At<'_>) -> Option<String> {
    match &at.node.kind {
        Kind::Int(i) => Some(i.to_string()),
        _ => prose(at),
    }
}

fn prose(at: &At<'_>) -> Option<String> {
    let text = at.text()?;
    if text.trim().is_empty() {
        at.error("empty_text", "the text is empty", "say what it is");
        return None;
    }
    Some(text.to_owned())
}

fn options(at: &At<'_>) -> Option<(i64, i64)> {
    let help = format!("give [lowest, highest] with 2 to {MAX_OPTIONS} options, such as [1, 5]");
    let codes: Vec<i64> = at.list()?.iter().filter_map(At::integer).collect();
    if let [lo, hi] = *codes.as_slice() {
        let near_zero = (-1_000..=1_000).contains(&lo) && (-1_000..=1_000).contains(&hi);
        if near_zero && lo < hi && hi - lo < MAX_OPTIONS {
            return Some((lo, hi));
        }
        at.error("bad_options", format!("`[{lo}, {hi}]` is not a range of answer codes"), help);
    } else {
        at.error("bad_options", format!("options has {} numbers", codes.len()), help);
    }
    None
}

fn missing_rule(at: &At<'_>) -> Option<MissingRule> {
    match &at.node.kind {
        Kind::Int(k) => match u8::try_from(*k) {
            Ok(k) if k > 0 => Some(MissingRule::Answered(k)),
            _ => {
                at.error(
                    "bad_missing_rule",
                    format!("`{k}` is not a number of answers"),
                    "give 1 or more, `half` or `all`",
                );
                None
            }
        },
        _ => choice(at, &[("half", MissingRule::Half), ("all", MissingRule::All)]),
    }
}

fn dont_know(f: &Fields<'_>) -> Vec<i64> {
    let at = f.get("dont_know").and_then(|at| at.list()).unwrap_or_default();
    let mut codes: Vec<i64> = at.iter().filter_map(At::integer).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn check_dont_know(f: &Fields<'_>, codes: &[i64], items: &[Draft]) {
    let Some(at) = f.get("dont_know") else { return };
    for item in items {
        if let Some((lo, hi)) = item.options
            && let Some(code) = codes.iter().find(|c| (lo..=hi).contains(*c))
        {
            let message = format!("the don't-know code `{code}` is an answer of item `{}` ({lo} to {hi})", item.id);
            at.error("dont_know_in_range", message, "give codes outside the options");
            return;
        }
    }
}

/// The name of a column: 1 to 200 characters, no control characters, no backticks, no leading `-` or spaces.
fn column<'a>(at: &At<'a>, name: &'a str) -> Option<&'a str> {
    let fine = !name.is_empty()
        && name.len() <= 200
        && name.trim() == name
        && !name.starts_with('-')
        && !name.chars().any(|c| c.is_control() || c == '`');
    if !fine {
        let help = "an item is named by its column: 1 to 200 characters, no backticks";
        at.error("bad_item", format!("`{}` is not the name of an item", name.escape_debug()), help);
        return None;
    }
    if RESERVED.contains(&name) {
        at.error("reserved_name", format!("`{name}` is a column of its own meaning"), "rename the item");
        return None;
    }
    Some(name)
}

fn declared_items(f: &Fields<'_>) -> Vec<Draft> {
    let mut items: Vec<Draft> = Vec::new();
    let english = ["", "en"].contains(&f.text_or_empty("language").split('-').next().unwrap_or_default());
    for at in f.get("items").and_then(|at| at.list()).unwrap_or_default() {
        let Some(g) = at.fields(&["id", "text", "referent"]) else { continue };
        let Some(id) = g.need("id").and_then(|at| at.text().and_then(|t| column(&at, t))) else { continue };
        if items.iter().any(|i| i.id == id) {
            at.error("duplicate_id", format!("two items are named `{id}`"), "rename or drop one of them");
            continue;
        }
        let referent = g.get("referent").and_then(|at| choice(&at, &REFERENTS));
        let text = g.text_or_empty("text");
        plain(&g.get("text").unwrap_or(at), id, &text, english);
        items.push(Draft { id: id.to_owned(), text, referent, options: None, reversed: None });
    }
    items
}

fn scales<'a>(f: &Fields<'a>, default: (i64, i64)) -> Vec<(Scale, Entries<'a>)> {
    const KEYS: [&str; 8] = ["id", "title", "items", "options", "referent", "composition", "concepts", "favorable"];
    let mut scales: Vec<(Scale, Entries<'a>)> = Vec::new();
    for at in f.need("scales").and_then(|at| at.list()).unwrap_or_default() {
        let Some(g) = at.fields(&KEYS) else { continue };
        let id = g.need("id").and_then(|at| at.id());
        let entries = g.need("items").map(|at| entries(&at)).unwrap_or_default();
        let Some(id) = id else { continue };
        if scales.iter().any(|(s, _)| s.id == id) {
            at.error("duplicate_id", format!("two scales are named `{id}`"), "rename or drop one of them");
        }
        let (lo, hi) = g.get("options").map_or(Some(default), |at| options(&at)).unwrap_or(default);
        let scale = Scale {
            id: id.to_owned(),
            title: g.text_or_empty("title"),
            items: Vec::new(),
            referent: g.get("referent").and_then(|at| choice(&at, &REFERENTS)),
            composition: g.get("composition").and_then(|at| choice(&at, &COMPOSITIONS)),
            concepts: concepts(&g),
            lo,
            hi,
            favorable: g.get("favorable").and_then(|at| band(&at, lo, hi)).unwrap_or(((lo + hi).div_euclid(2) + 1, hi)),
        };
        scales.push((scale, entries));
    }
    scales
}

fn concepts(g: &Fields<'_>) -> Vec<String> {
    let list = g.get("concepts").and_then(|at| at.list()).unwrap_or_default();
    let well_formed = |at: &At<'_>| {
        let text = at.text()?;
        let digits = text.strip_prefix('C').is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()));
        if !digits {
            at.error("bad_concept", format!("`{text}` is not a concept"), "concepts look like `C032`");
        }
        digits.then(|| text.to_owned())
    };
    list.iter().filter_map(well_formed).collect()
}

/// A favorable band lies above the midpoint, so that its mirror image is the unfavorable band.
fn band(at: &At<'_>, lo: i64, hi: i64) -> Option<(i64, i64)> {
    let codes: Vec<i64> = at.list()?.iter().filter_map(At::integer).collect();
    if let [from, to] = *codes.as_slice() {
        // Halves are compared doubled; `to` is bounded first, so nothing overflows.
        if from <= to && to <= hi && from >= lo && 2 * from > lo + hi {
            return Some((from, to));
        }
    }
    let help = format!("give [from, to] above the midpoint of {lo} to {hi}");
    at.error("bad_band", "not a band of favorable answers", help);
    None
}

fn entries<'a>(at: &At<'a>) -> Entries<'a> {
    let Some(list) = at.list() else { return Vec::new() };
    if list.is_empty() {
        at.error("empty_scale", "the scale has no items", "name at least one item");
    }
    if list.len() > MAX_SCALE_ITEMS {
        at.error(
            "too_large",
            format!("the scale has {} items", list.len()),
            format!("at most {MAX_SCALE_ITEMS} items"),
        );
        return Vec::new();
    }
    let mut found: Entries<'a> = Vec::new();
    for at in list {
        let Some(text) = at.text() else { continue };
        let name = text.strip_prefix('-');
        let (name, reversed) = (name.unwrap_or(text), name.is_some());
        let Some(name) = column(&at, name) else { continue };
        if found.iter().any(|(_, n, _)| *n == name) {
            at.error("duplicate_item", format!("the scale names item `{name}` twice"), "drop one of them");
            continue;
        }
        found.push((at, name, reversed));
    }
    found
}

/// Joins what a scale says of an item with what is known of it.
fn merge_item(items: &mut Vec<Draft>, at: &At<'_>, scale: &Scale, id: &str, reversed: bool, declared: bool) {
    let options = (scale.lo, scale.hi);
    if let Some(item) = items.iter_mut().find(|i| i.id == id) {
        if item.reversed.is_some_and(|r| r != reversed) {
            let message = format!("item `{id}` is reversed in one scale and not in another");
            at.error("mixed_keying", message, "an item points one way in every scale");
        }
        if let Some((lo, hi)) = item.options.filter(|o| *o != options) {
            let message = format!(
                "item `{id}` has options {lo} to {hi} in one scale and {} to {} in another",
                scale.lo, scale.hi
            );
            at.error("mixed_options", message, "an item has one range of answers");
        }
        item.reversed.get_or_insert(reversed);
        item.options.get_or_insert(options);
        return;
    }
    if declared {
        let help = suggest(id, items.iter().map(|i| i.id.as_str()));
        at.warning("undeclared_item", format!("item `{id}` is not among the items of the instrument"), help);
    }
    let (options, reversed) = (Some(options), Some(reversed));
    items.push(Draft { id: id.to_owned(), text: String::new(), referent: None, options, reversed });
}

/// Items of different referents do not mix in a scale: an item has its own, else that of its scale, else the default.
fn check_referents(scales: &[(Scale, Entries<'_>)], items: &[Draft], default: Option<Referent>) {
    const HELP: &str = "make a scale of each: they measure different things";
    // The referent that a scale gives to an item without one of its own.
    let mut given: Vec<(&str, Referent, &str)> = Vec::new();
    for (scale, entries) in scales {
        let of_scale = scale.referent.or(default);
        let mut met = scale.referent;
        for (at, id, _) in entries {
            let own = items.iter().find(|i| i.id == *id).and_then(|i| i.referent);
            let Some(referent) = own.or(of_scale) else { continue };
            if let Some(first) = met.filter(|m| *m != referent) {
                let message = format!(
                    "scale `{}` mixes the referents `{}` and `{}`",
                    scale.id,
                    first.as_str(),
                    referent.as_str()
                );
                at.error("mixed_referents", message, HELP);
                break;
            }
            met = Some(referent);
            match given.iter().find(|(item, _, _)| item == id) {
                Some((_, before, other)) if own.is_none() && *before != referent => {
                    let message = format!(
                        "item `{id}` is about `{}` in scale `{other}` and about `{}` in scale `{}`",
                        before.as_str(),
                        referent.as_str(),
                        scale.id
                    );
                    at.error("mixed_referents", message, "an item is about one thing: say which with `referent`");
                }
                Some(_) => {}
                None => given.push((id, referent, &scale.id)),
            }
        }
        check_composition(scale, met.or(of_scale), entries);
    }
}

/// Answers about oneself make a consensus directly, answers about the group by a shift of referent (Chan 1998).
fn check_composition(scale: &Scale, referent: Option<Referent>, entries: &Entries<'_>) {
    let wanted = match (scale.composition, referent) {
        (Some(Composition::DirectConsensus), Some(Referent::Group)) => "referent_shift",
        (Some(Composition::ReferentShift), Some(Referent::Myself)) => "direct_consensus",
        _ => return,
    };
    if let (Some((at, _, _)), Some(composition), Some(referent)) = (entries.first(), scale.composition, referent) {
        let message = format!(
            "scale `{}` is composed by `{}` of answers about `{}`",
            scale.id,
            composition.as_str(),
            referent.as_str()
        );
        at.warning("composition_referent", message, format!("that would be `{wanted}`"));
    }
}

pub(super) fn labels(f: &Fields<'_>, (lo, hi): (i64, i64)) -> Vec<String> {
    let labels = f.texts("labels");
    if let Some(at) = f.get("labels") {
        let wanted = usize::try_from(hi - lo + 1).unwrap_or(0);
        if labels.len() != wanted {
            at.error("bad_labels", format!("{} labels for {wanted} options", labels.len()), "give one label an option");
        }
    }
    labels
}

fn pairs(f: &Fields<'_>, scales: &[(Scale, Entries<'_>)]) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for at in f.get("pairs").and_then(|at| at.list()).unwrap_or_default() {
        let sides: Vec<At<'_>> = at.list().unwrap_or_default();
        let names: Vec<&str> = sides.iter().filter_map(At::text).collect();
        let [a, b] = *names.as_slice() else {
            at.error("bad_pair", format!("a pair names two scales, this names {}", names.len()), "give [\"a\", \"b\"]");
            continue;
        };
        let mut known = true;
        for name in [a, b] {
            if !scales.iter().any(|(s, _)| s.id == name) {
                let help = suggest(name, scales.iter().map(|(s, _)| s.id.as_str()));
                at.error("unknown_scale", format!("unknown scale `{name}`"), help);
                known = false;
            }
        }
        if a == b || pairs.iter().any(|(x, y)| (x == a && y == b) || (x == b && y == a)) {
            at.error("bad_pair", format!("the pair `{a}`, `{b}` is no new pair of two scales"), "drop it");
            known = false;
        }
        if pairs.len() >= MAX_SCALES {
            at.error("too_large", "too many pairs", format!("at most {MAX_SCALES} pairs"));
            break;
        }
        if known {
            pairs.push((a.to_owned(), b.to_owned()));
        }
    }
    pairs
}

fn ignore(f: &Fields<'_>, items: &[Draft]) -> Vec<String> {
    let ignore = f.texts("ignore");
    if let (Some(at), Some(name)) = (f.get("ignore"), ignore.iter().find(|n| items.iter().any(|i| i.id == **n))) {
        at.error("ignored_item", format!("`{name}` is an item and cannot be ignored"), "drop it from `ignore`");
    }
    ignore
}
