//! One program, recorded for every system at once and read back from each: `bash .ci/servers test`.

mod ask;
mod bugsink;
mod chrome_trace;
mod collectd;
mod console;
mod dotted;
mod emf;
mod expected;
mod folder;
mod graphite;
mod installed;
mod json_lines;
mod log;
mod moto;
mod others;
mod otlp;
mod peer;
mod program;
mod prometheus;
mod relay;
mod rotel;
mod sentry;
mod server;
mod statsd;

use std::env;
use std::io;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use monitor_core::ManualClock;
use monitor_core::Monitor;
use monitor_core::recorders::graphite::Protocol::Pickle;
use monitor_core::recorders::graphite::Protocol::Plaintext;
use monitor_core::recorders::json_lines::Format::Otlp as File;
use monitor_core::recorders::json_lines::Format::Plain;
use monitor_core::recorders::otlp::Protocol::Grpc;
use monitor_core::recorders::otlp::Protocol::HttpJson;
use monitor_core::recorders::otlp::Protocol::HttpProtobuf;

use crate::expected::Expected;
use crate::installed::is_asked_for;
use crate::installed::is_there;
use crate::log::Call;
use crate::log::Log;
use crate::log::Pace;
use crate::peer::Peer;

const PATIENCE: Duration = Duration::from_secs(60);
/// Set where this process is the program, and not the test.
const PROGRAM: &str = "SERVERS_PROGRAM";

/// How a system is started, which may not be installed.
type Start = (&'static str, fn() -> Box<dyn Peer>);

/// One of each kind of recorder.
const KINDS: &[Start] = &[
    // First, since it takes a while to look for the first time.
    ("prometheus", || Box::new(prometheus::Prometheus::start())),
    ("emf", || Box::new(emf::Emf::start())),
    ("bugsink", || Box::new(bugsink::Bugsink::start())),
    ("carbon", || Box::new(graphite::Carbon::start(Plaintext))),
    ("rotel", || Box::new(rotel::Rotel::start(Grpc))),
    ("statsd", || Box::new(statsd::Statsd::start())),
    ("moto", || Box::new(moto::Moto::start())),
];
/// Other ways of the same recorders.
const WAYS: &[Start] = &[
    ("otlp", || Box::new(json_lines::Lines::start(File))),
    ("carbon", || Box::new(graphite::Carbon::start(Pickle))),
    ("rotel", || Box::new(rotel::Rotel::start(HttpProtobuf))),
    ("rotel", || Box::new(rotel::Rotel::start(HttpJson))),
    ("collectd", || Box::new(collectd::Collectd::start())),
    ("sentry_relay", || Box::new(relay::Relay::start())),
];

fn start<'a>(systems: impl IntoIterator<Item = &'a Start>) -> Vec<Box<dyn Peer>> {
    // These need no server.
    let mut peers: Vec<Box<dyn Peer>> = vec![
        Box::new(chrome_trace::Picture::start()),
        Box::new(console::Lines::start()),
        Box::new(json_lines::Lines::start(Plain)),
    ];
    peers.extend(systems.into_iter().filter(|(name, _)| is_there(name)).map(|(_, start)| start()));
    peers
}

fn check(peers: &[Box<dyn Peer>], calls: Vec<Call>) {
    let expected = Expected { calls };
    assert_eq!(expected.calls.len(), program::CALLS);
    for peer in peers {
        peer.check(&expected);
    }
}

#[test]
fn one_program_reaches_all_systems_at_once_by_code() {
    if !is_asked_for("one_program_reaches_all_systems_at_once_by_code") {
        return;
    }
    let peers = start(KINDS.iter().chain(WAYS));
    let clock = ManualClock::default();
    // For some systems, what happened in 1970 is too long ago.
    clock.advance(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap());
    let recorders = peers.iter().map(|peer| peer.recorder());
    let builder = Monitor::builder().clock(clock.clone());
    let monitor = recorders.fold(builder, |builder, recorder| builder.boxed_recorder(recorder)).build();
    let log = Log::new(Pace::Manual(clock));
    monitor.scope(|| program::run(&log));
    monitor.flush(PATIENCE).unwrap();
    let lost: Vec<_> =
        monitor.accounts().into_iter().filter(|account| account.recorded != account.exported).collect();
    assert!(lost.is_empty(), "{lost:?}");
    check(&peers, log.into_calls());
    monitor.shutdown(PATIENCE).unwrap();
}

#[test]
fn one_program_reaches_all_systems_at_once_by_configuration_alone() {
    if env::var_os(PROGRAM).is_some() {
        return run_as_configured();
    }
    if !is_asked_for("one_program_reaches_all_systems_at_once_by_configuration_alone") {
        return;
    }
    let peers = start(KINDS);
    let names: Vec<_> = peers.iter().map(|peer| peer.recorder_name()).collect();
    let settings = peers.iter().flat_map(|peer| {
        let name = peer.recorder_name().to_uppercase();
        peer.settings().into_iter().map(move |(key, value)| (format!("MONITOR_{name}_{key}"), value))
    });
    let mut program = Command::new(env::current_exe().unwrap())
        .args(["--exact", "one_program_reaches_all_systems_at_once_by_configuration_alone", "--nocapture"])
        .env_remove("MONITOR_SERVERS")
        .env_remove("MONITOR_SERVERS_AT")
        .env("MONITOR_RECORDERS", names.join(","))
        .envs(settings)
        .env(PROGRAM, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(peers.iter().find_map(|peer| peer.standard_error()).unwrap_or_else(Stdio::inherit))
        .spawn()
        .unwrap();
    let mut calls = Vec::new();
    // Kept until the end, since the program has more to say then.
    let mut output = BufReader::new(program.stdout.take().unwrap());
    for line in output.by_ref().lines().map(Result::unwrap) {
        match serde_json::from_str(&line) {
            Ok(value) => calls.extend(Call::from_json(&value)),
            Err(_) if line == "done" => break,
            Err(_) => {}
        }
    }
    check(&peers, calls);
    // The end of its input is the end of it.
    drop(program.stdin.take());
    let status = program.wait().unwrap();
    assert!(status.success(), "the program ended with {status}");
}

/// The program whose recorders the environment names, until its input ends.
fn run_as_configured() {
    let monitor = monitor_core::init().unwrap_or_else(|error| panic!("{error}"));
    let log = Log::new(Pace::Real(Instant::now()));
    program::run(&log);
    monitor.flush(PATIENCE).unwrap();
    println!();
    log.into_calls().iter().for_each(|call| println!("{}", call.to_json()));
    println!("done");
    io::stdout().flush().unwrap();
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn what_other_crates_log_and_count_stands_among_our_own_spans_and_metrics() {
    if !is_asked_for("what_other_crates_log_and_count_stands_among_our_own_spans_and_metrics") {
        return;
    }
    if is_there("prometheus") && is_there("rotel") {
        others::check(&prometheus::Prometheus::start(), &rotel::Rotel::start(Grpc));
    }
}
