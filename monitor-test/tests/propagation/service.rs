//! A service that is asked and asks another one.

use std::collections::HashMap;

use monitor_core::Context;
use monitor_core::Monitor;
use monitor_core::Trust;
use monitor_core::monitored;
use monitor_core::recorders::Memory;

pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

/// A service: it works on a request, and asks the next one.
#[monitored(kind = server)]
pub(crate) fn serve() -> HashMap<String, String> {
    let mut headers = HashMap::new();
    Context::current().inject(&mut headers);
    headers
}

/// What the service sends when it has got this.
pub(crate) fn sent(received: Headers<'_>) -> HashMap<String, String> {
    let monitor = Monitor::builder().recorder(Memory::default()).build();
    monitor.scope(|| Context::extract(received, Trust::Continue).run(serve))
}

pub(crate) const TRACE: &str = "12345678901234567890123456789012";
pub(crate) const SPAN: &str = "1234567890123456";

pub(crate) fn parent(flags: &str) -> String {
    format!("00-{TRACE}-{SPAN}-{flags}")
}
