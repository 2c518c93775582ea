//! Nothing secret goes over a bridge.

use monitor_core::field;
use monitor_core::monitored;
use tracing::subscriber::with_default;

use crate::forward::forwarding;
use crate::forward::prometheus;
use crate::log::Log;
use crate::poll::pause;
use crate::poll::poll;

/// A password wherever something is told from, before, between and after the polls.
#[monitored(
    args(text), fields(late), labels(tenant = text, max = 10), ret, err,
    command(system = "mongodb", name = name, collection = text, text = text, status = |error| error.clone()),
)]
async fn run(name: &str, text: &str) -> Result<String, String> {
    field!(late = text);
    pause().await;
    field!(late = text);
    Err(text.to_owned())
}

fn over_both_bridges(name: &str) -> String {
    let (log, recorder) = (Log::default(), prometheus());
    forwarding(&recorder, || {
        with_default(log.subscriber("info"), || {
            let mut running = Box::pin(run(name, "hunter2"));
            while poll(&mut running).is_pending() {}
        });
    });
    format!("{}{}", log.lines().join("\n"), recorder.handle().render())
}

#[test]
fn f67_of_a_sensitive_command_nothing_goes_over_a_bridge() {
    let told = over_both_bridges("saslStart");
    assert!(!told.contains("hunter2"), "{told}");
    assert!(told.contains("db_client_operation_duration") && !told.contains("db_collection_name"), "{told}");
    // The same place tells it of a command that is not sensitive, so that it would have been found.
    assert!(over_both_bridges("find").contains("hunter2"));
}
