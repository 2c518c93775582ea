//! Stands for the live view where that is not compiled.

use std::convert::Infallible;
use std::io;

use crate::metric::Snapshot;
use crate::recorders::Console;
use crate::recorders::memory::FinishedSpan;

/// Says that there is no view to turn on.
pub(crate) fn asked_for(_: Console) -> Result<Console, String> {
    Err("there is no live view in this build; add the feature `console_live` of `monitor-core`".to_owned())
}

/// A view that there is none of.
#[derive(Debug)]
pub(crate) struct Live(Infallible);

impl Live {
    pub(crate) fn trace(&mut self, _: Vec<FinishedSpan>) {
        match self.0 {}
    }

    pub(crate) fn show(&mut self, _: &Snapshot) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn draw(&mut self) -> io::Result<()> {
        match self.0 {}
    }
}
