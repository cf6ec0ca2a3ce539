//! What a host hands in, validated at the door with row and column.

mod instrument;
mod instrument_read;
mod responses;
mod table;

pub use instrument::{Composition, Instrument, Item, MissingRule, Referent, Scale};
pub use responses::{AnswerColumns, DONT_KNOW, Loss, MISSING, Responses};
pub use table::{Cells, Column, Table};
