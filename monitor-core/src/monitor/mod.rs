//! A monitor: one running pipeline, to be installed, scoped, read, flushed and shut down.

#![forbid(unsafe_code)]

mod builder;
mod carried;
mod context;
mod handle;
mod remote;
mod source;

pub use builder::{InstallError, Installed, MonitorBuilder};
pub use carried::Carried;
pub use context::{Context, FutureExt, InContext, WithMonitor};
pub use handle::{Losses, Monitor};
pub use remote::Trust;
