use monitor_core::listener::Listener;

#[derive(Listener)]
struct Deaf;

fn main() {}
