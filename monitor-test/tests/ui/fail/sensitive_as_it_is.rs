use monitor_core::monitored;
use monitor_core::redaction::Sensitive;

#[monitored(args(password))]
fn log_in(password: &Sensitive<String>) {}

#[monitored(labels(tenant = tenant, max = 10))]
fn labelled(tenant: &Sensitive<String>) {}

fn main() {}
