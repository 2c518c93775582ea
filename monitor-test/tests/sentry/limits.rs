//! What the server wants to hear nothing of is not sent, and counted.

use std::time::Duration;

use monitor_core::DropReason;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::Span;
use monitor_test::loopback::Manner;
use monitor_test::loopback::Peer;
use monitor_test::loopback::Response;

use crate::PATIENCE;
use crate::monitor;
use crate::received::received;
use crate::sentry;

/// A peer that answers so.
fn answering(status: u16, header: &str, value: &str) -> Peer {
    Peer::http(Manner::Answering(Response::new(status).header(header, value)))
}

fn fail(monitor: &Monitor, times: u32) {
    monitor.scope(|| (0..times).for_each(|_| Span::start("failing").end(Outcome::Error)));
    monitor.flush(PATIENCE).unwrap();
}

#[test]
fn a_limit_holds_for_its_category_alone_and_what_is_dropped_for_it_is_reported() {
    let peer = answering(200, "X-Sentry-Rate-Limits", "3600:transaction:key");
    let monitor = monitor(sentry(&peer));
    fail(&monitor, 3);
    fail(&monitor, 2);
    let told = received(&peer);
    // The first answer comes before the first transaction would be sent.
    assert_eq!((told.events.len(), told.transactions.len()), (5, 0));
    let account = &monitor.accounts()[0];
    assert_eq!((account.exported, account.dropped_for(DropReason::Rejected)), (0, 5), "{account:?}");
    assert!(
        account.last_error.as_deref().unwrap().contains("takes nothing of `transaction` for"),
        "{account:?}"
    );
    let lost = |category: &str| -> u64 {
        let mine =
            told.losses.iter().filter(|(reason, it, _)| reason == "ratelimit_backoff" && it == category);
        mine.map(|(.., quantity)| quantity).sum()
    };
    assert_eq!((lost("transaction"), lost("span"), lost("error")), (5, 5, 0));
}

#[test]
fn f35_after_a_refusal_for_too_much_nothing_is_sent_for_as_long_as_it_says() {
    for (header, value) in
        [("Retry-After", "3600"), ("Retry-After", "soon"), ("X-Sentry-Rate-Limits", "60::key")]
    {
        let peer = answering(429, header, value);
        let monitor = monitor(sentry(&peer));
        fail(&monitor, 3);
        fail(&monitor, 3);
        assert_eq!(peer.collected().requests.len(), 1, "{header}: {value}");
        let account = &monitor.accounts()[0];
        assert_eq!((account.recorded, account.exported, account.dropped()), (6, 0, 6), "{account:?}");
    }
}

#[test]
fn f34_what_is_refused_for_good_is_not_sent_again() {
    // Where the key or the project is wrong it is for all of them. The last request reports what was lost.
    for (status, requests) in [(400, 7), (413, 7), (401, 2), (403, 2), (404, 2)] {
        let peer = answering(status, "X-Nothing", "");
        let monitor = monitor(sentry(&peer).timeout(Duration::from_secs(9)));
        fail(&monitor, 3);
        assert_eq!(peer.collected().requests.len(), requests, "{status}");
        let account = &monitor.accounts()[0];
        assert_eq!((account.exported, account.dropped()), (0, 3), "{status}: {account:?}");
        let error = account.last_error.as_deref().unwrap();
        assert!(error.contains(&status.to_string()) && !error.contains(crate::KEY), "{error}");
    }
}
