//! The only part that reads the library: what it measured, as the plain rows of the report.

mod function;
mod kind;
mod place;
mod recorder;
mod running;
mod slowest;
mod tree;

pub(crate) use place::apart;
pub(crate) use place::carried;
pub(crate) use recorder::RecorderName;
pub(crate) use recorder::name;
pub(crate) use running::Telemetry;
