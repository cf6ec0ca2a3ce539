//! Agreement within a unit: rwg, rwg(j), AD and awg, against a null of your choice.

pub(in crate::measure) mod indices;
pub(in crate::measure) mod null;
pub(in crate::measure) mod rows;
