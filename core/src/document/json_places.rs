//! Where the values of a JSON text stand. serde_json tells no places, so they are looked up afterwards in the text,
//! which is known to be well formed by then.

use super::{Kind, Node};

/// Gives every node the bytes of its value. A text that is not the tree's gives some of them none or wrong ones.
pub(super) fn place(root: &mut Node, text: &str) {
    let mut walk = Walk { bytes: text.as_bytes(), at: 0 };
    walk.value(root);
}

struct Walk<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Over one byte of punctuation and the space around it.
    fn mark(&mut self) {
        self.blank();
        self.at += 1;
        self.blank();
    }

    fn text(&mut self) {
        self.at += 1;
        while let Some(b) = self.peek() {
            self.at += 1;
            match b {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
    }

    /// A tree is as deep as the parser let it be, which bounds the recursion.
    fn value(&mut self, node: &mut Node) {
        self.blank();
        let start = self.at;
        match &mut node.kind {
            Kind::Text(_) => self.text(),
            Kind::List(items) => {
                self.mark();
                let last = items.len().saturating_sub(1);
                for (i, item) in items.iter_mut().enumerate() {
                    self.value(item);
                    if i < last {
                        self.mark();
                    }
                }
                self.blank();
                self.at += 1;
            }
            Kind::Map(entries) => {
                self.mark();
                let last = entries.len().saturating_sub(1);
                for (i, (_, value)) in entries.iter_mut().enumerate() {
                    self.text();
                    self.mark();
                    self.value(value);
                    if i < last {
                        self.mark();
                    }
                }
                self.blank();
                self.at += 1;
            }
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => {
                while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) {
                    self.at += 1;
                }
            }
        }
        node.span = Some(start..self.at);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Document, Kind, Node};
    use proptest::prelude::*;
    use serde_json::Value;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e300..1e300f64).prop_map(Value::from),
            "[a\"\\\\\n\u{e9}{}\\[\\],:]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a\"\\\\:,]{0,4}", inner, 0..5)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    fn each(node: &Node, see: &mut impl FnMut(&Node)) {
        see(node);
        match &node.kind {
            Kind::List(items) => items.iter().for_each(|n| each(n, see)),
            Kind::Map(entries) => entries.iter().for_each(|(_, n)| each(n, see)),
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn the_text_at_every_place_is_the_value(value in any_json(), pretty in any::<bool>()) {
            let value = serde_json::json!({ "x": value });
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let root = Document::parse("", &text).unwrap().root;
            let mut all = true;
            each(&root, &mut |node| {
                let there = &text[node.span.clone().unwrap()];
                all &= serde_json::from_str::<Value>(there).is_ok_and(|v| v == node.to_json());
            });
            prop_assert!(all, "{}", text);
        }
    }
}
