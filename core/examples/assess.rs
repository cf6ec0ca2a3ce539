//! Assesses a folder of evidence and prints the report: `cargo run --example assess -- examples/harbour`. With a second
//! argument, a file of facts about one challenge as JSON, it also says what kind of challenge that is, and why.

use colead::assess::{Project, classify_documents};
use colead::release::{DisclosurePolicy, Ledger};
use colead::rules::Framework;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "examples/harbour".to_owned());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.push((entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?));
        }
    }
    let named: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let project = Project::from_files(&named)?;
    let policy = DisclosurePolicy::of_folder(&project.policy)?;
    let (release, _) = project.assess()?.release(&policy, &Ledger::new())?;
    print!("{}", release.to_text());
    if let Some(facts) = std::env::args().nth(2) {
        let facts = std::fs::read_to_string(facts)?;
        print!("\n{}", classify_documents(&Framework::builtin()?, &facts, None, None)?.explain());
    }
    Ok(())
}
