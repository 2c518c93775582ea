//! Requests over HTTP, in binary or in JSON.

use prost::Message;

use crate::export::http::Http;
use crate::export::http::HttpHeaders;
use crate::export::http::HttpOptions;
use crate::export::http::HttpUrl;
use crate::recorder::RecorderError;
use crate::recorders::otlp::client::LIMIT;
use crate::recorders::otlp::client::USER_AGENT;
use crate::recorders::otlp::client::Unsent;
use crate::recorders::otlp::config::Options;
use crate::recorders::otlp::encode::Request;
use crate::recorders::otlp::way::Route;
use crate::recorders::otlp_messages::PartialSuccess;
use crate::recorders::otlp_messages::Reply;
use crate::recorders::otlp_messages::Status;

/// What bodies look like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Encoding {
    Json,
    Protobuf,
}

impl Encoding {
    fn content_type(self) -> &'static str {
        match self {
            Encoding::Json => "application/json",
            Encoding::Protobuf => "application/x-protobuf",
        }
    }

    fn encode<R: Request>(self, request: &R) -> Result<Vec<u8>, RecorderError> {
        match self {
            Encoding::Json => {
                serde_json::to_vec(request).map_err(|error| RecorderError::new(error.to_string()))
            }
            Encoding::Protobuf => Ok(request.encode_to_vec()),
        }
    }
}

/// Sends requests of one signal over HTTP.
#[derive(Debug)]
pub(crate) struct OverHttp {
    http: Http,
    url: HttpUrl,
    headers: HttpHeaders,
    encoding: Encoding,
}

impl OverHttp {
    pub(crate) fn new(route: Route, options: &Options, encoding: Encoding) -> Result<Self, RecorderError> {
        let own = HttpHeaders::default().with("user-agent", USER_AGENT);
        let own = own.map_err(|error| RecorderError::new(error.to_string()))?;
        let http = Http::new(HttpOptions {
            compression: route.compression,
            link_local: options.link_local,
            proxy: options.proxy.clone(),
            timeout: route.timeout,
            tls: route.tls,
        });
        Ok(Self { http, url: route.url, headers: route.headers.or(&own), encoding })
    }

    pub(crate) fn send<R: Request>(&mut self, request: &R) -> Result<PartialSuccess, Unsent> {
        let body = self.encoding.encode(request)?;
        if body.len() > LIMIT {
            let message = format!("{}: a request of {} bytes is larger than 64 MiB", self.url, body.len());
            return Err(Unsent::TooLargeForUs(RecorderError::new(message)));
        }
        let answer = self.http.post(&self.url, &self.headers, self.encoding.content_type(), &body)?;
        let too_large = answer.is_too_large();
        let body = answer.success_or(reason).map_err(|error| match too_large {
            true => Unsent::TooLargeForServer(error),
            false => Unsent::Failed(error),
        })?;
        let reply = reply(&body).ok_or_else(|| {
            let message =
                format!("{} answered, but not in OpenTelemetry's protocol: is it another service?", self.url);
            RecorderError::new(message)
        })?;
        Ok(reply.partial_success.unwrap_or_default())
    }
}

/// What a success says, in the form of the request or, as some servers do, always in JSON.
fn reply(body: &[u8]) -> Option<Reply> {
    let in_json = || serde_json::from_slice(body).ok();
    match body.trim_ascii_start().first() {
        None => Some(Reply::default()),
        // In binary its field begins with a line feed and its length, which may be the number of a brace.
        Some(b'{') => in_json().or_else(|| Reply::decode(body).ok()),
        Some(_) => Reply::decode(body).ok(),
    }
}

/// Why a request was refused: a message in either form, or simply text.
fn reason(body: &[u8]) -> String {
    let status = match body.first() {
        Some(b'{') => serde_json::from_slice(body).ok(),
        _ => Status::decode(body).ok(),
    };
    let message = status.map(|status: Status| status.message).filter(|message| !message.is_empty());
    message.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}
