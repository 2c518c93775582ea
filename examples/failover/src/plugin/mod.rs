//! The plugins, a file each, and the chain that they stand in.

mod chain;
mod detection;
mod failover;
mod fastest_response;
mod host_monitoring;
mod probe;
mod search;
mod stale_name;
mod token_cache;

use std::sync::Arc;

use async_trait::async_trait;
pub(crate) use chain::Chain;
pub use chain::Next;
pub use detection::Detection;
pub use failover::Failover;
pub use fastest_response::FastestResponse;
pub use host_monitoring::HostMonitoring;
pub use stale_name::StaleName;
pub use token_cache::TokenCache;

use crate::Address;
use crate::Call;
use crate::Connection;
use crate::Driver;
use crate::Error;
use crate::Method;
use crate::Reply;
use crate::Target;
use crate::Topology;

/// What a chain has to know of a plugin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct About {
    /// What it is called; a client has one of a name.
    pub name: &'static str,
    /// Where it stands in the chain: the lightest is the first to see a call, and the last to see the reply.
    pub weight: u32,
    /// What it goes along with.
    pub methods: &'static [Method],
}

/// Goes along with what it subscribes to: before, after, or instead.
#[async_trait]
pub trait Plugin: Send + Sync + 'static {
    /// What it is called, where it stands and what it goes along with.
    fn about(&self) -> &'static About;

    /// Begins what it does in the background, by [`Driver::spawn`].
    fn start(&self, _driver: &Arc<Driver>) {}

    /// Says which host shall answer the next query, where it has a wish.
    fn choose(&self, _topology: &Topology) -> Option<Address> {
        None
    }

    /// Goes along with a connection that is opened.
    async fn connect(&self, target: &Target, next: Next<'_>) -> Result<Box<dyn Connection>, Error> {
        next.connect(target).await
    }

    /// Goes along with a call.
    async fn execute(&self, call: &Call, next: Next<'_>) -> Result<Reply, Error> {
        next.execute(call).await
    }
}
