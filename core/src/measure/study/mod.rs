//! What a study needs beside its scores: change between waves, care in answering, common method, drivers and planning.

pub(in crate::measure) mod careless;
pub(in crate::measure) mod drivers;
pub(in crate::measure) mod power;
pub(in crate::measure) mod reliable_change;
pub(in crate::measure) mod split_sample;
pub(in crate::measure) mod waves;
