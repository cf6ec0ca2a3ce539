//! A form that a consultant fills over several sittings: each fact once, with its wording, the answers it may have,
//! whom to ask and why it matters, and room for who said it, where and when. It is read back without loss, merged with
//! the next sitting, and becomes evidence; what informants or sittings contradict one another on is named.

mod contradiction;
mod document;
mod form;
mod merge;
mod request;
mod rows;
mod text;
mod text_read;

#[cfg(test)]
mod tests;

pub use contradiction::{Between, Contradiction};
pub use document::INTERVIEW_SCHEMA;
pub use form::{Answers, Form, FormFact, Reply, Said};
