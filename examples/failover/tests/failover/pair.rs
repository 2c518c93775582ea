//! A PostgreSQL primary and its hot standby, started for one test and gone after it.

use std::ffi::OsStr;
use std::fs;
use std::net::Ipv4Addr;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A primary that waits for its standby before it acknowledges a write.
pub(crate) struct Pair {
    programs: Programs,
    folder: TempDir,
    ports: [u16; 2],
}

/// Where the programs of PostgreSQL are.
#[derive(Clone)]
pub(crate) struct Programs(PathBuf);

impl Programs {
    /// The newest that is installed; says why there is none.
    pub(crate) fn find() -> Result<Self, String> {
        let versions = fs::read_dir(INSTALLED).map_err(|error| format!("{INSTALLED}: {error}"))?;
        let versions = versions.flatten().map(|entry| entry.path().join("bin"));
        let version = |path: &PathBuf| -> Option<u32> {
            path.parent()?.file_name().and_then(OsStr::to_str)?.parse().ok()
        };
        let found = versions.filter(|path| path.join("pg_basebackup").exists()).max_by_key(version);
        found.map(Self).ok_or_else(|| format!("no version of it in {INSTALLED}"))
    }

    /// Runs one of them, which has to do well.
    fn run(&self, program: &str, arguments: &[&dyn AsRef<OsStr>]) {
        self.try_run(program, arguments).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Runs one of them, as a user that the server does not refuse to be.
    fn try_run(&self, program: &str, arguments: &[&dyn AsRef<OsStr>]) -> Result<(), String> {
        let path = self.0.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        let output = command.args(arguments.iter().map(AsRef::as_ref)).current_dir("/").output();
        let output = output.map_err(|error| format!("{program} cannot be run: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

impl Pair {
    /// Makes and starts both.
    pub(crate) fn start(programs: Programs) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            programs.own(folder.path());
        }
        let mut pair = Self { programs, folder, ports: [0; 2] };
        let [primary, standby] = [pair.data(0), pair.data(1)];
        pair.programs.run("initdb", &[&"--no-sync", &"--username=driver", &"--auth=trust", &"-D", &primary]);
        // Given on the command line: the standby must not have it when it is the primary. What was acknowledged is not
        // only kept by the standby but seen by its readers.
        pair.launch(0, " -c synchronous_standby_names='*' -c synchronous_commit=remote_apply");
        let port = pair.ports[0].to_string();
        let from: [&dyn AsRef<OsStr>; 6] =
            [&"--host=127.0.0.1", &"--port", &port, &"--username=driver", &"-D", &standby];
        let how: [&dyn AsRef<OsStr>; 3] = [&"--no-sync", &"--checkpoint=fast", &"--write-recovery-conf"];
        pair.programs.run("pg_basebackup", &[from.as_slice(), &how].concat());
        pair.launch(1, "");
        pair
    }

    /// Both, as the driver is given them.
    pub(crate) fn hosts(&self) -> String {
        self.ports.map(|port| format!("host=127.0.0.1 port={port} user=driver dbname=postgres")).join(", ")
    }

    /// The command that kills one as the power supply would: without a word to its clients.
    pub(crate) fn kill_command(&self, server: usize) -> String {
        let as_user = if is_root() { "runuser -u postgres -- " } else { "" };
        let (bin, data) = (self.programs.0.display(), self.data(server));
        format!("cd / && {as_user}{bin}/pg_ctl -D {} -m immediate stop", data.display())
    }

    /// Kills one so.
    pub(crate) fn kill(&self, server: usize) {
        self.programs.run("pg_ctl", &[&"-D", &self.data(server), &"-m", &"immediate", &"--silent", &"stop"]);
    }

    /// Starts one at a free port; another one where somebody has taken it before the server does.
    fn launch(&mut self, server: usize, settings: &str) {
        let mut said = Vec::new();
        while said.len() < ATTEMPTS {
            let (port, folder) = (free_port(), self.folder.path().display());
            let options = format!("-p {port} -k {folder} -h 127.0.0.1 -F{settings}");
            let (data, log) = (self.data(server), self.folder.path().join(format!("log-{server}")));
            let start: [&dyn AsRef<OsStr>; 9] =
                [&"-D", &data, &"-l", &log, &"-o", &options, &"--silent", &"--wait", &"start"];
            match self.programs.try_run("pg_ctl", &start) {
                Ok(()) => return self.ports[server] = port,
                Err(error) => said.push(error),
            }
        }
        panic!("{said:?}");
    }

    fn data(&self, server: usize) -> PathBuf {
        self.folder.path().join(["primary", "standby"][server])
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for server in [0, 1] {
            // One that was killed has no such file.
            if self.data(server).join("postmaster.pid").exists() {
                self.kill(server);
            }
        }
    }
}

impl Programs {
    fn own(&self, folder: &Path) {
        let owned = Command::new("chown").arg("postgres").arg(folder).status();
        assert!(owned.is_ok_and(|status| status.success()), "there is no user `postgres`");
    }
}

/// A port that nobody has at this moment.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// How many ports are tried.
const ATTEMPTS: usize = 3;

/// Whether this process is root, as whom PostgreSQL does not run: its own files say whose it is.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

const INSTALLED: &str = "/usr/lib/postgresql";
