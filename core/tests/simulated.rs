//! What is planted in a simulated organization is what an assessment of it finds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::assess::Project;
use colead::simulate::{Obstacle, Spec, organization};
use std::collections::BTreeSet;

#[test]
fn planted_obstacles_are_found_and_no_others() {
    use Obstacle::{DiffusedAccountability, TooManyChefs};
    for (obstacles, rival_classes) in [
        (vec![], 0),
        (vec![DiffusedAccountability], 0),
        (vec![TooManyChefs], 0),
        (vec![TooManyChefs, DiffusedAccountability], 1),
    ] {
        let made = organization(&Spec { seed: 5, rival_classes, obstacles, ..Spec::default() }).unwrap();
        let files: Vec<(&str, &[u8])> = made.files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
        let assessment = Project::from_files(&files).unwrap().assess().unwrap();
        let judgment = assessment.judgment("org", "obstacle").unwrap();
        let verdicts = judgment.answer_json();
        let found: BTreeSet<&str> = ["too_many_chefs", "diffused_accountability"]
            .into_iter()
            .filter(|option| verdicts[*option] == "holds")
            .collect();
        let story = made.truth["story"].get("obstacles");
        let planted: BTreeSet<&str> =
            story.and_then(|s| s.as_array()).into_iter().flatten().map(|o| o.as_str().unwrap()).collect();
        assert_eq!(found, planted, "{verdicts}");
    }
}
