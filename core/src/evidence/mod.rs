//! What a host hands in, validated at the door with row and column.

mod table;

pub use table::{Cells, Column, Table};
