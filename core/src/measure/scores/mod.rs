//! Scores of people and units read from a tally, and what is told of them.

pub(in crate::measure) mod favorability;
pub(in crate::measure) mod means;
pub(in crate::measure) mod nonresponse;
pub(in crate::measure) mod policy;
pub(in crate::measure) mod scale;
pub(in crate::measure) mod weighted;
