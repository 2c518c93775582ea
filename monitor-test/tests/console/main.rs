//! The live view of the console in a real terminal, as a terminal of somebody else's making shows it.

mod program;
mod terminal;
mod view;
