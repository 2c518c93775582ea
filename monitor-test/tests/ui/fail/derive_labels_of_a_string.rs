use monitor_core::Labels;

#[derive(Labels)]
struct Tenant {
    name: String,
}

fn main() {}
