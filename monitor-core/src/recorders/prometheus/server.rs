//! The endpoint: one thread that serves all connections, each for one request and a limited time.

use std::future::poll_fn;
use std::io;
use std::net;
use std::pin::Pin;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::sync::Semaphore;
use tokio::sync::oneshot;
use tokio::time;
use tokio::time::Instant;

use crate::recorders::prometheus::answer::Desk;

/// The head of a request must be there in this time.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// The most bytes that the head of a request has.
const HEAD_SIZE: usize = 16 * 1024;
/// The most headers that a request has.
const HEADERS: usize = 64;
/// So long, and so much, is read of what the other side still sends: closing before would take back the answer.
const LINGER: (Duration, u64) = (Duration::from_secs(1), 256 * 1024);
/// So many that came too many are told so properly at a time.
const REFUSALS: usize = 64;
/// The system is out of something: it is tried again after this time.
const PAUSE: Duration = Duration::from_millis(50);

/// What they are told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n\
    retry-after: 1\r\nconnection: close\r\ncontent-length: 31\r\n\r\nToo many connections are open.\n";

/// A running endpoint, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves what comes to `listener`, at most so many connections at a time.
    ///
    /// # Errors
    ///
    /// The system has no thread left, or nothing to wait for sockets with.
    pub(crate) fn start(listener: net::TcpListener, desk: Desk, connections: usize) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        listener.set_nonblocking(true)?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (end, mut ended) = oneshot::channel();
        let thread = thread::Builder::new().name("monitor-endpoint".to_owned()).spawn(move || {
            let mut serving = pin!(serve(listener, Arc::new(desk), connections));
            runtime.block_on(poll_fn(|context| match Pin::new(&mut ended).poll(context) {
                Poll::Ready(_) => Poll::Ready(()),
                Poll::Pending => serving.as_mut().poll(context),
            }));
            // Whoever is still connected is not waited for.
            runtime.shutdown_background();
        })?;
        Ok(Self { end: Some(end), thread: Some(thread) })
    }

    /// Whether the thread is still there.
    pub(crate) fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // It waits for nothing but sockets, so that it ends at once; then the address is free.
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, desk: Arc<Desk>, connections: usize) {
    let places = Arc::new(Semaphore::new(connections));
    let refusals = Arc::new(Semaphore::new(REFUSALS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            time::sleep_until(Instant::now() + PAUSE).await;
            continue;
        };
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            let desk = Arc::clone(&desk);
            tokio::spawn(async move {
                connection(stream, desk).await;
                drop(place);
            });
        } else if let Ok(place) = Arc::clone(&refusals).try_acquire_owned() {
            tokio::spawn(async move {
                refuse(stream).await;
                drop(place);
            });
        }
    }
}

/// Answers the one request of a connection, within the time that it has for all.
async fn connection(stream: TcpStream, desk: Arc<Desk>) {
    let limit = desk.timeout;
    let answer = service_fn(move |request| {
        let desk = Arc::clone(&desk);
        async move { desk.answer(request).await }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME.min(limit))
        .max_buf_size(HEAD_SIZE)
        .max_headers(HEADERS)
        .half_close(true)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer);
    // A request that means nothing was answered by the library; there is nothing else to do about it.
    if time::timeout(limit, &mut connection).await.is_ok() {
        linger(connection.into_parts().io.into_inner()).await;
    }
}

async fn refuse(mut stream: TcpStream) {
    if stream.try_write(FULL).is_ok() {
        let _ = stream.shutdown().await;
        linger(stream).await;
    }
}

/// Says that nothing more comes, and waits until the other side has understood.
async fn linger(mut stream: TcpStream) {
    let (limit, most) = LINGER;
    let _ = stream.shutdown().await;
    let mut rest = stream.take(most);
    let _ = time::timeout(limit, async {
        let mut buffer = [0; 4096];
        while rest.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    })
    .await;
}
