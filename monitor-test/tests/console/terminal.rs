//! A real terminal for the program, and one of somebody else's making that reads what comes out of it.

use std::env;
use std::io::Read;
use std::io::Write;
use std::num::NonZero;

use portable_pty::CommandBuilder;
use portable_pty::PtySize;
use portable_pty::native_pty_system;
use vt100::Parser;

use crate::program::ROLE;

pub(crate) const ROWS: u16 = 24;
pub(crate) const COLUMNS: u16 = 80;

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// All that the program writes to its terminal. At `FIRST` the terminal gets the size `resized`, if any.
pub(crate) fn run(role: &str, environment: &[(&str, &str)], resized: Option<(u16, u16)>) -> String {
    let pair = native_pty_system().openpty(size(ROWS, COLUMNS)).unwrap();
    let mut command = CommandBuilder::new(env::current_exe().unwrap());
    command.args(["--exact", "program::plays_its_role", "--nocapture", "--quiet"]);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color");
    command.env(ROLE, role);
    environment.iter().for_each(|(name, value)| command.env(name, value));
    let mut child = pair.slave.spawn_command(command).unwrap();
    // The end comes when nobody has the other side any more.
    drop(pair.slave);
    let (mut reader, mut writer) =
        (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
    let (mut all, mut bytes, mut resized) = (Vec::new(), [0; 4_096], resized);
    // Linux tells the end of it by an error.
    while let Ok(count @ 1..) = reader.read(&mut bytes) {
        all.extend(&bytes[..count]);
        if String::from_utf8_lossy(&all).contains("FIRST")
            && let Some((rows, columns)) = resized.take()
        {
            pair.master.resize(size(rows, columns)).unwrap();
            writer.write_all(b"\n").unwrap();
        }
    }
    assert!(child.wait().unwrap().success(), "{}", String::from_utf8_lossy(&all));
    String::from_utf8(all).unwrap()
}

/// What a terminal shows after the text.
pub(crate) struct Shown {
    parser: Parser,
}

impl Shown {
    /// After everything up to and with `mark`, and its line end.
    #[track_caller]
    pub(crate) fn after(text: &str, mark: &str) -> Self {
        let end = text.find(mark).unwrap_or_else(|| panic!("no {mark} in {text:?}")) + mark.len() + 2;
        let mut parser = Parser::new(NonZero::new(ROWS).unwrap(), NonZero::new(COLUMNS).unwrap(), 0);
        parser.process(&text.as_bytes()[..end.min(text.len())]);
        Self { parser }
    }

    pub(crate) fn rows(&self) -> Vec<String> {
        self.parser.screen().rows(0, COLUMNS).map(|row| row.trim_end().to_owned()).collect()
    }

    /// The lower half, which the view has.
    pub(crate) fn view(&self) -> Vec<String> {
        self.rows().split_off(usize::from(ROWS) / 2)
    }

    /// What the program has said, as far as it is shown.
    pub(crate) fn own(&self) -> Vec<String> {
        let mut own = self.rows();
        own.truncate(usize::from(ROWS) / 2);
        own
    }

    /// Whether the whole terminal scrolls.
    pub(crate) fn scrolls_as_a_whole(mut self) -> bool {
        self.parser.process("\r\n".repeat(usize::from(ROWS) * 2).as_bytes());
        self.parser.process(b"last");
        self.rows().last().is_some_and(|row| row == "last")
    }
}
