//! Why: a tree that mirrors a rule's condition, which of its ends decide, and what a rule that fails lacked. Made on
//! demand, never in batch.

mod decisive;
mod near;
mod step;
mod tree;

pub use near::NearMiss;
pub use step::{EXPLANATION_SCHEMA, Leaf, Step};
pub use tree::{Node, Place, Tree};

pub(crate) use step::{observed, short, short_probability};

#[cfg(test)]
mod tests {
    use crate::measure::{Estimate, MeasureValue, Origin, Reveals};
    use crate::rules::{Case, Framework, Judgment, Step};

    fn framework() -> Framework {
        Framework::from_toml(
            "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.a]\nscore = [0, 100]\n[measure.b]\nscore = [0, 100]\n\
             [question.q]\noptions = ['yes']\nmode = 'exclusive'\n\
             [[rule]]\nid = 'r'\nsays = ['q', 'yes']\nstrength = 'defines'\nbecause = 'b'\nbasis = { kind = 'user' }\n\
             when = { all = [ { gt = ['a', 50] }, { gt = ['b', 50] } ] }\n",
        )
        .unwrap()
    }

    fn judged(a: f64, reveals: Reveals) -> Judgment {
        let f = framework();
        let mut case = Case::new(&f);
        let e = Estimate::new(a, Some(4.0), Some(6), Origin::Responses { validated: true }).unwrap();
        case.set(&f, "a", MeasureValue::Known(e.revealing(reveals))).unwrap();
        case.give(&f, "b", 60.0, None, None).unwrap();
        f.judge("q", &case, None).unwrap()
    }

    fn numbers(steps: &[Step], into: &mut Vec<f64>) {
        for s in steps {
            into.extend(
                s.leaf.iter().filter(|l| l.measure == "a").flat_map(|l| [l.margin(), l.margin_in_se()]).flatten(),
            );
            numbers(&s.children, into);
        }
    }

    /// What is worked out from a number that is not rendered is not rendered either.
    #[test]
    fn what_follows_from_a_hidden_number_is_hidden() {
        for a in [40.0, 52.0, 62.0] {
            for reveals in [Reveals::OwnError, Reveals::OwnSpread, Reveals::Contrast] {
                let open = judged(a, reveals);
                let hidden = open.clone().rendered_from(10);
                let shown = (!open.counterfactuals().is_empty(), open.robustness().points.len());
                assert!(shown.0 && shown.1 > 0, "the owner sees it");
                assert!(hidden.counterfactuals().is_empty() && hidden.robustness().points.is_empty());
                assert_eq!(hidden.confidence_flips(), Default::default());
                assert_eq!(hidden.evidence_needed(Some(50)), Default::default());
                assert!(hidden.next_questions().iter().all(|q| q.respondents.is_none()));
                let mut margins = Vec::new();
                numbers(&hidden.steps(hidden.options()[0].rule.unwrap()), &mut margins);
                // The value itself may be shown where only its standard error gives something away.
                let known = usize::from(!reveals.value());
                assert_eq!(margins.len(), known, "{reveals:?}");
                let text = hidden.full() + &hidden.explanation()["rules"].to_string();
                assert!(!text.contains("probability") && (known == 1 || !text.contains(" away)")), "{text}");
                let document = &hidden.explanation()["rules"][0];
                assert!(document["lo"].is_null() && document["hi"].is_null());
                for miss in document["near_misses"].as_array().unwrap().iter().flat_map(|m| m.as_array().unwrap()) {
                    assert!(miss["distance_in_se"].is_null() && (known == 1 || miss["distance"].is_null()));
                }
            }
        }
    }

    /// Where enough people answered everything is shown, but for what leaves its owner more coarsely.
    #[test]
    fn what_leaves_its_owner_is_coarse() {
        let j = judged(52.0, Reveals::Level);
        let exact = j.evidence_needed(None).could[0].respondents[0].needed.unwrap();
        let coarse = j.rendered_from(5).evidence_needed(None).could[0].respondents[0].needed.unwrap();
        assert!(coarse >= exact && coarse.to_string().trim_end_matches('0').len() == 1, "{exact} {coarse}");
    }

    #[test]
    fn a_tree_has_every_node_of_a_rule_in_order() {
        let j = judged(40.0, Reveals::Level);
        let tree = j.tree(j.options()[0].rule.unwrap()).unwrap();
        assert_eq!((tree.nodes().len(), tree.verdict()), (3, "fails"));
        let decisive: Vec<bool> = tree.nodes().iter().map(|n| n.decisive).collect();
        assert_eq!(decisive, [false, true, false]);
        let [miss] = &tree.near_misses()[..] else { panic!("one") };
        assert_eq!(miss.nodes, [1]);
        assert_eq!(j.lacks(j.options()[0].rule.unwrap()), [["`a` above 50 (10 away)"]]);
    }
}
