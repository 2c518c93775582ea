//! Whatever comes in: nothing panics, nothing grows, and what goes out comes in again.

use std::collections::HashMap;

use monitor_core::Context;
use monitor_core::SpanContext;
use monitor_core::SpanId;
use monitor_core::TraceId;
use monitor_core::Trust;
use monitor_core::propagation::Baggage;
use monitor_core::propagation::TraceFlags;
use monitor_core::propagation::TraceParent;
use monitor_core::propagation::TraceState;
use monitor_core::propagation::XRayHeader;
use monitor_core::propagation::XRaySampled;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::prop_oneof;
use proptest::proptest;

/// Bytes of any kind, more often those that a header of ours has.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..200),
        vec("[0-9a-fA-F=;,%@ \\t\\r\\n_-]", 0..200).prop_map(|parts| parts.concat().into_bytes()),
        "(00|cc|ff|[0-9a-f]{2})-[0-9a-f]{31,33}-[0-9a-f]{15,17}-[0-9a-f]{2}.{0,3}"
            .prop_map(String::into_bytes),
        "([a-z0-9@]{1,9}=[!-~]{0,9}[,;]){0,70}".prop_map(String::into_bytes),
        "(Root|Self|Parent|Sampled|Lineage)=1?-?[0-9a-f]{8}-?[0-9a-f]{8,24};Root=[01?]"
            .prop_map(String::into_bytes),
    ]
}

/// Values as long as a bound allows, and longer.
fn long() -> impl Strategy<Value = Vec<u8>> {
    (1_usize..20_000).prop_map(|length| [b"a=".to_vec(), vec![b'x'; length]].concat())
}

fn span() -> impl Strategy<Value = SpanContext> {
    (1..=u128::MAX, 1..=u64::MAX)
        .prop_map(|(trace, span)| SpanContext::new(TraceId::new(trace), SpanId::new(span)))
}

/// Nothing in a value ends a line, or is more than a header has.
fn is_safe(value: &str, most: usize) -> bool {
    value.len() <= most && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

proptest! {
    #[test]
    fn f66_any_bytes_are_read_without_a_panic_and_within_bounds(lines in vec(prop_oneof![9 => bytes(), 1 => long()], 0..6)) {
        let each = || lines.iter().map(Vec::as_slice);
        for line in each() {
            if let Ok(parent) = TraceParent::parse(line) {
                prop_assert!(parent.context().is_valid());
                prop_assert_eq!(TraceParent::parse(parent.to_string().as_bytes()), Ok(parent));
            }
            if let Ok(header) = XRayHeader::parse(line) {
                prop_assert!(is_safe(&header.to_string(), 2_048));
                prop_assert_eq!(header.to_string().parse(), Ok(header));
            }
        }
        if let Ok(state) = TraceState::parse(each()) {
            prop_assert!(state.len() <= 32 && is_safe(&state.to_header(), 512));
            prop_assert_eq!(state.to_string().parse(), Ok(state));
        }
        if let Ok(baggage) = Baggage::parse(each()) {
            prop_assert!(baggage.len() <= 64 && is_safe(&baggage.to_string(), 8_192));
        }
    }

    #[test]
    fn f66_whatever_a_service_gets_it_sends_headers_that_are_right(
        received in vec(
            (
                prop_oneof!["traceparent", "TraceState", "baggage", "x-amzn-trace-id", "[a-z]{1,9}"],
                prop_oneof![9 => bytes(), 1 => long()],
            ),
            0..6,
        ),
    ) {
        for trust in [Trust::Continue, Trust::Link, Trust::Refuse] {
            for context in [Context::extract(&received, trust), Context::extract_xray(&received, trust)] {
                let mut sent = HashMap::<String, String>::new();
                context.inject(&mut sent);
                context.inject_xray(&mut sent);
                prop_assert!(sent.values().all(|value| is_safe(value, 8_192)), "{:?}", sent);
                let again = Context::extract(&sent, Trust::Continue);
                prop_assert_eq!(again.span(), context.span());
                prop_assert_eq!(again.baggage().len(), context.baggage().len());
            }
        }
    }

    #[test]
    fn a_parent_comes_in_as_it_went_out(span in span(), bits in any::<u8>()) {
        let parent = TraceParent::new(span, TraceFlags::from_bits(bits)).unwrap();
        prop_assert_eq!(parent.to_string().parse(), Ok(parent));
    }

    #[test]
    fn a_state_comes_in_as_it_went_out(members in vec(("[a-z0-9][a-z0-9_*/@-]{0,9}", "[ -+.-<>-~]{0,9}[!-+]"), 0..40)) {
        let mut state = TraceState::default();
        for (key, value) in &members {
            prop_assert_eq!(state.insert(key, value), Ok(()));
            prop_assert_eq!(state.iter().next(), Some((&**key, &**value)));
        }
        prop_assert!(state.len() <= 32);
        prop_assert_eq!(state.to_string().parse(), Ok(state));
    }

    #[test]
    fn f66_baggage_comes_in_as_it_went_out_whatever_the_values_are(
        members in vec(("[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,9}", any::<String>(), option::of("[a-z]{1,3}(=[!-+]{0,3})?")), 0..40),
    ) {
        let mut baggage = Baggage::default();
        for (key, value, properties) in &members {
            let properties = properties.as_deref().unwrap_or_default().replace(['"', ';', ','], "");
            prop_assert_eq!(baggage.insert_with(key, value, &properties), Ok(()));
            prop_assert_eq!((baggage.get(key), baggage.properties(key)), (Some(&**value), &*properties));
        }
        let written = baggage.to_string();
        prop_assert!(is_safe(&written, 8_192), "{}", written);
        let read: Baggage = written.parse().unwrap();
        match written.len() < 6_000 {
            true => prop_assert_eq!(read, baggage),
            // There may not have been room for each.
            false => prop_assert!(read.iter().all(|(key, value)| baggage.get(key) == Some(value))),
        }
    }

    #[test]
    fn the_header_of_aws_comes_in_as_it_went_out(span in span(), which in 0..3_usize) {
        let sampled = [XRaySampled::Ask, XRaySampled::No, XRaySampled::Yes][which];
        let header = XRayHeader::new(span, sampled);
        prop_assert_eq!(header.to_string().parse(), Ok(header.clone()));
        prop_assert_eq!((header.root(), header.parent()), (Some(span.trace_id()), Some(span.span_id())));
    }

    #[test]
    fn f66_what_an_application_sets_never_ends_a_line(key in any::<String>(), value in any::<String>()) {
        let (mut state, mut baggage) = (TraceState::default(), Baggage::default());
        let _ = state.insert(&key, &value);
        let _ = baggage.insert(&key, &value);
        let _ = baggage.insert_with("k", &value, &key);
        prop_assert!(is_safe(&state.to_header(), 512) && is_safe(&baggage.to_string(), 8_192));
    }
}
