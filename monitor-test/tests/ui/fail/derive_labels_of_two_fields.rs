use monitor_core::Labels;

#[derive(Labels)]
enum Operation {
    Read(bool, bool),
}

fn main() {}
