use monitor_core::monitored;

#[monitored(labels(tenant))]
fn place(tenant: &str) -> usize {
    tenant.len()
}

fn main() {}
