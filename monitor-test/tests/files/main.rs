//! The recorders that write files, in processes that are killed, that share a file and that have a full disk; and their
//! files before others that read them.

mod full;
mod killed;
mod perfetto;

mod process;
mod shared;
