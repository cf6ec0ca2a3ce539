//! Distribution functions and small matrices, in fixed order so that platforms agree.

pub mod distribution;
pub mod linalg;
