//! One row of the table, and where its recorder can be sent by settings alone.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use monitor_core::Recorder;
use monitor_core::Settings;
use monitor_core::recorders::Builtin;
use monitor_test::loopback::Manner;
use monitor_test::loopback::Peer;
use monitor_test::loopback::Transport;

/// The settings that say where a recorder ships to, or listens.
const PLACES: [&str; 5] = ["address", "dsn", "endpoint", "path", "url"];

/// How long somebody is waited for, where the recorder has such settings.
const LIMITS: [&str; 2] = ["connect_timeout", "timeout"];

/// What every recorder that has it is given: nobody in the tests waits for more to come.
const DELAY: (&str, &str) = ("delay", "0s");

/// What some must be told beyond that.
const SPECIAL: [(&str, &str, &str); 4] = [
    // Less is shown of the tests themselves.
    ("console", "events_per_batch", "1"),
    ("console", "traces_per_batch", "1"),
    // The peers talk HTTP/1.1.
    ("otlp", "protocol", "http/protobuf"),
    // Several of them at once.
    ("prometheus", "listen", "127.0.0.1:0"),
];

/// One row of the table.
#[derive(Clone, Copy)]
pub(crate) struct Row(pub(crate) Builtin);

/// Where a recorder can be sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    /// To a peer, by this setting, which wants a certain form.
    Away { transport: Transport, key: &'static str, form: Form },
    /// It stays here, where it has a place in the file system or an address of its own.
    Here { key: &'static str, form: Form },
    /// It goes nowhere.
    Nowhere,
}

/// What the value of a setting looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// `127.0.0.1:0`: any free port.
    AnyPort,
    /// `http://key@host:port/1`.
    Dsn,
    /// A file of its own.
    File,
    /// With a scheme.
    Url,
}

impl Row {
    /// Everywhere that its recorder can be sent.
    pub(crate) fn places(self) -> Vec<Place> {
        let known = self.0.settings();
        if known.contains(&"listen") {
            return vec![Place::Here { key: "listen", form: Form::AnyPort }];
        }
        let mut places = Vec::new();
        for key in known.into_iter().filter(|key| PLACES.contains(key)) {
            let away = Transport::ALL.iter().filter_map(|transport| {
                let form = if key == "dsn" { Form::Dsn } else { Form::Url };
                let peer = Peer::new(*transport, Manner::Dead);
                let known = key != "path" && self.try_open(key, &form.of(&peer), "1s").is_ok();
                known.then_some(Place::Away { transport: *transport, key, form })
            });
            let before = places.len();
            places.extend(away);
            if places.len() == before {
                let form = if key == "path" { Form::File } else { Form::AnyPort };
                places.push(Place::Here { key, form });
            }
        }
        if places.is_empty() { vec![Place::Nowhere] } else { places }
    }

    /// A recorder of this row at a place, which waits so long for an answer; `peer` is there where it is away.
    #[track_caller]
    pub(crate) fn open(self, place: &Place, peer: Option<&Peer>, limit: &str) -> Box<dyn Recorder> {
        let opened = match place {
            Place::Away { key, form, .. } => self.try_open(key, &form.of(peer.expect("it is away")), limit),
            Place::Here { key, form } => self.try_open(key, &form.here(), limit),
            Place::Nowhere => self.try_open("", "", limit),
        };
        opened.unwrap_or_else(|error| panic!("{} at {place:?}: {error}", self.0.name))
    }

    fn try_open(self, key: &'static str, value: &str, limit: &str) -> Result<Box<dyn Recorder>, String> {
        let known = self.0.settings();
        let mut settings = Settings::new(self.0.name);
        if !key.is_empty() {
            settings = settings.with(key, value);
        }
        let limits = LIMITS.map(|key| (key, limit)).into_iter().chain([DELAY]);
        for (key, value) in limits.filter(|(key, _)| known.contains(key)) {
            settings = settings.with(key, value);
        }
        for (_, key, value) in SPECIAL.into_iter().filter(|(name, ..)| *name == self.0.name) {
            settings = settings.with(key, value);
        }
        self.0.open(settings).map_err(|error| error.to_string())
    }
}

impl Form {
    fn of(self, peer: &Peer) -> String {
        match self {
            Form::Dsn => format!("{}/1", peer.url().replace("://", "://0123456789abcdef0123456789abcdef@")),
            _ => peer.url(),
        }
    }

    fn here(self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        match self {
            Form::File => {
                format!("{}/recorders-{}-{number}", env!("CARGO_TARGET_TMPDIR"), std::process::id())
            }
            _ => "127.0.0.1:0".to_owned(),
        }
    }
}
