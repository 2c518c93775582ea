use monitor_core::Monitor;
use monitor_core::listener::CommandListener;

struct Print;

impl CommandListener for Print {}

fn main() {
    let _ = Monitor::builder().listener(Print).build();
}
