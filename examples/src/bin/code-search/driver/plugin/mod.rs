//! The plugins, a file each.

mod cache;
mod replica;
mod retry;
#[cfg(test)]
mod scripted;

pub(crate) use cache::Cache;
pub(crate) use replica::Replica;
pub(crate) use retry::Retry;
