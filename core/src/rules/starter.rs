//! A first framework of one's own, as files to begin with.

use crate::error::{Error, Result};

const ID: &str = "my-framework";
const FILES: &[(&str, &str)] = &[
    ("framework.toml", include_str!("../../rulebook/starter/framework.toml")),
    ("colead.toml", include_str!("../../rulebook/starter/colead.toml")),
    ("organization.csv", include_str!("../../rulebook/starter/organization.csv")),
    ("facts.csv", include_str!("../../rulebook/starter/facts.csv")),
];

/// The files of a new framework named `id`: a rulebook that extends the built-in one with a measure, a question, rules
/// with their tests and a lever, all commented; and a small folder of evidence that can be assessed with it.
///
/// ```
/// use colead::rules::{Framework, starter};
/// let files = starter("our-ward")?;
/// let (_, rulebook) = files.iter().find(|(name, _)| *name == "framework.toml").ok_or("written")?;
/// assert_eq!(Framework::from_toml(rulebook)?.id(), "our-ward");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `bad_id`: an id has 1 to 120 letters, digits, dots, dashes and underscores.
pub fn starter(id: &str) -> Result<Vec<(&'static str, String)>> {
    let plain = |c: char| c.is_alphanumeric() || "._-".contains(c);
    if id.is_empty() || id.len() > 120 || !id.chars().all(plain) {
        let shown: String = id.escape_debug().take(120).collect();
        return Err(Error::input("bad_id", format!("`{shown}` is not an id"))
            .at("id")
            .help("use letters, digits, dots, dashes and underscores"));
    }
    Ok(FILES.iter().map(|(name, text)| (*name, text.replace(ID, id))).collect())
}
