//! A cluster for tests that is only told: its hosts are what the test says, and it notes what was asked of them.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use async_trait::async_trait;

use crate::Address;
use crate::Client;
use crate::Connection;
use crate::Database;
use crate::Driver;
use crate::Error;
use crate::Names;
use crate::Plugin;
use crate::Reply;
use crate::Role;
use crate::Settings;
use crate::Statement;
use crate::Status;
use crate::Token;

/// Hosts by a word each: `w` or `r` with epoch and position, `-` for a dead one, `?` for one that says nothing.
/// Their ports are 1, 2 and so on. A clone is the same cluster.
#[derive(Clone)]
pub(crate) struct Scripted(Arc<Mutex<State>>);

struct State {
    hosts: Vec<Scene>,
    noted: Vec<String>,
    /// The only token that lets in, where one is wanted.
    token: Option<&'static str>,
}

#[derive(Clone, Copy)]
struct Scene {
    mood: Mood,
    /// How long an answer takes.
    pace: Duration,
}

#[derive(Clone, Copy)]
enum Mood {
    Dead,
    Silent,
    Well(Status),
}

struct ScriptedConnection {
    host: Address,
    cluster: Scripted,
}

impl Scripted {
    pub(crate) fn new(words: &str) -> Self {
        let scene = |word| Scene { mood: mood(word), pace: Duration::ZERO };
        let hosts = words.split_whitespace().map(scene).collect();
        Self(Arc::new(Mutex::new(State { hosts, noted: Vec::new(), token: None })))
    }

    /// From now on this host is so.
    pub(crate) fn set(&self, port: u16, word: &str) {
        self.state().scene(port).mood = mood(word);
    }

    /// From now on this host takes so long for an answer.
    pub(crate) fn slow(&self, port: u16, pace: Duration) {
        self.state().scene(port).pace = pace;
    }

    /// From now on only this token lets in.
    pub(crate) fn want(&self, token: &'static str) {
        self.state().token = Some(token);
    }

    /// What was asked since the last look, but for what the hosts say of themselves.
    pub(crate) fn noted(&self) -> String {
        std::mem::take(&mut self.state().noted).join(", ")
    }

    /// A name service whose writer is this host, settings with no plugin but this, and little patience.
    pub(crate) fn settings(&self, named: u16, plugin: Arc<dyn Plugin>) -> Settings {
        let hosts: Vec<_> = (1..).map(address).take(self.state().hosts.len()).collect();
        let mut settings = Settings::without_tokens(&hosts, &Names::with_writer(&address(named)));
        (settings.plugins, settings.patience) = (vec![plugin], Duration::from_secs(1));
        settings
    }

    /// A client with one plugin, connected; nothing of that is noted.
    pub(crate) async fn client(&self, plugin: Arc<dyn Plugin>) -> Client {
        let client = Client::connect(self.clone(), self.settings(1, plugin)).await.unwrap();
        self.noted();
        client
    }

    /// A driver with one plugin, which knows nothing yet.
    pub(crate) fn driver(&self, named: u16, plugin: Arc<dyn Plugin>) -> Arc<Driver> {
        Driver::start(Arc::new(self.clone()), self.settings(named, plugin))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, what: &str, host: &Address) {
        self.state().noted.push(format!("{what} {}", host.port()));
    }

    /// What the host says of itself, once it has answered.
    async fn answer(&self, host: &Address) -> Result<Status, Error> {
        let Scene { mood, pace } = *self.state().scene(host.port());
        tokio::time::sleep(pace).await;
        match mood {
            Mood::Dead => Err(Error::disconnected(host, "as scripted")),
            Mood::Silent => std::future::pending().await,
            Mood::Well(status) => Ok(status),
        }
    }
}

impl State {
    fn scene(&mut self, port: u16) -> &mut Scene {
        &mut self.hosts[usize::from(port) - 1]
    }
}

#[async_trait]
impl Database for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    async fn connect(&self, host: &Address, token: Option<&Token>) -> Result<Box<dyn Connection>, Error> {
        self.note("connect", host);
        self.answer(host).await?;
        let wanted = self.state().token;
        if wanted.is_some_and(|wanted| token.is_none_or(|token| token.reveal() != wanted)) {
            return Err(Error::LoginRefused { host: host.clone(), reason: "as scripted".to_owned() });
        }
        Ok(Box::new(ScriptedConnection { host: host.clone(), cluster: self.clone() }))
    }
}

#[async_trait]
impl Connection for ScriptedConnection {
    fn host(&self) -> &Address {
        &self.host
    }

    async fn execute(&mut self, _: &Statement) -> Result<Reply, Error> {
        self.cluster.note("execute", &self.host);
        match self.cluster.answer(&self.host).await?.role {
            Role::Reader => Err(Error::ReadOnly { host: self.host.clone() }),
            Role::Writer => Ok(Reply { changed: 1, ..Reply::default() }),
        }
    }

    async fn query(&mut self, _: &Statement) -> Result<Reply, Error> {
        self.cluster.note("query", &self.host);
        self.cluster.answer(&self.host).await?;
        Ok(Reply { rows: vec![vec![i64::from(self.host.port()).into()]], ..Reply::default() })
    }

    async fn status(&mut self) -> Result<Status, Error> {
        self.cluster.answer(&self.host).await
    }

    async fn promote(&mut self) -> Result<(), Error> {
        self.cluster.note("promote", &self.host);
        let status = self.cluster.answer(&self.host).await?;
        let promoted = Status { role: Role::Writer, epoch: status.epoch + 1, ..status };
        self.cluster.state().scene(self.host.port()).mood = Mood::Well(promoted);
        Ok(())
    }
}

/// The host of this port.
pub(crate) fn address(port: u16) -> Address {
    Address::new("host", port)
}

fn mood(word: &str) -> Mood {
    let numbers = |text: &str| text.split_once('/').map(|(one, other)| (one.parse(), other.parse()));
    let well = |role, text| match numbers(text) {
        Some((Ok(epoch), Ok(position))) => Mood::Well(Status { role, epoch, position }),
        _ => panic!("no host is called `{word}`"),
    };
    match word.split_at(1) {
        ("-", "") => Mood::Dead,
        ("?", "") => Mood::Silent,
        ("r", text) => well(Role::Reader, text),
        (_, text) => well(Role::Writer, text),
    }
}
