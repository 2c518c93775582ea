use monitor_core::event::HeartbeatStarted;
use monitor_core::listener::Listener;
use monitor_core::listener::ServerListener;

#[derive(Listener)]
struct Print;

impl ServerListener for Print {
    fn heartbeat_started(&self, event: &HeartbeatStarted) {
        let _ = event;
    }
}

fn main() {}
