//! The driver: what answers a query, and the plugins that can be put before it.
//!
//! A plugin is a [`Driver`] that has another one. A chain is spelled by nesting, and costs no indirection:
//! `Cache<Retry<Replica<Pool, Pool>>>`.

mod answer;
mod error;
mod fault;
pub(crate) mod plugin;
mod pool;
mod query;
mod session;

pub(crate) use answer::Answer;
pub(crate) use answer::Hit;
pub(crate) use error::Error;
pub(crate) use fault::Faults;
pub(crate) use pool::Pool;
pub(crate) use query::Query;

/// Answers queries.
pub(crate) trait Driver: Send + Sync + 'static {
    /// Answers one query. A caller that no longer wants the answer drops the future.
    fn run(&self, query: &Query) -> impl Future<Output = Result<Answer, Error>> + Send;
}
