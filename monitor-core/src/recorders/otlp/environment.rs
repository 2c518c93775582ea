//! OpenTelemetry's own variables, as settings.

use std::collections::HashMap;
use std::ffi::OsString;

use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::otlp::way::ALL;
use crate::recorders::otlp::way::LOGS;
use crate::recorders::otlp::way::METRICS;
use crate::recorders::otlp::way::TRACES;

/// What all of them begin with.
const PREFIX: &str = "OTEL_EXPORTER_OTLP_";

/// Those that have another name in our settings.
const RENAMED: [(&str, &str); 2] = [
    ("temporality", "METRICS_TEMPORALITY_PREFERENCE"),
    ("histograms", "METRICS_DEFAULT_HISTOGRAM_AGGREGATION"),
];

/// What `variables` say, under the keys of our settings; an empty one says nothing. Those that are about other things are
/// left alone, and so are names that begin like these but are not OpenTelemetry's: other programs of the same machine
/// may know them.
///
/// # Errors
///
/// A value is not UTF-8, or `INSECURE` is no truth value.
pub(crate) fn settings(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Settings, SettingError> {
    let mut said = HashMap::new();
    for (name, value) in variables {
        let Some(name) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let value = value.into_string().map_err(|value| {
            SettingError::new(format!("{PREFIX}{name}"), format!("{value:?} is not UTF-8; write it in UTF-8"))
        })?;
        if !value.trim().is_empty() {
            said.insert(name.to_owned(), value);
        }
    }
    let own = |key: &'static str| (key, key.to_uppercase());
    let keys = [ALL, LOGS, METRICS, TRACES].into_iter().flatten().map(own);
    let renamed = RENAMED.map(|(key, name)| (key, name.to_owned()));
    let mut settings = Settings::new("otlp");
    for (key, name) in keys.chain(renamed) {
        let Some(value) = said.get(&name).or_else(|| shared(&said, &name)) else { continue };
        let scheme = match name.strip_suffix("ENDPOINT") {
            Some(signal) if is_bare(value) => scheme(&said, signal)?,
            _ => "",
        };
        settings.put(key, format!("{scheme}{}", value.trim()), format!("{PREFIX}{name}"));
    }
    Ok(settings)
}

/// Whether an address says nothing about how its server is spoken to.
fn is_bare(address: &str) -> bool {
    !address.contains("://")
}

/// The address of all signals for one signal that has none of its own, but its own word on how servers are spoken to
/// whose address says nothing about it.
fn shared<'a>(said: &'a HashMap<String, String>, name: &str) -> Option<&'a String> {
    let signal = name.strip_suffix("ENDPOINT")?;
    said.get(&format!("{signal}INSECURE"))?;
    said.get("ENDPOINT").filter(|address| is_bare(address))
}

/// How a server is spoken to in gRPC whose address says nothing about it, such as `collector:4317`: encrypted, unless
/// `INSECURE` says otherwise. Over HTTP an address has to say.
fn scheme(said: &HashMap<String, String>, signal: &str) -> Result<&'static str, SettingError> {
    let named = |name: &str| {
        let names = [format!("{signal}{name}"), name.to_owned()];
        names.into_iter().find(|name| said.contains_key(name))
    };
    let protocol = named("PROTOCOL").map(|name| said[&name].trim().to_ascii_lowercase());
    if protocol.as_deref() != Some("grpc") {
        return Ok("");
    }
    let Some(name) = named("INSECURE") else { return Ok("https://") };
    match said[&name].trim() {
        yes if yes.eq_ignore_ascii_case("true") => Ok("http://"),
        no if no.eq_ignore_ascii_case("false") => Ok("https://"),
        other => {
            Err(SettingError::new(format!("{PREFIX}{name}"), format!("`{other}` is not `true` or `false`")))
        }
    }
}
