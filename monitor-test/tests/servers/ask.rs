//! Questions to a server over HTTP.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

static AGENT: LazyLock<Agent> = LazyLock::new(|| {
    let config =
        Agent::config_builder().timeout_global(Some(Duration::from_secs(30))).http_status_as_error(true);
    config.build().into()
});

/// The answer to a GET, with these parameters and headers.
pub(crate) fn get(url: &str, query: &[(&str, &str)], headers: &[(&str, &str)]) -> Result<String, String> {
    let mut request = AGENT.get(url).query_pairs(query.iter().copied());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.call().and_then(|mut answer| answer.body_mut().read_to_string());
    answer.map_err(|error| format!("{url}: {error}"))
}

/// The same where the answer is JSON.
pub(crate) fn get_json(url: &str, query: &[(&str, &str)], headers: &[(&str, &str)]) -> Result<Value, String> {
    parse(url, &get(url, query, headers)?)
}

/// The answer to a POST of JSON.
pub(crate) fn post_json(url: &str, headers: &[(&str, &str)], body: &Value) -> Result<Value, String> {
    let mut request = AGENT.post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send_json(body).and_then(|mut answer| answer.body_mut().read_to_string());
    parse(url, &answer.map_err(|error| format!("{url}: {error}"))?)
}

fn parse(url: &str, answer: &str) -> Result<Value, String> {
    serde_json::from_str(answer).map_err(|error| format!("{url}: {error} in {answer}"))
}
