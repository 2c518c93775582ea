use monitor_core::monitored;

#[monitored(labels(tenant = tenant, max = 0))]
fn place(tenant: &str) -> usize {
    tenant.len()
}

fn main() {}
