//! The one suite that every recorder passes, over every row of the table: a new recorder is in it without a line here.

mod away;
mod row;
mod runtime;
mod small;
mod table;
