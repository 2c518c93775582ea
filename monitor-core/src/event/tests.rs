use std::time::Duration;
use std::time::SystemTime;

use super::*;
use ServerKind as S;
use TopologyKind as T;

fn server(kind: ServerKind) -> ServerDescription {
    ServerDescription::new(Address::tcp("db", 1), kind)
}

#[track_caller]
fn changed(change: impl FnOnce(&mut ServerFacts), counts: bool) {
    let before = server(ServerKind::Primary);
    assert_eq!(before != before.clone().with(change), counts);
}

#[test]
fn what_nobody_must_be_told_of_leaves_a_server_equal() {
    let (moment, while_) = (Some(SystemTime::now()), Some(Duration::from_millis(1)));
    changed(|facts| facts.round_trip_time = while_, false);
    changed(|facts| facts.min_round_trip_time = while_, false);
    changed(|facts| facts.last_write_date = moment, false);
    changed(|facts| facts.last_update_time = moment, false);
    changed(|facts| facts.op_time = Some("7".into()), false);
}

#[test]
fn every_other_fact_makes_a_server_another() {
    let text = || Some(Text::from("x"));
    let address = || Address::tcp("other", 1);
    changed(|facts| facts.address = address(), true);
    changed(|facts| facts.kind = ServerKind::Replica, true);
    changed(|facts| facts.error = text(), true);
    changed(|facts| facts.min_wire_version = 1, true);
    changed(|facts| facts.max_wire_version = 1, true);
    changed(|facts| facts.me = Some(address()), true);
    changed(|facts| facts.hosts.push(address()), true);
    changed(|facts| facts.passives.push(address()), true);
    changed(|facts| facts.arbiters.push(address()), true);
    changed(|facts| facts.tags.push(("a".into(), "b".into())), true);
    changed(|facts| facts.set_name = text(), true);
    changed(|facts| facts.set_version = Some(1), true);
    changed(|facts| facts.election_id = text(), true);
    changed(|facts| facts.primary = Some(address()), true);
    changed(|facts| facts.logical_session_timeout_minutes = Some(1), true);
    changed(
        |facts| facts.topology_version = Some(TopologyVersion { process_id: "p".into(), counter: 1 }),
        true,
    );
    changed(|facts| facts.is_cryptd = true, true);
}

/// The preferences in the order of the letters: nearest, primary, primary preferred, replica, replica preferred; a dot
/// where none can be read from. Then whether any can be written to.
#[track_caller]
fn check(kind: TopologyKind, servers: &[ServerKind], readable: &str, writable: bool) {
    let topology = TopologyDescription::new(kind, servers.iter().copied().map(server));
    let preferences = [
        ('n', ReadPreference::Nearest),
        ('p', ReadPreference::Primary),
        ('P', ReadPreference::PrimaryPreferred),
        ('r', ReadPreference::Replica),
        ('R', ReadPreference::ReplicaPreferred),
    ];
    let found: String = preferences
        .into_iter()
        .map(|(letter, preference)| if topology.has_readable_server(preference) { letter } else { '.' })
        .collect();
    assert_eq!((&*found, topology.has_writable_server()), (readable, writable), "{topology}");
}

#[test]
fn a_topology_knows_whether_it_can_be_read_and_written() {
    check(T::Unknown, &[S::Unknown], ".....", false);
    check(T::Single, &[S::Unknown], ".....", false);
    check(T::Single, &[S::Standalone], "npPrR", true);
    check(T::WithoutPrimary, &[S::Unknown, S::Arbiter], ".....", false);
    check(T::WithoutPrimary, &[S::Replica], "n.PrR", false);
    check(T::WithPrimary, &[S::Primary], "npP.R", true);
    check(T::WithPrimary, &[S::Primary, S::Replica], "npPrR", true);
    check(T::Sharded, &[S::Unknown], ".....", false);
    check(T::Sharded, &[S::Unknown, S::Router], "npPrR", true);
    check(T::LoadBalanced, &[S::Unknown], "npPrR", true);
    check(T::MultiPrimary, &[S::Unknown], ".....", false);
    check(T::MultiPrimary, &[S::Primary], "npP.R", true);
}

#[test]
fn a_topology_that_nobody_can_write_to_is_a_warning() {
    let lost = TopologyDescription::new(TopologyKind::WithoutPrimary, [server(ServerKind::Replica)]);
    let found = TopologyDescription::new(TopologyKind::WithPrimary, [server(ServerKind::Primary)]);
    let event = |new| TopologyDescriptionChanged::new("1", TopologyDescription::unknown(), new).into_event();
    assert_eq!(event(lost).severity(), Severity::Warn);
    assert_eq!(event(found).severity(), Severity::Info);
}

#[test]
fn reasons_have_a_word_and_a_sentence() {
    assert_eq!(ClosedReason::Stale.as_str(), "stale");
    assert_eq!(ClosedReason::Stale.to_string(), "Connection became stale because the pool was cleared");
    assert_eq!(CheckOutFailedReason::Timeout.as_str(), "timeout");
    assert_eq!(
        CheckOutFailedReason::Timeout.to_string(),
        "Wait queue timeout elapsed without a connection becoming available"
    );
}

#[test]
fn a_request_is_an_operation_of_its_own_unless_said() {
    let info = CommandInfo::new(CommandName::literal("ping"), 7, Address::of_host("a"));
    assert_eq!(info.operation_id, 7);
    assert_eq!(info.operation(9).operation_id, 9);
}
