//! What is said to a request.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::Full;
use hyper::HeaderMap;
use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::body::Incoming;
use hyper::header::ALLOW;
use hyper::header::CACHE_CONTROL;
use hyper::header::CONTENT_ENCODING;
use hyper::header::CONTENT_TYPE;
use hyper::header::HeaderName;
use hyper::header::HeaderValue;
use hyper::header::RETRY_AFTER;
use hyper::header::VARY;
use hyper::header::WWW_AUTHENTICATE;
use hyper::header::X_CONTENT_TYPE_OPTIONS;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::time;

use crate::recorders::prometheus::form::Form;
use crate::recorders::prometheus::form::Packing;
use crate::recorders::prometheus::rules::Rules;
use crate::recorders::prometheus::rules::Verdict;
use crate::recorders::prometheus::scrapes::Scrape;

/// Where requests are answered.
pub(crate) struct Desk {
    pub(crate) rules: Rules,
    pub(crate) scrapes: mpsc::Sender<Scrape>,
    /// All that a connection gets.
    pub(crate) timeout: Duration,
}

type Answer = Response<Full<Bytes>>;

impl Desk {
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        // What the request would say further is never read.
        let (head, _) = request.into_parts();
        Ok(match self.rules.judge(&head) {
            Verdict::Index => index(&self.rules.path),
            Verdict::Refused(status, why) => refused(status, why),
            Verdict::Scrape(form) => self.scrape(form).await,
        })
    }

    async fn scrape(&self, form: Form) -> Answer {
        let (answer, answered) = oneshot::channel();
        if self.scrapes.try_send(Scrape { form, answer }).is_err() {
            return refused(StatusCode::SERVICE_UNAVAILABLE, "Too many scrapes wait.\n");
        }
        // The other half is for writing it.
        match time::timeout(self.timeout / 2, answered).await {
            Ok(Ok(bytes)) => exposition(form, bytes),
            Ok(Err(_)) => {
                refused(StatusCode::SERVICE_UNAVAILABLE, "The monitor is gone, or cannot be read.\n")
            }
            Err(_) => refused(StatusCode::SERVICE_UNAVAILABLE, "Reading the metrics takes too long.\n"),
        }
    }
}

fn exposition(form: Form, bytes: Bytes) -> Answer {
    let mut response = Response::new(Full::new(bytes));
    let headers = response.headers_mut();
    set(headers, CONTENT_TYPE, form.content_type());
    set(headers, VARY, "accept, accept-encoding");
    set(headers, CACHE_CONTROL, "no-store");
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    if form.packing == Packing::Gzip {
        set(headers, CONTENT_ENCODING, "gzip");
    }
    response
}

/// A page that says where the metrics are.
fn index(path: &str) -> Answer {
    let path = path.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let page = format!("<!doctype html><title>Metrics</title><a href=\"{path}\">Metrics</a>\n");
    let mut response = Response::new(Full::new(page.into()));
    set(response.headers_mut(), CONTENT_TYPE, "text/html; charset=utf-8");
    set(response.headers_mut(), X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn refused(status: StatusCode, why: &'static str) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from_static(why.as_bytes())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    set(headers, CONTENT_TYPE, "text/plain; charset=utf-8");
    match status {
        StatusCode::METHOD_NOT_ALLOWED => set(headers, ALLOW, "GET, HEAD"),
        StatusCode::SERVICE_UNAVAILABLE => set(headers, RETRY_AFTER, "1"),
        StatusCode::UNAUTHORIZED => set(headers, WWW_AUTHENTICATE, "Bearer"),
        _ => {}
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
