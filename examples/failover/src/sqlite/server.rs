//! What a server does with what it is asked.

use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use monitor_core::monitored;

use crate::Address;
use crate::Role;
use crate::Statement;
use crate::Status;
use crate::sqlite::Issuer;
use crate::sqlite::files::Files;
use crate::sqlite::life::Life;
use crate::sqlite::message::Entry;
use crate::sqlite::message::Request;
use crate::sqlite::message::Response;
use crate::sqlite::replication::Followers;
use crate::sqlite::replication::Link;
use crate::sqlite::replication::Unwritten;
use crate::sqlite::store::Store;

/// One server, from its start to its death.
pub(super) struct Server {
    address: Address,
    issuer: Arc<Issuer>,
    files: Arc<Files>,
    pub(super) life: Life,
    /// Held for as long as a statement takes, here and at the followers.
    data: Mutex<Data>,
    /// Apart from the data, so that a server that works says all the same what it is.
    status: Mutex<Status>,
}

struct Data {
    store: Store,
    followers: Followers,
}

impl Server {
    /// A server with an empty database: the first writer of a cluster, or one that is about to follow it.
    pub(super) fn new(
        address: Address,
        role: Role,
        issuer: Arc<Issuer>,
        files: Arc<Files>,
    ) -> rusqlite::Result<Self> {
        let data = Data { store: Store::open(&files.next())?, followers: Followers::default() };
        let status = Status { role, epoch: 1, position: 0 };
        let (data, status) = (Mutex::new(data), Mutex::new(status));
        Ok(Self { address, issuer, files, life: Life::default(), data, status })
    }

    /// What the server is.
    pub(super) fn status(&self) -> Status {
        *locked(&self.status)
    }

    /// Says whether a token opens this server.
    pub(super) fn login(&self, line: &str) -> Response {
        match Request::read(line) {
            Ok(Request::Hello(token)) => match self.issuer.check(&self.address, &token) {
                Ok(()) => Response::Ok,
                Err(reason) => Response::Denied(reason.to_owned()),
            },
            _ => Response::Denied("the first that is said is a token".to_owned()),
        }
    }

    /// Answers what is asked; nothing where the server died over it.
    pub(super) fn answer(&self, line: &str) -> Option<String> {
        let answer = match Request::read(line) {
            Ok(Request::Apply(entry)) => self.apply(&entry),
            Ok(Request::Execute(statement)) => self.execute(statement)?,
            Ok(Request::Follow(follower, after)) => return Some(self.take_on(&follower, after)),
            Ok(Request::Hello(_)) => Response::Refused("you are logged in already".to_owned()),
            Ok(Request::Log(after)) => return Some(logged(locked(&self.data).store.log(after, A_FEW))),
            Ok(Request::Promote) => self.promote(),
            Ok(Request::Query(statement)) => self.query(&statement),
            Ok(Request::Status) => Response::Status(self.status()),
            Err(error) => Response::Refused(error.to_string()),
        };
        Some(answer.line())
    }

    /// Forgets what it has and becomes a follower of this writer, with all that was ever written there.
    pub(super) fn follow(&self, writer: &Address) -> io::Result<()> {
        // Held all the while: what is shipped meanwhile waits for what came before it.
        self.follow_with(&mut locked(&self.data), writer)
    }

    fn follow_with(&self, data: &mut Data, writer: &Address) -> io::Result<()> {
        data.followers = Followers::default();
        data.store = Store::open(&self.files.next()).map_err(io::Error::other)?;
        let mut link = Link::open(writer, &self.issuer.issue(writer))?;
        let Response::Status(Status { epoch, .. }) = link.exchange(&Request::Status.line())? else {
            return Err(io::Error::other(format!("{writer} does not say what it is")));
        };
        let mut position = 0;
        // Most of it is taken over while the writer goes on, so that nobody waits for us at the end.
        loop {
            let lines = link.log(&Request::Log(position))?;
            let is_all = lines.len() < A_FEW as usize;
            position += data.store.catch_up(lines)?;
            if is_all {
                break;
            }
        }
        let rest = link.log(&Request::Follow(self.address.clone(), position))?;
        position += data.store.catch_up(rest)?;
        *locked(&self.status) = Status { role: Role::Reader, epoch, position };
        Ok(())
    }
}

#[monitored]
impl Server {
    fn query(&self, statement: &Statement) -> Response {
        match locked(&self.data).store.query(statement) {
            Ok((width, values)) => Response::Rows(width, values),
            Err(error) => Response::Refused(error.to_string()),
        }
    }

    fn execute(&self, statement: Statement) -> Option<Response> {
        let mut data = locked(&self.data);
        let Status { role, epoch, position } = self.status();
        if role != Role::Writer {
            return Some(Response::ReadOnly);
        }
        let entry = Entry { position: position + 1, epoch, statement };
        let Data { store, followers } = &mut *data;
        match store.write(&entry, || followers.ship(&entry, || self.life.is_alive())) {
            Ok(changed) => {
                locked(&self.status).position = entry.position;
                Some(Response::Changed(changed))
            }
            Err(Unwritten::Dead) => None,
            Err(Unwritten::Sqlite(error)) => Some(Response::Refused(error.to_string())),
            Err(Unwritten::Superseded(writer)) => {
                // Nobody may take us for a good heir meanwhile, and a server that can follow nobody is of no use.
                *locked(&self.status) = Status { role: Role::Reader, epoch, position: 0 };
                if self.follow_with(&mut data, &writer).is_err() {
                    self.life.end();
                }
                Some(Response::ReadOnly)
            }
        }
    }

    fn apply(&self, entry: &Entry) -> Response {
        let data = locked(&self.data);
        let status = self.status();
        if entry.epoch < status.epoch {
            return Response::Superseded;
        }
        if entry.position != status.position + 1 {
            return Response::Refused(format!(
                "write {} does not follow {}",
                entry.position, status.position
            ));
        }
        match data.store.write(entry, || Ok::<_, rusqlite::Error>(())) {
            Ok(changed) => {
                locked(&self.status).position = entry.position;
                Response::Changed(changed)
            }
            Err(error) => Response::Refused(error.to_string()),
        }
    }

    fn promote(&self) -> Response {
        // What is being applied is finished first.
        let _data = locked(&self.data);
        let mut status = locked(&self.status);
        if status.role == Role::Reader {
            *status = Status { role: Role::Writer, epoch: status.epoch + 1, ..*status };
        }
        Response::Ok
    }

    /// Ships to a follower from now on, and gives it what it does not have yet.
    fn take_on(&self, follower: &Address, after: u64) -> String {
        let mut data = locked(&self.data);
        if self.status().role != Role::Writer {
            return Response::ReadOnly.line();
        }
        let linked = Link::open(follower, &self.issuer.issue(follower));
        match linked.and_then(|link| Ok((self.life.hold(link.socket()?), link))) {
            Ok((_, link)) => {
                data.followers.add(link);
                logged(data.store.log(after, u32::MAX))
            }
            Err(error) => Response::Refused(error.to_string()).line(),
        }
    }
}

/// How many entries of the log are given at a time.
const A_FEW: u32 = 500;

/// Lines of the log as an answer.
fn logged(lines: rusqlite::Result<Vec<String>>) -> String {
    match lines {
        Ok(lines) => std::iter::once(Response::Log(lines.len() as u64).line()).chain(lines).collect(),
        Err(error) => Response::Refused(error.to_string()).line(),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
