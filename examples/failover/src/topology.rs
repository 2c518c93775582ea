//! Who is in the cluster, and what each last said of itself.

use crate::Address;

/// What a host does.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// It follows the writer.
    Reader,
    /// It takes writes.
    Writer,
}

/// What a host says of itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Status {
    /// What it does.
    pub role: Role,
    /// How many writers the cluster had up to this one; of two that say they are the writer, the later one is.
    pub epoch: u64,
    /// How much it knows: the last write that it has.
    pub position: u64,
}

/// A host of the cluster.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Member {
    /// Where it listens.
    pub address: Address,
    /// What it said last; nothing while it is not known to be alive.
    pub status: Option<Status>,
}

/// Who is in the cluster, as far as the driver knows.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Topology {
    members: Vec<Member>,
    last_writer: Option<Address>,
}

impl Topology {
    /// A cluster of which nothing but its addresses is known.
    pub fn new(addresses: &[Address]) -> Self {
        let members = addresses.iter().map(|address| Member { address: address.clone(), status: None });
        Self { members: members.collect(), last_writer: None }
    }

    /// Notes what a host says, or that it says nothing.
    pub fn observe(&mut self, address: &Address, status: Option<Status>) {
        if let Some(member) = self.members.iter_mut().find(|member| member.address == *address) {
            member.status = status;
        }
        if let Some(writer) = self.writer() {
            self.last_writer = Some(writer.clone());
        }
    }

    /// All hosts, in the order they were given in.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Who takes writes.
    pub fn writer(&self) -> Option<&Address> {
        self.alive(Role::Writer).max_by_key(|(_, status)| status.epoch).map(|(address, _)| address)
    }

    /// Who took writes last, dead or alive.
    pub fn last_writer(&self) -> Option<&Address> {
        self.last_writer.as_ref()
    }

    /// Who follows the writer.
    pub fn readers(&self) -> impl Iterator<Item = &Address> {
        self.alive(Role::Reader).map(|(address, _)| address)
    }

    /// Whom to ask a query, in the order to try them: readers, and the writer at last.
    pub fn for_queries(&self) -> Vec<&Address> {
        self.readers().chain(self.writer()).collect()
    }

    /// The reader that knows most; of equals the first by address, so that every driver promotes the same one.
    pub fn heir(&self) -> Option<&Address> {
        let readers = self.alive(Role::Reader);
        let best = readers.max_by(|(left, one), (right, other)| {
            one.position.cmp(&other.position).then_with(|| right.cmp(left))
        });
        best.map(|(address, _)| address)
    }

    fn alive(&self, role: Role) -> impl Iterator<Item = (&Address, Status)> {
        let known = self.members.iter().filter_map(|member| Some((&member.address, member.status?)));
        known.filter(move |(_, status)| status.role == role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A host a word: `w` or `r` with epoch and position, `-` where it is not known.
    fn topology(text: &str) -> Topology {
        let members = text.split_whitespace().zip(1..).map(|(word, port)| {
            let mut numbers = word[1..].split('/').map(|number| number.parse().unwrap());
            let role = if word.starts_with('w') { Role::Writer } else { Role::Reader };
            let status = (word != "-").then(|| Status {
                role,
                epoch: numbers.next().unwrap(),
                position: numbers.next().unwrap(),
            });
            Member { address: Address::new("h", port), status }
        });
        Topology { members: members.collect(), last_writer: None }
    }

    #[track_caller]
    fn check(text: &str, writer: Option<u16>, for_queries: &[u16], heir: Option<u16>) {
        let topology = topology(text);
        let queries: Vec<_> = topology.for_queries().into_iter().map(Address::port).collect();
        assert_eq!(topology.writer().map(Address::port), writer, "the writer of {text}");
        assert_eq!(queries, for_queries, "whom to ask in {text}");
        assert_eq!(topology.heir().map(Address::port), heir, "the heir in {text}");
    }

    #[test]
    fn queries_go_to_readers_first() {
        check("w1/9 r1/9 r1/8", Some(1), &[2, 3, 1], Some(2));
        check("w1/9", Some(1), &[1], None);
        check("- r1/4", None, &[2], Some(2));
        check("- -", None, &[], None);
    }

    #[test]
    fn of_two_writers_the_later_one_is_it() {
        check("w1/9 w2/7", Some(2), &[2], None);
    }

    #[test]
    fn the_heir_is_the_reader_that_knows_most_and_of_equals_the_first() {
        check("- r1/4 r1/7 r1/7", None, &[2, 3, 4], Some(3));
    }

    #[test]
    fn the_last_writer_is_remembered() {
        let mut topology = topology("r1/1 -");
        let (first, second) = (Address::new("h", 1), Address::new("h", 2));
        topology.observe(&second, Some(Status { role: Role::Writer, epoch: 1, position: 1 }));
        topology.observe(&second, None);
        assert_eq!((topology.writer(), topology.last_writer()), (None, Some(&second)));
        topology.observe(&first, Some(Status { role: Role::Writer, epoch: 2, position: 1 }));
        assert_eq!(topology.last_writer(), Some(&first));
    }

    #[test]
    fn a_host_that_nobody_named_is_not_taken_in() {
        let mut topology = topology("w1/1");
        topology.observe(&Address::new("stranger", 1), None);
        assert_eq!(topology.members().len(), 1);
    }
}
