use monitor_core::Labels;

#[derive(Labels)]
enum Operation {
    Read,
    #[label(rename = "read")]
    Fetch,
}

fn main() {}
