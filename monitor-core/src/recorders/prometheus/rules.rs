//! Which requests are answered: what a request must be before anything is done for it.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::Method;
use hyper::StatusCode;
use hyper::Version;
use hyper::header::AUTHORIZATION;
use hyper::header::CONTENT_LENGTH;
use hyper::header::HOST;
use hyper::header::TRANSFER_ENCODING;
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use subtle::ConstantTimeEq;

use crate::recorders::prometheus::form::Form;
use crate::redaction::Sensitive;

/// What the endpoint answers to whom.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) path: String,
    pub(crate) token: Option<Sensitive<String>>,
    /// Names by which the endpoint may be called, beside those of the loopback interface.
    pub(crate) hosts: Vec<String>,
    /// Whether only the machine itself reaches it: then a page of a browser must not, by a name of its own.
    pub(crate) loopback: bool,
}

/// What becomes of a request.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// A page that says where the metrics are.
    Index,
    Refused(StatusCode, &'static str),
    Scrape(Form),
}

impl Rules {
    /// Judges a request by its head; no body is ever read.
    pub(crate) fn judge(&self, request: &Parts) -> Verdict {
        let bad = |why| Verdict::Refused(StatusCode::BAD_REQUEST, why);
        let headers = &request.headers;
        if request.uri.authority().is_some() || request.uri.scheme().is_some() {
            return bad("This is no proxy: the request's target must be a path.\n");
        }
        if !self.is_called_right(request) {
            return bad(
                "The header Host names something else; the setting `allow_hosts` allows more names.\n",
            );
        }
        if request.method != Method::GET && request.method != Method::HEAD {
            return Verdict::Refused(StatusCode::METHOD_NOT_ALLOWED, "There are GET and HEAD.\n");
        }
        let lengths = headers.get_all(CONTENT_LENGTH).iter();
        if headers.contains_key(TRANSFER_ENCODING) || lengths.into_iter().any(|length| length != "0") {
            return bad("A request has no body here.\n");
        }
        if !self.is_trusted(headers) {
            return Verdict::Refused(
                StatusCode::UNAUTHORIZED,
                "There must be a bearer token, and the right one.\n",
            );
        }
        match request.uri.path() {
            path if path == self.path => Verdict::Scrape(Form::wanted(headers)),
            "/" => Verdict::Index,
            _ => Verdict::Refused(StatusCode::NOT_FOUND, "There is nothing here.\n"),
        }
    }

    /// Whether `Host` is there once and names this endpoint. Names that others give to the loopback interface are
    /// refused: a browser that was given one would let a foreign page read what is here.
    fn is_called_right(&self, request: &Parts) -> bool {
        let mut given = request.headers.get_all(HOST).iter();
        let (host, more) = (given.next(), given.next());
        let Some(host) = host else { return request.version < Version::HTTP_11 };
        let authority = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
        let Some(authority) = authority.filter(|it| more.is_none() && !it.as_str().contains('@')) else {
            return false;
        };
        let name = authority.host().trim_end_matches('.');
        let known = self.hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name) || allowed == "*");
        known || is_loopback(name) || !self.loopback && self.hosts.is_empty()
    }

    fn is_trusted(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (Some(given), None) = (given.next(), given.next()) else { return false };
        let Some((scheme, secret)) = given.to_str().ok().and_then(|given| given.split_once(' ')) else {
            return false;
        };
        let same = bool::from(secret.trim().as_bytes().ct_eq(token.expose().as_bytes()));
        same && scheme.eq_ignore_ascii_case("bearer")
    }
}

fn is_loopback(name: &str) -> bool {
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}
