//! Spans that wait, and errors on their way out.

use std::time::Duration;
use std::time::Instant;

use crate::recorders::memory::FinishedSpan;
use crate::recorders::sentry::encode::Tree;
use crate::recorders::sentry::propagated::Propagated;
use crate::recorders::sentry::tests::SERVER;
use crate::recorders::sentry::tests::failed;
use crate::recorders::sentry::tests::of;
use crate::recorders::sentry::tests::span;
use crate::recorders::sentry::tests::text;
use crate::recorders::sentry::tests::with;
use crate::recorders::sentry::waiting::Waiting;

/// The identifiers of each tree's root and of what hangs below it.
fn shapes(trees: &[Tree]) -> Vec<(u64, Vec<u64>)> {
    let id = |span: &FinishedSpan| span.span_id.as_u64();
    trees.iter().map(|tree| (id(&tree.root), tree.spans.iter().map(id).collect())).collect()
}

/// The trees after each of some batches, a second apart.
fn batches(waiting: &mut Waiting, batches: Vec<Vec<FinishedSpan>>) -> Vec<Vec<(u64, Vec<u64>)>> {
    let begin = Instant::now();
    let mut all = Vec::new();
    for (number, batch) in batches.into_iter().enumerate() {
        let now = begin + Duration::from_secs(number as u64);
        batch.into_iter().for_each(|span| waiting.add(span, now));
        all.push(shapes(&waiting.take_ready(now)));
    }
    all
}

#[test]
fn spans_wait_for_their_root() {
    let mut waiting = Waiting::default();
    let trees = batches(
        &mut waiting,
        vec![
            vec![span(1, 3, 2, 20, 30), span(1, 2, 1, 10, 40)],
            // The root comes before a child of its own that another thread ran.
            vec![span(2, 9, 0, 5, 6), span(1, 1, 0, 0, 50), span(1, 4, 1, 45, 48)],
        ],
    );
    assert_eq!(trees, [vec![], vec![(1, vec![2, 3, 4]), (9, vec![])]]);
    assert_eq!(waiting.take_all().len(), 0);
}

#[test]
fn what_another_process_has_called_waits_for_nobody() {
    let called = |id| FinishedSpan { has_remote_parent: true, ..span(1, id, 99, 10, 20) };
    let trees =
        batches(&mut Waiting::default(), vec![vec![span(1, 6, 5, 12, 13), called(5)], vec![called(7)]]);
    assert_eq!(trees, [vec![(5, vec![6])], vec![(7, vec![])]]);
}

#[test]
fn what_answers_a_request_is_a_root_wherever_the_request_came_from() {
    let mut waiting = Waiting::default();
    let server = of(&SERVER, span(1, 5, 4, 10, 20));
    let trees = batches(
        &mut waiting,
        vec![vec![span(1, 6, 5, 12, 13), server, span(1, 4, 1, 5, 30)], vec![span(1, 1, 0, 0, 40)]],
    );
    assert_eq!(trees, [vec![(5, vec![6])], vec![(1, vec![4])]]);
}

#[test]
fn what_ends_after_its_root_is_a_tree_of_its_own() {
    let mut waiting = Waiting::default();
    let late = vec![span(1, 4, 3, 60, 70), span(1, 3, 2, 50, 80)];
    let trees = batches(&mut waiting, vec![vec![span(1, 2, 1, 10, 20), span(1, 1, 0, 0, 30)], late]);
    assert_eq!(trees, [vec![(1, vec![2])], vec![(3, vec![4])]]);
}

#[test]
fn what_has_no_root_waits_for_half_a_minute() {
    let mut waiting = Waiting::default();
    let begin = Instant::now();
    waiting.add(span(1, 4, 3, 60, 70), begin);
    waiting.add(span(1, 3, 2, 50, 80), begin);
    assert_eq!(shapes(&waiting.take_ready(begin + Duration::from_secs(29))), []);
    assert_eq!(shapes(&waiting.take_ready(begin + Duration::from_secs(30))), [(3, vec![4])]);
    assert_eq!(shapes(&waiting.take_all()), []);
}

#[test]
fn f16_no_more_than_so_many_spans_wait_and_go() {
    let (mut waiting, now) = (Waiting::default(), Instant::now());
    // A call that never ends has children all the time.
    for number in 0..20_001_u64 {
        waiting.add(span(1, number + 10, 5, number, number * 2), now);
    }
    let trees = waiting.take_ready(now);
    assert_eq!((trees.len(), waiting.take_lost()), (100, 19_901));
    // Those that took longest.
    assert_eq!(shapes(&trees)[0], (20_010, vec![]));
    for number in 0..5_000_u64 {
        waiting.add(span(2, number + 10, 5, number, number + 1), now);
    }
    waiting.add(span(2, 5, 0, 0, 9_000), now);
    let trees = waiting.take_ready(now);
    assert_eq!((trees[0].spans.len(), trees[0].all, waiting.take_lost()), (1_000, 5_001, 4_000));
    assert_eq!(trees[0].spans[999].span_id.as_u64(), 1_009);
}

#[test]
fn f61_spans_with_long_fields_are_fewer() {
    let (mut waiting, now) = (Waiting::default(), Instant::now());
    let long = text(&"x".repeat(100_000));
    (0..300_u64)
        .for_each(|number| waiting.add(with("long", long.clone(), span(1, number + 10, 5, 0, 1)), now));
    assert_eq!(waiting.take_ready(now).len(), 100);
    assert_eq!((waiting.take_lost(), waiting.take_all().len()), (200, 0));
}

#[test]
fn spans_that_are_each_other_s_parents_are_lost_and_counted() {
    let (mut waiting, now) = (Waiting::default(), Instant::now());
    [span(1, 2, 3, 0, 1), span(1, 3, 2, 0, 1), span(1, 4, 4, 0, 1)]
        .into_iter()
        .for_each(|span| waiting.add(span, now));
    assert_eq!(shapes(&waiting.take_ready(now + Duration::from_secs(60))), []);
    assert_eq!((waiting.take_lost(), waiting.take_lost()), (3, 0));
}

#[test]
fn an_error_is_news_once_on_its_way_out() {
    let mut propagated = Propagated::default();
    let mut check =
        |span: FinishedSpan, expected: bool| assert_eq!(propagated.is_news(&span), expected, "{span:?}");
    check(failed("Io", span(1, 4, 3, 30, 40)), true);
    check(failed("Io", span(1, 3, 2, 20, 50)), false);
    // Another kind of error, made of the first one; then a brother's.
    check(failed("App", span(1, 2, 1, 10, 60)), true);
    check(failed("Io", span(1, 5, 2, 55, 56)), true);
    check(failed("App", span(1, 1, 0, 0, 70)), false);
    // The same identifiers in another trace.
    check(failed("Io", span(2, 3, 2, 20, 50)), true);
}

#[test]
fn f16_of_callers_only_so_many_are_remembered() {
    let mut propagated = Propagated::default();
    for number in 1..=20_001_u64 {
        assert!(propagated.is_news(&failed("Io", span(1, number + 100_000, number, 0, 1))));
    }
    assert!(!propagated.is_news(&failed("Io", span(1, 20_000, 0, 0, 2))));
    // The first ones are forgotten: told twice is better than growing.
    assert!(propagated.is_news(&failed("Io", span(1, 1, 0, 0, 2))));
}

#[test]
fn f16_behind_a_trace_that_waits_others_take_no_memory() {
    let (mut waiting, now) = (Waiting::default(), Instant::now());
    waiting.add(span(1, 2, 1, 0, 1), now);
    for trace in 2..10_000 {
        waiting.add(span(trace, 1, 0, 0, 1), now);
        assert_eq!(waiting.take_ready(now).len(), 1);
        assert!(waiting.places() < 2_000, "{}", waiting.places());
    }
    assert_eq!(waiting.take_ready(now + Duration::from_secs(30)).len(), 1);
}
