//! What is known of a request or a query: the blocks `http` and `sql`, and the name of who was asked.

use serde::Serialize;

use crate::recorders::xray::encode::fields::Unused;
use crate::recorders::xray::encode::name::short;
use crate::redaction::Dialect;
use crate::redaction::parameterise;

/// The longest text of a block, in characters; the service takes no more.
const TEXT: usize = 250;
/// The longest query, in characters.
const QUERY: usize = 4_096;

/// A request and its answer.
#[derive(Debug, Serialize)]
pub(crate) struct Http {
    #[serde(skip_serializing_if = "Request::is_empty")]
    request: Request,
    #[serde(skip_serializing_if = "Response::is_empty")]
    response: Response,
}

#[derive(Debug, Default, PartialEq, Serialize)]
struct Request {
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_ip: Option<String>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
struct Response {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_length: Option<u64>,
}

impl Request {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Response {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The request that a span is about, by OpenTelemetry's names for its parts.
pub(crate) fn http(fields: &mut Unused<'_>) -> Option<Http> {
    let method = fields.text("http.request.method")?;
    let parts = (fields.text("url.scheme"), fields.text("url.path"));
    let url = match (fields.text("url.full"), parts) {
        (Some(url), _) => Some(url.into_owned()),
        // The query is left out: it was no part of what was told by choice.
        (None, (scheme, Some(path))) => {
            let host = fields.look("server.address").map(|address| match fields.look("server.port") {
                Some(port) => format!("{address}:{port}"),
                None => address,
            });
            let scheme = scheme.unwrap_or("http".into());
            Some(host.map_or_else(|| path.to_string(), |host| format!("{scheme}://{host}{path}")))
        }
        (None, (_, None)) => None,
    };
    Some(Http {
        request: Request {
            method: Some(short(method, TEXT)),
            url: url.map(|url| short(url.into(), TEXT)),
            user_agent: fields.text("user_agent.original").map(|agent| short(agent, TEXT)),
            client_ip: fields.text("client.address").map(|address| short(address, TEXT)),
        },
        response: Response {
            status: fields.number("http.response.status_code"),
            content_length: fields.number("http.response.body.size"),
        },
    })
}

/// A query to a database.
#[derive(Debug, Serialize)]
pub(crate) struct Sql {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sanitized_query: Option<String>,
}

impl Sql {
    pub(crate) fn query_mut(&mut self) -> Option<&mut String> {
        self.sanitized_query.as_mut()
    }
}

/// The query that a span is about, by OpenTelemetry's names for its parts. What is a literal in it is told to nobody.
pub(crate) fn sql(fields: &mut Unused<'_>) -> Option<Sql> {
    let system = fields.text("db.system.name")?;
    let dialect = Dialect::of_system(&system);
    let query = fields.text("db.query.text").map(|text| parameterise(&text, dialect));
    let place = (fields.look("server.address"), fields.look("server.port"), fields.look("db.namespace"));
    let url = match place {
        (Some(host), Some(port), Some(name)) => Some(format!("{host}:{port}/{name}")),
        (Some(host), Some(port), None) => Some(format!("{host}:{port}")),
        (Some(host), None, Some(name)) => Some(format!("{host}/{name}")),
        (host, _, None) => host,
        (None, _, name) => name,
    };
    Some(Sql {
        url: url.map(|url| short(url.into(), TEXT)),
        database_type: Some(short(system, TEXT)),
        sanitized_query: query.map(|query| short(query.into(), QUERY)),
    })
}

/// Who was asked: `database@host`, or the host. It is what the service's map shows as a node.
pub(crate) fn asked(fields: &Unused<'_>) -> Option<String> {
    let host = fields.look("peer.service").or_else(|| fields.look("server.address"))?;
    let database = fields.look("db.namespace").filter(|_| fields.look("db.system.name").is_some());
    Some(database.map_or_else(|| host.clone(), |database| format!("{database}@{host}")))
}
