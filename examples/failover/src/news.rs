//! What listeners hear of the cluster: who belongs to it, what each host is, and what that makes of the whole.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use monitor_core::ToAddress;
use monitor_core::emit;
use monitor_core::event;
use monitor_core::event::ServerClosed;
use monitor_core::event::ServerDescription;
use monitor_core::event::ServerDescriptionChanged;
use monitor_core::event::ServerKind;
use monitor_core::event::ServerOpened;
use monitor_core::event::Text;
use monitor_core::event::TopologyClosed;
use monitor_core::event::TopologyDescription;
use monitor_core::event::TopologyDescriptionChanged;
use monitor_core::event::TopologyKind;
use monitor_core::event::TopologyOpened;

use crate::Address;
use crate::Member;
use crate::Role;
use crate::Topology;

/// Tells what happens to one cluster, from its opening to its end.
pub(crate) struct News {
    topology: Text,
    hosts: Vec<Address>,
}

impl News {
    /// The cluster is opened, with these hosts.
    pub(crate) fn open(hosts: &[Address]) -> Self {
        static OPENED: AtomicU64 = AtomicU64::new(0);
        let number = OPENED.fetch_add(1, Ordering::Relaxed) + 1;
        let topology = Text::copied(&number.to_string());
        emit(|| TopologyOpened::new(topology.clone()));
        for host in hosts {
            emit(|| ServerOpened::new(host.into(), topology.clone()));
        }
        Self { topology, hosts: hosts.to_vec() }
    }

    /// Something was observed; told is what is another thing than before, and not how much a host knows.
    pub(crate) fn changed(&self, before: &Topology, after: &Topology) {
        for (old, new) in before.members().iter().zip(after.members()) {
            if kind(old) != kind(new) {
                emit(|| ServerDescriptionChanged::new(self.topology.clone(), server(old), server(new)));
            }
        }
        if before.members().iter().map(kind).ne(after.members().iter().map(kind)) {
            emit(|| TopologyDescriptionChanged::new(self.topology.clone(), whole(before), whole(after)));
        }
    }
}

impl Drop for News {
    fn drop(&mut self) {
        for host in &self.hosts {
            emit(|| ServerClosed::new(host.into(), self.topology.clone()));
        }
        emit(|| TopologyClosed::new(self.topology.clone()));
    }
}

fn kind(member: &Member) -> ServerKind {
    match member.status.map(|status| status.role) {
        None => ServerKind::Unknown,
        Some(Role::Reader) => ServerKind::Replica,
        Some(Role::Writer) => ServerKind::Primary,
    }
}

fn server(member: &Member) -> ServerDescription {
    ServerDescription::new((&member.address).into(), kind(member))
}

fn whole(topology: &Topology) -> TopologyDescription {
    let kind = match (topology.writer(), topology.readers().next()) {
        (Some(_), _) => TopologyKind::WithPrimary,
        (None, Some(_)) => TopologyKind::WithoutPrimary,
        (None, None) => TopologyKind::Unknown,
    };
    TopologyDescription::new(kind, topology.members().iter().map(server))
}

impl From<&Address> for event::Address {
    fn from(address: &Address) -> Self {
        Self::tcp(Text::copied(address.host()), address.port())
    }
}

impl ToAddress for Address {
    fn to_address(&self) -> Option<event::Address> {
        Some(self.into())
    }
}
