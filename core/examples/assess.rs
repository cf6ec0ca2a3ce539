//! Assesses a folder of evidence and prints the report: `cargo run --example assess -- examples/harbour`.

use colead::assess::Project;
use colead::release::{DisclosurePolicy, Ledger};

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
    let assessment = Project::from_files(&named)?.assess()?;
    let (release, _) = assessment.release(&DisclosurePolicy::default(), &Ledger::new())?;
    print!("{}", release.to_text());
    Ok(())
}
