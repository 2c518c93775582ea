//! The test kit of monitor-core.
