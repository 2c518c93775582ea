//! How each library is put on a function: what `--build` generates crates from.

/// The recipe the others are compared with.
pub(super) const PLAIN: &str = "plain";

/// Attributes and bodies, in which `{name}` stands for the function's name and `{body}` for what it does.
pub(super) struct Recipe {
    /// What the table calls it.
    pub(super) name: &'static str,
    /// The dependencies, as this package names them.
    pub(super) dependencies: &'static [&'static str],
    /// The line above a sync or async function.
    pub(super) attribute: &'static str,
    /// The line above a `Result` function.
    pub(super) failing: &'static str,
    /// What the body becomes.
    pub(super) wrapped: &'static str,
}

/// The libraries, and a plain function.
pub(super) const RECIPES: &[Recipe] = &[
    attributed(PLAIN, &[], ""),
    attributed("ours", &["monitor-core"], "#[monitor_core::monitored]"),
    attributed("tracing", &["tracing"], "#[tracing::instrument(skip_all)]"),
    attributed("fastrace", &["fastrace"], "#[fastrace::trace]"),
    attributed("hotpath", &["hotpath"], "#[hotpath::measure]"),
    attributed("autometrics", &["autometrics"], "#[autometrics::autometrics]"),
    Recipe {
        failing: "#[emit::span(ok_lvl: emit::Level::Info, \"{name}\")]",
        ..attributed("emit", &["emit"], "#[emit::span(\"{name}\")]")
    },
    Recipe {
        failing: "#[tracing::instrument(skip_all, err)]",
        wrapped: BY_MACROS,
        ..attributed("tracing + metrics macros", &["tracing", "metrics"], "#[tracing::instrument(skip_all)]")
    },
];

/// Calls, duration and in-flight through the macros of `metrics`.
const BY_MACROS: &str = r#"metrics::gauge!("calls_concurrent", "function" => "{name}").increment(1.0);
    let started = std::time::Instant::now();
    let value = {body};
    metrics::histogram!("calls_duration", "function" => "{name}").record(started.elapsed());
    metrics::gauge!("calls_concurrent", "function" => "{name}").decrement(1.0);
    if Ending::is_well(&value) {
        metrics::counter!("calls", "function" => "{name}", "outcome" => "ok").increment(1);
    } else {
        metrics::counter!("calls", "function" => "{name}", "outcome" => "error").increment(1);
    }
    value"#;

/// What is built from nothing, and with what.
pub(super) const COLD: &[(&str, &[&str])] = &[
    (PLAIN, &[]),
    ("ours", &["monitor-core"]),
    ("tracing", &["tracing"]),
    ("prometheus-client", &["prometheus-client"]),
    ("emit", &["emit"]),
    ("fastrace", &["fastrace"]),
    ("autometrics", &["autometrics"]),
    ("opentelemetry SDK", &["opentelemetry", "opentelemetry_sdk"]),
    ("metrics + prometheus exporter", &["metrics", "metrics-exporter-prometheus"]),
    (
        "tracing + subscriber + metrics + exporter",
        &["tracing", "tracing-subscriber", "metrics", "metrics-exporter-prometheus"],
    ),
    (
        "tracing + subscriber + OpenTelemetry layer + SDK",
        &["tracing", "tracing-subscriber", "tracing-opentelemetry", "opentelemetry", "opentelemetry_sdk"],
    ),
    ("hotpath", &["hotpath"]),
];

const fn attributed(
    name: &'static str,
    dependencies: &'static [&'static str],
    attribute: &'static str,
) -> Recipe {
    Recipe { name, dependencies, attribute, failing: attribute, wrapped: "{body}" }
}
