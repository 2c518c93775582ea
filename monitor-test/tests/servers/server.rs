//! A real server: started on loopback in a directory of its own, awaited by asking it, ended with the test.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::net::UdpSocket;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::folder::Folder;

/// How long a server has to come up, and what was sent to arrive: much longer than it takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_millis(100);
/// A port that was free may be somebody else's a moment later.
const ATTEMPTS: u32 = 3;

/// Runs the server until its own input ends, which is when the test ends: also when that is killed, since no writer is
/// left then. Ends with the server if that ends first.
const WATCH: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{
  read -r _ <&3
  kill "$server"
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" || exit; sleep 0.2; done
  kill -9 "$server"
} 2>/dev/null >/dev/null &
wait "$server"
"#;

/// A server that runs, with what it says on its output.
pub(crate) struct Server {
    name: &'static str,
    /// The shell that watches; its input tells when to end.
    child: Child,
    /// Gone last: the server writes to it.
    pub(crate) folder: Folder,
}

impl Server {
    /// Starts a server and waits until it answers. `command` makes a program that uses free ports, and says which; if that
    /// ends before it answers, another one is made.
    pub(crate) fn start<P>(
        name: &'static str,
        command: impl Fn(&Folder) -> (Command, P),
        answers: impl Fn(&P) -> Result<(), String>,
    ) -> (Self, P) {
        let mut said = String::new();
        for _ in 0..ATTEMPTS {
            let folder = Folder::new(name);
            let (command, ports) = command(&folder);
            let mut server = Self::run(name, &command, folder);
            match attempt(|| server.is_running().and_then(|()| answers(&ports).map_err(Failure::NotYet))) {
                Ok(()) => return (server, ports),
                Err(why) => write!(said, "\n{why}; it said:\n{}", server.output()).unwrap(),
            }
        }
        panic!("{name} does not start: {said}");
    }

    fn run(name: &'static str, command: &Command, folder: Folder) -> Self {
        let output = fs::File::create(folder.join("output")).unwrap();
        let child = Command::new("sh")
            .args(["-c", WATCH, name])
            .arg(command.get_program())
            .args(command.get_args())
            .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name, child, folder }
    }

    fn is_running(&mut self) -> Result<(), Failure> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            ended => Err(Failure::ForGood(format!("{} ended: {ended:?}", self.name))),
        }
    }

    /// What it has said so far.
    pub(crate) fn output(&self) -> String {
        self.folder.read("output")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
        if thread::panicking() {
            let output = self.output();
            let last: Vec<_> = output.lines().rev().take(20).collect();
            let last: Vec<_> = last.into_iter().rev().collect();
            eprintln!("{} said at last:\n{}", self.name, last.join("\n"));
        }
    }
}

/// Why an answer is not there.
enum Failure {
    ForGood(String),
    NotYet(String),
}

/// Asks until there is an answer, or no hope for one.
fn attempt<T>(mut ask: impl FnMut() -> Result<T, Failure>) -> Result<T, String> {
    let begun = Instant::now();
    loop {
        match ask() {
            Ok(answer) => return Ok(answer),
            Err(Failure::ForGood(why)) => return Err(why),
            Err(Failure::NotYet(why)) if begun.elapsed() > PATIENCE => {
                return Err(format!("{why}, after {PATIENCE:?}"));
            }
            Err(Failure::NotYet(_)) => thread::park_timeout(PAUSE),
        }
    }
}

/// Asks until there is an answer.
#[track_caller]
pub(crate) fn eventually<T>(mut ask: impl FnMut() -> Result<T, String>) -> T {
    attempt(|| ask().map_err(Failure::NotYet)).unwrap_or_else(|why| panic!("{why}"))
}

/// An address that nobody listens to over TCP or UDP, and that was not given to another test here.
pub(crate) fn free_address() -> SocketAddr {
    static GIVEN: Mutex<BTreeSet<SocketAddr>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let stream = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = stream.local_addr().unwrap();
        if UdpSocket::bind(address).is_ok() && given.insert(address) {
            return address;
        }
    }
}

/// Whether somebody takes connections there.
pub(crate) fn connects(address: SocketAddr) -> Result<(), String> {
    TcpStream::connect(address).map(drop).map_err(|error| format!("{address}: {error}"))
}
