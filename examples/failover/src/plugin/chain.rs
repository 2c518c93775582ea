//! The chain: for each method the plugins that subscribe to it, by weight, and the driver at its end.

use std::sync::Arc;

use crate::Call;
use crate::Connection;
use crate::Driver;
use crate::Error;
use crate::Method;
use crate::Plugin;
use crate::Reply;
use crate::Target;

/// All plugins of a driver, with a pipeline for each method.
pub(crate) struct Chain {
    plugins: Vec<Arc<dyn Plugin>>,
    pipelines: Vec<(Method, Vec<Arc<dyn Plugin>>)>,
}

/// The rest of a pipeline, from where a plugin stands.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    driver: &'a Arc<Driver>,
    rest: &'a [Arc<dyn Plugin>],
}

impl Chain {
    /// Puts the plugins in order; those of the same weight stay in theirs.
    pub(crate) fn new(mut plugins: Vec<Arc<dyn Plugin>>) -> Self {
        plugins.sort_by_key(|plugin| plugin.about().weight);
        let pipeline = |method: &Method| {
            let subscribed = plugins.iter().filter(|plugin| plugin.about().methods.contains(method));
            (*method, subscribed.cloned().collect())
        };
        let pipelines = Method::ALL.iter().map(pipeline).collect();
        Self { plugins, pipelines }
    }

    /// All plugins, in order.
    pub(crate) fn plugins(&self) -> impl Iterator<Item = &Arc<dyn Plugin>> {
        self.plugins.iter()
    }

    /// The whole pipeline of a method.
    pub(crate) fn from<'a>(&'a self, driver: &'a Arc<Driver>, method: Method) -> Next<'a> {
        let found = self.pipelines.iter().find(|(of, _)| *of == method);
        Next { driver, rest: found.map_or(&[], |(_, plugins)| plugins) }
    }
}

impl<'a> Next<'a> {
    /// The driver, to ask who is in the cluster.
    pub fn driver(self) -> &'a Arc<Driver> {
        self.driver
    }

    /// Lets the rest of the chain open a connection. May be called again with another target.
    pub async fn connect(self, target: &Target) -> Result<Box<dyn Connection>, Error> {
        match self.rest.split_first() {
            Some((plugin, rest)) => plugin.connect(target, Next { rest, ..self }).await,
            None => self.driver.open(target).await,
        }
    }

    /// Lets the rest of the chain make a call. May be called again, for another host.
    pub async fn execute(self, call: &Call) -> Result<Reply, Error> {
        match self.rest.split_first() {
            Some((plugin, rest)) => plugin.execute(call, Next { rest, ..self }).await,
            None => self.driver.exchange(call).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::plugin::About;
    use crate::scripted::Scripted;

    /// Notes that it was called.
    struct Noting(&'static About, Arc<Mutex<Vec<&'static str>>>);

    #[async_trait]
    impl Plugin for Noting {
        fn about(&self) -> &'static About {
            self.0
        }

        async fn execute(&self, call: &Call, next: Next<'_>) -> Result<Reply, Error> {
            self.1.lock().unwrap().push(self.0.name);
            next.execute(call).await
        }
    }

    #[tokio::test]
    async fn a_method_goes_through_those_that_subscribe_to_it_the_lightest_first() {
        let (cluster, noted) = (Scripted::new("w1/5 r1/5"), Arc::new(Mutex::new(Vec::new())));
        let plugin = |about| -> Arc<dyn Plugin> { Arc::new(Noting(about, Arc::clone(&noted))) };
        let last = plugin(&About { name: "last", weight: 30, methods: Method::ALL });
        let mut settings = cluster.settings(1, last);
        settings.plugins.extend([
            plugin(&About { name: "reads", weight: 20, methods: &[Method::Query] }),
            plugin(&About { name: "first", weight: 10, methods: Method::ALL }),
            plugin(&About { name: "never", weight: 5, methods: &[Method::Connect] }),
        ]);
        let client = crate::Client::connect(cluster, settings).await.unwrap();
        client.query("", &[]).await.unwrap();
        assert_eq!(std::mem::take(&mut *noted.lock().unwrap()), ["first", "reads", "last"]);
        client.execute("", &[]).await.unwrap();
        assert_eq!(*noted.lock().unwrap(), ["first", "last"]);
    }
}
