//! A tower service and a layer around it, annotated as they are: no signature changes, whatever stands between them.
//!
//! `cargo run -p examples --example tower_service` prints one tree a request: the layer, the service, and how each
//! ended. A request that takes too long is cancelled by tower's own `Timeout`, and shows as that.

use std::future::Future;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::monitored;
use monitor_core::recorders::Console;
use tower::BoxError;
use tower::Layer;
use tower::Service;
use tower::ServiceBuilder;
use tower::ServiceExt;
use tower::timeout::TimeoutLayer;

/// Answers with the text in capitals, after as many milliseconds as it has letters.
#[derive(Clone)]
struct Shout;

#[monitored]
impl Service<String> for Shout {
    type Response = String;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<String, BoxError>> + Send>>;

    #[monitored(skip)]
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: String) -> Self::Future {
        Box::pin(async move {
            if request.is_empty() {
                return Err("there is nothing to shout".into());
            }
            tokio::time::sleep(Duration::from_millis(request.len() as u64)).await;
            Ok(request.to_uppercase())
        })
    }
}

/// Lets a request through unless it is too long to be polite.
#[derive(Clone)]
struct Polite<S> {
    inner: S,
}

#[monitored(name = "Polite", err)]
impl<S> Service<String> for Polite<S>
where
    S: Service<String, Response = String, Error = BoxError> + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = String;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<String, BoxError>> + Send>>;

    #[monitored(skip)]
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    #[monitored(fields(length = request.len()))]
    fn call(&mut self, request: String) -> Self::Future {
        if request.len() > 1_000 {
            return Box::pin(async { Err("that is too long".into()) });
        }
        let answer = self.inner.call(request);
        Box::pin(answer)
    }
}

struct PoliteLayer;

impl<S> Layer<S> for PoliteLayer {
    type Service = Polite<S>;

    fn layer(&self, inner: S) -> Polite<S> {
        Polite { inner }
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let monitor = Monitor::builder().recorder(Console::default()).install()?;
    let service = ServiceBuilder::new()
        .layer(PoliteLayer)
        .layer(TimeoutLayer::new(Duration::from_millis(50)))
        .service(Shout);
    for request in ["hello", "", &"wait ".repeat(40), &"long ".repeat(400)] {
        let answer = service.clone().oneshot(request.to_owned()).await;
        println!("{:?}", answer.map_err(|error| error.to_string()));
    }
    let snapshot = monitor.snapshot();
    for name in ["Polite::call", "Shout::call"] {
        let calls = snapshot.function(name).ok_or("no such call")?;
        let ended = |outcome| calls.ended(outcome);
        let [ok, error, cancelled] = [Outcome::Ok, Outcome::Error, Outcome::Cancelled].map(ended);
        println!("{name}: {ok} ok, {error} error, {cancelled} cancelled");
    }
    Ok(())
}
