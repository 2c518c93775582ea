use monitor_core::monitored;

#[monitored(labels(tenant = tenant))]
fn place(tenant: String) -> usize {
    tenant.len()
}

fn main() {}
