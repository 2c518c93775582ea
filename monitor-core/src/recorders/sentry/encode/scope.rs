//! What is the same in all that a process tells.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::model::FieldValue;
use crate::model::Resource;
use crate::recorders::sentry::encode::text;

/// What the settings say about the process; what they leave open comes from its resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity {
    pub(crate) dist: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) release: Option<String>,
    /// Empty: the server is not named.
    pub(crate) server_name: Option<String>,
    pub(crate) tags: Vec<(String, String)>,
}

/// What is the same in all that a process tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// The version of the program.
    pub(crate) release: Option<String>,
    /// Where it is deployed.
    pub(crate) environment: Option<String>,
    dist: Option<String>,
    server_name: Option<String>,
    contexts: Map<String, Value>,
    tags: Map<String, Value>,
}

impl Scope {
    pub(crate) fn new(identity: &Identity, resource: &Resource) -> Self {
        let found = |name: &str| resource.get(name).map(|value| value.to_string());
        let version = found("service.version");
        // Sentry's own convention for the name of a release.
        let release = identity
            .release
            .clone()
            .or_else(|| version.as_ref().map(|version| format!("{}@{version}", resource.service_name())));
        let environment = identity.environment.clone().or_else(|| found("deployment.environment.name"));
        // What follows the plus sign of a version is the build.
        let build = || Some(version.as_ref()?.split_once('+')?.1.to_owned());
        let tags =
            identity.tags.iter().map(|(name, value)| (text::tag_name(name), json!(text::tag_value(value))));
        let is_told = |(name, value): &(String, Value)| !name.is_empty() && *value != json!("");
        Self {
            release: release.and_then(|release| release_name(&release)),
            environment: environment.and_then(|name| environment_name(&name)),
            dist: identity.dist.clone().or_else(build).and_then(|dist| dist_name(&dist)),
            server_name: identity
                .server_name
                .clone()
                .or_else(|| found("host.name"))
                .map(|name| text::clean(&name, text::SYMBOL))
                .filter(|name| !name.is_empty()),
            contexts: contexts(resource),
            tags: tags.filter(is_told).collect(),
        }
    }

    /// The beginning of an event or transaction: who tells it, with these contexts and tags of its own.
    pub(crate) fn begin(&self, contexts: Map<String, Value>, tags: &[(&str, &str)]) -> Map<String, Value> {
        let mut all_contexts = self.contexts.clone();
        all_contexts.extend(contexts);
        let mut all_tags = self.tags.clone();
        for (name, value) in tags {
            let value = text::tag_value(value);
            if !value.is_empty() {
                all_tags.insert((*name).to_owned(), json!(value));
            }
        }
        let sdk = json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")});
        let mut item = Map::new();
        item.insert("platform".to_owned(), json!("native"));
        item.insert("sdk".to_owned(), sdk);
        item.insert("contexts".to_owned(), Value::Object(all_contexts));
        item.insert("tags".to_owned(), Value::Object(all_tags));
        let named = [
            ("dist", &self.dist),
            ("environment", &self.environment),
            ("release", &self.release),
            ("server_name", &self.server_name),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                item.insert(name.to_owned(), json!(value));
            }
        }
        item
    }
}

/// What Sentry shows of a system: by its own names where it has them, and all that is left in one place.
fn contexts(resource: &Resource) -> Map<String, Value> {
    let mut contexts = Map::new();
    let mut add = |context: &str, names: &[(&str, &str)]| {
        let found = names.iter().filter_map(|(name, attribute)| Some((*name, resource.get(attribute)?)));
        let values = text::fields(found);
        if !values.is_empty() {
            contexts.insert(context.to_owned(), Value::Object(values));
        }
    };
    add("os", &[("name", "os.name"), ("version", "os.version")]);
    add("runtime", &[("name", "process.runtime.name"), ("version", "process.runtime.version")]);
    add("device", &[("arch", "host.arch")]);
    let shown = ["os.name", "os.version", "process.runtime.name", "process.runtime.version", "host.arch"];
    // Who wants the server not to be named does not want it to be named here.
    let hidden = ["host.name", "host.id", "process.command", "process.executable.path"];
    let rest = resource.attributes().filter(|(name, _)| !shown.contains(name) && !hidden.contains(name));
    let rest: Vec<(&str, FieldValue<'_>)> = rest.collect();
    let rest = text::fields(rest.into_iter());
    if !rest.is_empty() {
        contexts.insert("resource".to_owned(), Value::Object(rest));
    }
    contexts
}

/// At most 200 letters, without what Sentry refuses in the name of a release.
fn release_name(name: &str) -> Option<String> {
    let name = text::plain(name, text::NAME, '-', |letter| letter != '/' && letter != '\\');
    let refused = ["", ".", "..", "latest"];
    (!refused.contains(&name.as_str())).then_some(name)
}

/// At most 64 letters, without slashes, and not `none`.
fn environment_name(name: &str) -> Option<String> {
    let name = text::plain(name, 64, '-', |letter| letter != '/');
    (!name.is_empty() && !name.eq_ignore_ascii_case("none")).then_some(name)
}

fn dist_name(name: &str) -> Option<String> {
    let name = text::plain(name, 64, '-', |letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter));
    (!name.is_empty()).then_some(name)
}
