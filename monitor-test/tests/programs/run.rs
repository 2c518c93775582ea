//! Runs a program: every call is one of an annotated function.

use std::future::Future;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;

use monitor_core::Context;
use monitor_core::FutureExt;
use monitor_core::instrument::UpDownCounter;
use monitor_core::monitored;
use monitor_core::plugin_metric;
use monitor_core::pool::Pool;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::program::Call;
use crate::program::Ending;
use crate::program::Form;
use crate::program::Step;
use crate::witness::Log;
use crate::witness::Witness;
use crate::witness::witness;

/// Commands under way.
static UNDER_WAY: UpDownCounter = UpDownCounter::new("random.under_way").unit("{command}");

/// As told by the program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed;

pub(crate) type Answer = Result<(), Failed>;
type Running = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// What all calls of a program share.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) log: Arc<Log>,
    pub(crate) pool: Pool,
    pub(crate) tasks: Arc<Tasks>,
}

/// How many tasks there are: some go on when nobody waits for them any more.
#[derive(Debug, Default)]
pub(crate) struct Tasks(watch::Sender<usize>);

/// One task, until this is dropped.
struct Task(Arc<Tasks>);

impl Tasks {
    fn begin(self: &Arc<Self>) -> Task {
        self.0.send_modify(|tasks| *tasks += 1);
        Task(Arc::clone(self))
    }

    /// Waits until there is none.
    pub(crate) async fn all_ended(&self) {
        let ended = self.0.subscribe().wait_for(|tasks| *tasks == 0).await.map(|_| ());
        ended.expect("the sender is in `self`");
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.0.send_modify(|tasks| *tasks -= 1);
    }
}

/// Makes a call in a task of its own.
pub(crate) fn spawn(call: Arc<Call>, parent: Option<u32>, world: &World) -> JoinHandle<Answer> {
    let (task, context) = (world.tasks.begin(), Context::current());
    let call = run(call, parent, world.clone()).in_context(context);
    tokio::spawn(async move {
        // The task is over only when the call is.
        let _task = task;
        call.await
    })
}

/// Makes a call.
pub(crate) fn run(call: Arc<Call>, parent: Option<u32>, world: World) -> Running {
    match call.form {
        Form::Async => Box::pin(asynchronous(call, parent, world)),
        Form::Boxed => boxed(call, parent, world),
        Form::Command => Box::pin(command(call, parent, world)),
        Form::Sync => Box::pin(async move { synchronous(&call, parent, &world) }),
    }
}

#[monitored(fields(node = call.id))]
async fn asynchronous(call: Arc<Call>, parent: Option<u32>, world: World) -> Answer {
    let log = Arc::clone(&world.log);
    Witness::new(&log, call.id, parent, body(&call, &world)).await
}

#[monitored(fields(node = call.id))]
fn boxed(call: Arc<Call>, parent: Option<u32>, world: World) -> Running {
    Box::pin(async move {
        let log = Arc::clone(&world.log);
        Witness::new(&log, call.id, parent, body(&call, &world)).await
    })
}

#[monitored(fields(node = call.id), command(system = "random", name = "RUN", request_id = i64::from(call.id)))]
#[plugin_metric(counter = "random.begun.count", on = call)]
#[plugin_metric(counter = "random.well.count", on = ok)]
#[plugin_metric(counter = "random.lost.count", on(cancelled, error, panic))]
async fn command(call: Arc<Call>, parent: Option<u32>, world: World) -> Answer {
    let log = Arc::clone(&world.log);
    let wanted = world.pool.check_out();
    let _used = wanted.checked_out(world.pool.connect().ready());
    let _under_way = UNDER_WAY.enter();
    Witness::new(&log, call.id, parent, body(&call, &world)).await
}

#[monitored(fields(node = call.id))]
fn synchronous(call: &Arc<Call>, parent: Option<u32>, world: &World) -> Answer {
    witness(&world.log, call.id, parent, || {
        for step in &call.steps {
            blocking(step, call.id, world)?;
        }
        end(call.ending)
    })
}

async fn body(call: &Call, world: &World) -> Answer {
    for step in &call.steps {
        let run = |inner: &Arc<Call>| run(Arc::clone(inner), Some(call.id), world.clone());
        match step {
            Step::Abandon(inner, polls) => abandon(run(inner), *polls).await,
            Step::Call(inner) => {
                let _ = caught(run(inner)).await;
            }
            Step::Join(calls) => join(calls.iter().map(run).collect()).await,
            Step::Pause => pause().await,
            Step::Spawn(inner) => {
                let _ = spawn(Arc::clone(inner), Some(call.id), world).await;
            }
            Step::Try(inner) => run(inner).await?,
        }
    }
    end(call.ending)
}

/// What a call that is not async does: the same, one after the other.
fn blocking(step: &Step, parent: u32, world: &World) -> Answer {
    let run = |inner: &Arc<Call>| synchronous(inner, Some(parent), world);
    let calm = |inner: &Arc<Call>| {
        let _ = catch_unwind(AssertUnwindSafe(|| run(inner)));
    };
    match step {
        Step::Abandon(inner, _) | Step::Call(inner) => calm(inner),
        Step::Join(calls) => calls.iter().for_each(calm),
        Step::Pause => thread::yield_now(),
        Step::Spawn(inner) => {
            let context = Context::current();
            thread::scope(|scope| {
                let _ = scope.spawn(|| context.run(|| run(inner))).join();
            });
        }
        Step::Try(inner) => return run(inner),
    }
    Ok(())
}

/// A panic without a message, as the hook would print each.
fn end(ending: Ending) -> Answer {
    match ending {
        Ending::Error => Err(Failed),
        Ending::Ok => Ok(()),
        Ending::Panic => resume_unwind(Box::new("as told")),
    }
}

/// Waits for a call, whose panic goes no further.
async fn caught(mut call: Running) -> Option<Answer> {
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(answer)) => Poll::Ready(Some(answer)),
        Err(_) => Poll::Ready(None),
    })
    .await
}

async fn abandon(call: Running, polls: u8) {
    let mut call = Box::pin(caught(call));
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        // Whatever it waits for, it is asked again.
        context.waker().wake_by_ref();
        call.as_mut().poll(context).map(|_| ())
    })
    .await;
}

async fn join(calls: Vec<Running>) {
    let mut calls: Vec<_> = calls.into_iter().map(|call| Box::pin(caught(call))).collect();
    poll_fn(|context| {
        calls.retain_mut(|call| call.as_mut().poll(context).is_pending());
        if calls.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

async fn pause() {
    let mut paused = false;
    poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
