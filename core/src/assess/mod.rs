//! Evidence and a framework joined: measures are taken, questions are put, judgments come out.

mod classify;

pub use classify::{CHALLENGE, classify_challenge, criteria};
