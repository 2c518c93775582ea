//! Two servers that belong together.

use std::io;
use std::net::Ipv4Addr;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use crate::Address;
use crate::Names;
use crate::Role;
use crate::sqlite::Issuer;
use crate::sqlite::files::Files;
use crate::sqlite::node::Node;

/// A writer and a reader that follows it, in this process and on this machine alone; they end when dropped.
pub struct Servers {
    hosts: [Address; 2],
    issuer: Arc<Issuer>,
    names: Names,
    nodes: Mutex<Nodes>,
}

struct Nodes {
    running: Vec<Node>,
    files: Arc<Files>,
}

impl Servers {
    /// Starts both, on ports that are free. Their tokens are good for a quarter of an hour.
    ///
    /// # Errors
    ///
    /// Where no port, thread or file is to be had.
    pub fn start() -> io::Result<Self> {
        Self::with_tokens_for(Duration::from_secs(15 * 60))
    }

    /// Starts both, with tokens that are good for so long.
    ///
    /// # Errors
    ///
    /// As for [`Servers::start`].
    pub fn with_tokens_for(lifetime: Duration) -> io::Result<Self> {
        let issuer = Arc::new(Issuer::new(lifetime));
        let mut nodes = Nodes { running: Vec::new(), files: Arc::new(Files::new()?) };
        let writer = nodes.start(0, Role::Writer, &issuer)?;
        let reader = nodes.start(0, Role::Reader, &issuer)?;
        let servers = Self {
            names: Names::with_writer(&writer),
            hosts: [writer, reader],
            issuer,
            nodes: Mutex::new(nodes),
        };
        servers.nodes().node(&servers.hosts[1])?.server.follow(&servers.hosts[0])?;
        Ok(servers)
    }

    /// Both, dead or alive.
    pub fn hosts(&self) -> &[Address] {
        &self.hosts
    }

    /// The first writer.
    pub fn first_writer(&self) -> &Address {
        &self.hosts[0]
    }

    /// The name service of the cluster. Nobody changes it when the writer changes, unless you do.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Who gives the tokens that the servers want.
    pub fn issuer(&self) -> Arc<Issuer> {
        Arc::clone(&self.issuer)
    }

    /// Kills a server: its port and all its connections close. One that is dead already stays so.
    pub fn kill(&self, host: &Address) {
        self.nodes().running.retain(|node| node.address() != host);
    }

    /// Stops a server as a debugger would: it stays connected and says nothing.
    pub fn freeze(&self, host: &Address) {
        if let Ok(node) = self.nodes().node(host) {
            node.server.life.freeze();
        }
    }

    /// Lets a frozen server go on where it was. If there is another writer meanwhile, it learns of that with the next
    /// write that it is asked for, refuses it, and follows the other.
    pub fn thaw(&self, host: &Address) {
        if let Ok(node) = self.nodes().node(host) {
            node.server.life.thaw();
        }
    }

    /// Starts a killed server again, on its port, as a follower of the present writer. One that runs is killed first.
    ///
    /// # Errors
    ///
    /// Where there is no writer, or the port was taken meanwhile.
    pub fn restart(&self, host: &Address) -> io::Result<()> {
        self.kill(host);
        let mut nodes = self.nodes();
        let statuses = nodes.running.iter().map(|node| (node.server.status(), node.address()));
        let writer =
            statuses.filter(|(status, _)| status.role == Role::Writer).max_by_key(|(status, _)| status.epoch);
        let (_, writer) = writer.ok_or_else(|| io::Error::other("there is no writer to follow"))?;
        let writer = writer.clone();
        nodes.start(host.port(), Role::Reader, &self.issuer)?;
        nodes.node(host)?.server.follow(&writer)
    }

    fn nodes(&self) -> MutexGuard<'_, Nodes> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Nodes {
    fn start(&mut self, port: u16, role: Role, issuer: &Arc<Issuer>) -> io::Result<Address> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let node = Node::start(listener, role, issuer, &self.files)?;
        let address = node.address().clone();
        self.running.push(node);
        Ok(address)
    }

    fn node(&self, host: &Address) -> io::Result<&Node> {
        let found = self.running.iter().find(|node| node.address() == host);
        found.ok_or_else(|| io::Error::other(format!("{host} does not run")))
    }
}
