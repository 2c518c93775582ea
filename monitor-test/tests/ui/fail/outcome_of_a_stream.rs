use monitor_core::monitored;

#[monitored(outcome = classify)]
fn place() -> impl futures_core::Stream<Item = u32> {
    Rows
}

#[monitored(ret)]
fn find() -> std::pin::Pin<Box<dyn futures_core::Stream<Item = u32> + Send>> {
    Box::pin(Rows)
}

struct Rows;

impl futures_core::Stream for Rows {
    type Item = u32;
    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<u32>> {
        std::task::Poll::Ready(None)
    }
}

fn main() {}
