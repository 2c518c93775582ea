use monitor_core::listener::CommandListener;
use monitor_core::listener::Listener;

#[derive(Listener)]
struct Print<T: Send + Sync>(T);

impl<T: Send + Sync + 'static> CommandListener for Print<T> {}

fn main() {}
