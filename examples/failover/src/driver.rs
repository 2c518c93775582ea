//! The driver itself: what the plugins go along with, and what they can ask for.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::time::Duration;

use monitor_core::Context;
use monitor_core::FutureExt;
use monitor_core::monitored;
use monitor_core::plugin;
use tokio::task::JoinSet;

use crate::Address;
use crate::Call;
use crate::Connection;
use crate::Database;
use crate::Error;
use crate::Host;
use crate::Method;
use crate::Names;
use crate::Reply;
use crate::Settings;
use crate::Status;
use crate::Target;
use crate::Topology;
use crate::news::News;
use crate::plugin::Chain;
use crate::pool::Pool;

/// The driver itself: what the plugins go along with, and what they can ask for.
pub struct Driver {
    database: Arc<dyn Database>,
    names: Names,
    chain: Chain,
    topology: RwLock<Arc<Topology>>,
    /// Held while a change is made and told, so that changes are told in their order.
    news: Mutex<News>,
    pools: HashMap<Address, Arc<Pool>>,
    patience: Duration,
    /// What the plugins do in the background; it ends with the driver.
    background: Mutex<JoinSet<()>>,
}

impl Driver {
    /// Puts a driver together and lets its plugins begin what they do in the background.
    pub fn start(database: Arc<dyn Database>, settings: Settings) -> Arc<Self> {
        let Settings { hosts, names, plugins, connections, patience } = settings;
        let pool = |host: &Address| (host.clone(), Arc::new(Pool::new(host, connections, patience)));
        let driver = Arc::new(Self {
            database,
            names,
            chain: Chain::new(plugins),
            topology: RwLock::new(Arc::new(Topology::new(&hosts))),
            news: Mutex::new(News::open(&hosts)),
            pools: hosts.iter().map(pool).collect(),
            patience,
            background: Mutex::default(),
        });
        driver.chain.plugins().for_each(|plugin| plugin.start(&driver));
        driver
    }

    /// Does something for as long as the driver lives. Whatever it does must not hold the driver while it waits.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        // Its own traces, told where the driver was started.
        let work = work.in_context(Context::current().without_span());
        self.background.lock().unwrap_or_else(PoisonError::into_inner).spawn(work);
    }

    /// Opens a connection through the chain.
    pub async fn connect(self: &Arc<Self>, target: &Target) -> Result<Box<dyn Connection>, Error> {
        self.chain.from(self, Method::Connect).connect(target).await
    }

    /// Runs a call through the chain.
    pub async fn run(self: &Arc<Self>, call: &Call) -> Result<Reply, Error> {
        self.chain.from(self, call.method).execute(call).await
    }

    /// Says which host a call shall go to: the writer, or whom a plugin likes best for a query.
    pub fn choose(&self, method: Method) -> Result<Address, Error> {
        let topology = self.topology();
        let chosen = match method {
            Method::Query => {
                let liked = self.chain.plugins().find_map(|plugin| plugin.choose(&topology));
                liked.or_else(|| topology.for_queries().first().copied().cloned())
            }
            _ => topology.writer().cloned(),
        };
        // While there is no writer the last one is asked: the chain sees it fail, and waits for the next.
        chosen.or_else(|| topology.last_writer().cloned()).ok_or(Error::NoHost { wanted: "alive" })
    }

    /// The address of a host, also of one that is meant by name.
    pub fn resolve(&self, host: &Host) -> Result<Address, Error> {
        match host {
            Host::At(host) => Ok(host.clone()),
            Host::Named(name) => self.names.resolve(name),
        }
    }

    /// Who is in the cluster, as far as is known.
    pub fn topology(&self) -> Arc<Topology> {
        Arc::clone(&self.topology.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes what a host says of itself, or that it is dead: then its idle connections are so too.
    pub fn observe(&self, host: &Address, status: Option<Status>) {
        let news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.topology();
        let mut after = Arc::clone(&before);
        Arc::make_mut(&mut after).observe(host, status);
        *self.topology.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&after);
        news.changed(&before, &after);
        drop(news);
        match status {
            Some(_) => self.pool(host).ready(),
            None => self.pool(host).clear(),
        }
    }

    /// Notes the answer to a question that was asked in this generation of the host's pool. Where the host was found
    /// dead meanwhile, what it said before is no sign of life.
    pub(crate) fn hear(&self, host: &Address, asked: u64, status: Option<Status>) {
        if status.is_none() || self.pool(host).generation() == asked {
            self.observe(host, status);
        }
    }

    /// Opens a connection of one's own to a host, to ask what it is.
    pub async fn ask(self: &Arc<Self>, host: &Address) -> Result<Status, Error> {
        let asked = async { self.connect(&Target::at(host)).await?.status().await };
        tokio::time::timeout(self.patience, asked)
            .await
            .unwrap_or_else(|_| Err(Error::late(host, self.patience)))
    }

    /// The connections to a host of the cluster.
    pub(crate) fn pool(&self, host: &Address) -> &Arc<Pool> {
        self.pools.get(host).expect("a host is one of those that the client was made with")
    }
}

#[monitored]
impl Driver {
    /// Asks every host what it is, all at once.
    pub async fn refresh(self: &Arc<Self>) -> Arc<Topology> {
        let mut asked = JoinSet::new();
        for member in self.topology().members() {
            let (driver, host) = (Arc::clone(self), member.address.clone());
            let asking = async move {
                let asked = driver.pool(&host).generation();
                driver.hear(&host, asked, driver.ask(&host).await.ok());
            };
            asked.spawn(asking.in_context(Context::current()));
        }
        asked.join_all().await;
        self.topology()
    }
}

#[plugin(name = "driver", terminal)]
impl Driver {
    /// The end of the chain for a connection: opens it.
    pub(crate) async fn open(&self, target: &Target) -> Result<Box<dyn Connection>, Error> {
        let host = self.resolve(&target.host)?;
        let opened = self.database.connect(&host, target.token.as_ref());
        tokio::time::timeout(self.patience, opened)
            .await
            .unwrap_or_else(|_| Err(Error::late(&host, self.patience)))
    }

    /// The end of the chain for a call: runs it on a connection to its host.
    pub(crate) async fn exchange(self: &Arc<Self>, call: &Call) -> Result<Reply, Error> {
        let reply = match self.pool(&call.host).check_out(self).await {
            Ok(mut lease) => lease.run(call).await,
            Err(error) => Err(error),
        };
        if let Err(Error::Disconnected { host, .. }) = &reply {
            self.observe(host, None);
        }
        reply
    }
}
