//! The macro that writes the six measured functions with a contestant's attributes on them.

/// Writes the measured functions and `CASES`, which calls them.
///
/// `call`, `failing`, `polled` and `labelled` are the attributes of the sync, `Result`, async and labelled
/// functions; `by_hand` is the macro that wraps each body (`unwrapped` adds nothing), `around` what surrounds
/// each hundred calls.
macro_rules! functions {
    (
        call: { $($call:tt)* }
        failing: { $($failing:tt)* }
        polled: { $($polled:tt)* }
        labelled($tenant:ident): { $($labelled:tt)* }
        by_hand: $by_hand:ident
        around: $around:path
    ) => {
        $($call)*
        #[inline(never)]
        fn leaf(x: u64) -> u64 {
            $by_hand!(call "leaf", $crate::drive::work(x))
        }

        $($failing)*
        #[inline(never)]
        fn failing(x: u64) -> Result<u64, $crate::drive::Refused> {
            $by_hand!(call "failing", $crate::drive::refuse(x))
        }

        $($call)*
        #[inline(never)]
        fn nested(depth: u64, x: u64) -> u64 {
            $by_hand!(call "nested", $crate::drive::work(if depth == 0 { x } else { nested(depth - 1, x) }))
        }

        $($polled)*
        async fn ready(x: u64) -> u64 {
            $by_hand!(polled "ready", $crate::drive::work(x))
        }

        $($polled)*
        async fn yielding(x: u64) -> u64 {
            $by_hand!(polled "yielding", {
                $crate::drive::YieldOnce::default().await;
                $crate::drive::work(x)
            })
        }

        $($labelled)*
        #[inline(never)]
        fn labelled($tenant: &str, x: u64) -> u64 {
            $by_hand!(labelled "labelled", $tenant, $crate::drive::work(x ^ $tenant.len() as u64))
        }

        pub(super) const CASES: $crate::contestant::Cases = $crate::contestant::Cases {
            leaf: Some(|calls| $crate::drive::plain(calls, $around, leaf)),
            failing: Some(|calls| $crate::drive::failing(calls, $around, failing)),
            nested: Some(|calls| $crate::drive::nested(calls, $around, nested)),
            ready: Some(|calls| $crate::drive::polled(calls, $around, ready)),
            yielding: Some(|calls| $crate::drive::polled(calls, $around, yielding)),
            labelled: Some(|calls| $crate::drive::labelled(calls, $around, labelled)),
        };
    };
}

/// The body as it is: for contestants whose attribute does it all.
macro_rules! unwrapped {
    (call $function:literal, $body:expr) => {
        $body
    };
    (polled $function:literal, $body:expr) => {
        $body
    };
    (labelled $function:literal, $tenant:ident, $body:expr) => {
        $body
    };
}

pub(crate) use functions;
pub(crate) use unwrapped;
