//! Plain language in items: what people who learned a language at school may not understand (C213).
//!
//! A lint, not a proof: it knows a few figures of speech that are common in questionnaires of organizations, and
//! counts words. It never refuses an instrument.

use crate::document::At;

/// The most words of an item that is easily read; a convention of this library.
const MAX_WORDS: usize = 25;

/// Figures of speech, in lower case, each with plain words for it.
const FIGURES: &[(&str, &str)] = &[
    ("across the board", "everywhere"),
    ("at the end of the day", "in the end"),
    ("ballpark", "about"),
    ("bang for the buck", "use for the money"),
    ("bandwidth", "time"),
    ("buy-in", "agreement"),
    ("big picture", "the whole"),
    ("bottom line", "result"),
    ("deep dive", "close look"),
    ("drop the ball", "fail to do it"),
    ("game changer", "great change"),
    ("get the ball rolling", "begin"),
    ("go the extra mile", "do more than is asked"),
    ("hit the ground running", "begin quickly"),
    ("in the loop", "informed"),
    ("in the same boat", "in the same situation"),
    ("level playing field", "equal chances"),
    ("low-hanging fruit", "what is easy to do first"),
    ("move the needle", "make a difference"),
    ("on the same page", "in agreement"),
    ("out of the box", "in new ways"),
    ("pull together", "work together"),
    ("push the envelope", "go further than before"),
    ("raise the bar", "ask for more"),
    ("rule of thumb", "rough rule"),
    ("silo", "unit that works alone"),
    ("step up to the plate", "take it on"),
    ("think outside the box", "think in new ways"),
    ("touch base", "talk"),
    ("up to speed", "informed"),
    ("walk the talk", "do what one says"),
    ("win-win", "good for both"),
];

/// Warns of what is hard to read in the text of an item.
pub(super) fn plain(at: &At<'_>, id: &str, text: &str, english: bool) {
    let words: Vec<String> = words(text);
    if words.len() > MAX_WORDS {
        let message = format!("item `{id}` has {} words", words.len());
        at.warning("long_item", message, format!("say it in {MAX_WORDS} words, or ask two questions"));
    }
    let padded = format!(" {} ", words.join(" "));
    for (figure, plain) in FIGURES.iter().filter(|_| english) {
        if padded.contains(&format!(" {} ", figure.replace('-', " "))) {
            let help = format!("plain words reach everybody, such as `{plain}`");
            at.warning("figure_of_speech", format!("item `{id}` says `{figure}`"), help);
        }
    }
}

/// Words in lower case, without their marks.
fn words(text: &str) -> Vec<String> {
    let marks = |c: char| !c.is_alphanumeric() && c != '\'' && c != '’';
    text.split(marks).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::Instrument;

    fn found(language: &str, text: &str) -> Vec<(String, String)> {
        let text = format!(
            r#"{{"id": "i", "version": "1", "license": "x", "language": "{language}", "options": [1, 5],
               "items": [{{"id": "A", "text": "{text}"}}], "scales": [{{"id": "s", "items": ["A"]}}]}}"#
        );
        Instrument::check(&text).into_iter().map(|d| (d.code.to_owned(), d.help)).collect()
    }

    #[test]
    fn figures_of_speech_and_long_items_are_told_with_a_way_out() {
        let told = found("en", "We are all On the Same Page.");
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, "figure_of_speech");
        assert!(told[0].1.contains("in agreement"));
        assert_eq!(found("en", "Our teams get buy-in first.").len(), 1, "a hyphen is no way around it");
        let (short, long) = ("word ".repeat(25), "word ".repeat(26));
        assert!(found("en", short.trim()).is_empty());
        assert_eq!(found("en", long.trim())[0].0, "long_item");
    }

    #[test]
    fn what_is_plain_or_another_language_is_left_alone() {
        assert!(found("en", "We know which work comes first.").is_empty());
        assert!(found("en", "The silos on the farm are full.").is_empty(), "words are whole words");
        assert!(found("de", "on the same page").is_empty());
    }

    #[test]
    fn the_instruments_of_this_project_keep_to_it() {
        for text in [
            include_str!("../../instruments/collective-leadership.toml"),
            include_str!("../../instruments/ccl-dac.toml"),
        ] {
            let told = Instrument::check(text);
            assert!(told.iter().all(|d| d.code != "figure_of_speech" && d.code != "long_item"), "{told:?}");
        }
    }
}
