//! From persons to units: variance between and within, intervals of unit means, and the gate.

pub(in crate::measure) mod anova;
pub(in crate::measure) mod gate;
pub(in crate::measure) mod interval;
pub(in crate::measure) mod variance_components;
