//! Random programs: calls that nest, meet, part, fail, panic and are abandoned.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use proptest::collection::vec;
use proptest::prelude::BoxedStrategy;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prop_oneof;

/// One call of an annotated function, and what it does before it ends.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Unlike that of any other call of the program.
    pub(crate) id: u32,
    pub(crate) form: Form,
    pub(crate) ending: Ending,
    pub(crate) steps: Vec<Step>,
}

/// What kind of function is called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    Async,
    Boxed,
    /// A driver's command, async, over a connection of a pool.
    Command,
    /// Not async, and so is everything below it.
    Sync,
}

/// How a call ends, where nothing below it ends it before.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    Error,
    Ok,
    Panic,
}

/// What a call does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Polls a call so often, and drops it.
    Abandon(Arc<Call>, u8),
    /// Makes a call and goes on, however it ends.
    Call(Arc<Call>),
    /// Makes calls side by side.
    Join(Vec<Arc<Call>>),
    /// Lets others run.
    Pause,
    /// Makes a call in a task or on a thread of its own, and waits for it.
    Spawn(Arc<Call>),
    /// Makes a call, and ends as it ends unless it ends well.
    Try(Arc<Call>),
}

/// Any program.
pub(crate) fn programs() -> impl Strategy<Value = Arc<Call>> {
    calls().prop_map(|mut call| {
        number(&mut call, &AtomicU32::new(0));
        call
    })
}

fn calls() -> BoxedStrategy<Arc<Call>> {
    let leaf = (forms(), endings(), vec(Just(Step::Pause), 0..4)).prop_map(call);
    let inner =
        leaf.prop_recursive(5, 64, 4, |inner| (forms(), endings(), vec(steps(inner), 0..5)).prop_map(call));
    (forms(), endings(), vec(steps(inner), 1..5)).prop_map(call).boxed()
}

fn call((form, ending, steps): (Form, Ending, Vec<Step>)) -> Arc<Call> {
    Arc::new(Call { id: 0, form, ending, steps })
}

fn forms() -> impl Strategy<Value = Form> {
    prop_oneof![
        3 => Just(Form::Async),
        2 => Just(Form::Boxed),
        3 => Just(Form::Command),
        1 => Just(Form::Sync),
    ]
}

fn endings() -> impl Strategy<Value = Ending> {
    prop_oneof![4 => Just(Ending::Ok), 1 => Just(Ending::Error), 1 => Just(Ending::Panic)]
}

fn steps(calls: impl Strategy<Value = Arc<Call>> + Clone + 'static) -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (calls.clone(), 0..6_u8).prop_map(|(call, polls)| Step::Abandon(call, polls)),
        1 => calls.clone().prop_map(Step::Call),
        1 => vec(calls.clone(), 2..4).prop_map(Step::Join),
        1 => Just(Step::Pause),
        1 => calls.clone().prop_map(Step::Spawn),
        1 => calls.prop_map(Step::Try),
    ]
}

/// Gives each call a number of its own.
fn number(call: &mut Arc<Call>, next: &AtomicU32) {
    let call = Arc::make_mut(call);
    call.id = next.fetch_add(1, Ordering::Relaxed);
    for step in &mut call.steps {
        match step {
            Step::Abandon(call, _) | Step::Call(call) | Step::Spawn(call) | Step::Try(call) => {
                number(call, next)
            }
            Step::Join(calls) => calls.iter_mut().for_each(|call| number(call, next)),
            Step::Pause => {}
        }
    }
}
