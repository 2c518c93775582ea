//! A system that has no thread left.

use std::env;
use std::process::Command;
use std::sync::Arc;
use std::sync::Mutex;

use monitor_core::DropReason;
use monitor_core::Monitor;

use crate::PATIENCE;
use crate::record;
use crate::scripted::Scripted;
use crate::spans;

/// The variable that tells a process that it is the child.
const CHILD: &str = "DELIVERY_CHILD";
/// A stack that no machine has, for each thread that does not ask for one of its own.
const STACK: &str = "70368744177664";

#[test]
fn what_a_recorder_was_to_ship_for_which_there_is_no_thread_is_lost_with_its_reason() {
    if env::var_os(CHILD).is_none() {
        let test =
            "threads::what_a_recorder_was_to_ship_for_which_there_is_no_thread_is_lost_with_its_reason";
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--exact", test, "--nocapture", "--test-threads=1"]);
        let ended = child.env(CHILD, "1").env("RUST_MIN_STACK", STACK).output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
        assert!(String::from_utf8_lossy(&ended.stdout).contains("1 passed"), "{ended:?}");
        return;
    }
    assert!(std::thread::Builder::new().spawn(|| ()).is_err(), "there is a thread");
    let said = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&said);
    let builder = Monitor::builder().recorder(Scripted::default());
    let monitor = builder.notices(move |notice| told.lock().unwrap().push(notice.to_string())).build();
    record(&monitor, 3);
    assert_eq!(monitor.flush(PATIENCE), Ok(()));
    assert_eq!(spans(&monitor).dropped_for(DropReason::ShutDown), 3);
    let said = said.lock().unwrap();
    assert!(said[0].starts_with("recorder `scripted` loses spans (shut_down): the system has no thread "));
    assert_eq!(said.len(), 1);
}
