//! The one suite that every recorder passes, over every row of the table: a new recorder is in it without a line here.

mod away;
mod encrypted;
#[path = "../support/gate.rs"]
mod gate;
#[path = "../support/small/http.rs"]
mod http;
#[path = "../support/small/lines.rs"]
mod lines;
mod row;
mod runtime;
mod table;
#[path = "../support/small/tcp.rs"]
mod tcp;
#[path = "../support/small/udp.rs"]
mod udp;
mod wrappers;
