use monitor_core::Labels;

#[derive(Labels)]
union Both {
    a: u32,
    b: f32,
}

fn main() {}
