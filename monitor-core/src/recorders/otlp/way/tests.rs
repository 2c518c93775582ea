use std::ffi::OsString;
use std::time::Duration;

use super::Signal;
use crate::export::http::HttpProxy;
use crate::model::Signals;
use crate::recorder::Recorder;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::Otlp;
use crate::recorders::otlp::Histograms;
use crate::recorders::otlp::Temporality;

/// As the environment and the settings say.
fn opened(variables: &[(&str, &str)], settings: &[(&str, &str)]) -> Result<Otlp, SettingError> {
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let mut otlp = Otlp::from_variables(variables)?;
    let mut said = settings.iter().fold(Settings::new("otlp"), |all, (key, value)| all.with(key, *value));
    otlp.heed(&mut said)?;
    Ok(otlp)
}

/// Where traces, metrics and logs go, and in which form.
#[track_caller]
fn check(variables: &[(&str, &str)], settings: &[(&str, &str)], expected: [&str; 3]) {
    let options = opened(variables, settings).unwrap().options;
    let place = |signal| options.ways.route(&options.environment, signal).unwrap().url.to_string();
    assert_eq!([Signal::Traces, Signal::Metrics, Signal::Logs].map(place), expected);
}

#[track_caller]
fn check_error(variables: &[(&str, &str)], settings: &[(&str, &str)], expected: &str) {
    assert_eq!(opened(variables, settings).unwrap_err().to_string(), expected);
}

#[test]
fn a_server_gets_a_path_for_each_signal_and_a_signal_its_own_url_as_it_is() {
    let at = |base: &str| ["traces", "metrics", "logs"].map(|signal| format!("{base}/v1/{signal}"));
    let [traces, metrics, logs] = &at("http://localhost:4318");
    check(&[], &[], [traces, metrics, logs]);
    check(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")], &[("endpoint", " ")], [traces, metrics, logs]);
    let [traces, metrics, logs] = &at("https://host/base");
    check(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://host/base/")], &[], [traces, metrics, logs]);
    let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://other:1");
    check(
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://host/base"), own],
        &[],
        ["http://other:1", metrics, logs],
    );
}

#[test]
fn what_is_said_to_us_goes_before_what_is_said_to_all() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:1"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b:2"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "DELTA"),
        ("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "Explicit_Bucket_Histogram"),
        ("OTEL_SERVICE_NAME", "about something else"),
        ("OTEL_EXPORTER_OTLP_UNKNOWN", "about something else"),
    ];
    check(&variables, &[], ["http://b:2", "http://a:1/v1/metrics", "http://a:1/v1/logs"]);
    let said = [("endpoint", "http://c:3")];
    check(&variables, &said, ["http://c:3/v1/traces", "http://c:3/v1/metrics", "http://c:3/v1/logs"]);
    let said = [("logs_endpoint", "http://d:4")];
    check(&variables, &said, ["http://b:2", "http://a:1/v1/metrics", "http://d:4"]);
    let options = opened(&variables, &[]).unwrap().options;
    let route = options.ways.route(&options.environment, Signal::Logs).unwrap();
    assert_eq!(route.timeout, Duration::from_millis(1_500));
    assert_eq!((options.temporality, options.histograms), (Temporality::Delta, Histograms::Explicit));
    let said = [("temporality", "cumulative"), ("histograms", "exponential"), ("timeout", "2s")];
    let options = opened(&variables, &said).unwrap().options;
    assert_eq!((options.temporality, options.histograms), (Temporality::Cumulative, Histograms::Exponential));
    let route = options.ways.route(&options.environment, Signal::Logs).unwrap();
    assert_eq!(route.timeout, Duration::from_secs(2));
}

#[test]
fn headers_are_those_of_the_environment() {
    let variables =
        [("OTEL_EXPORTER_OTLP_HEADERS", "x=a%20b,y=2"), ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "z=3")];
    let options = opened(&variables, &[]).unwrap().options;
    let headers = |signal| {
        let headers = options.ways.route(&options.environment, signal).unwrap().headers;
        let told = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            format!("{name}={}", value.to_str().unwrap())
        };
        headers.iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(headers(Signal::Traces), ["x=a b", "y=2"]);
    assert_eq!(headers(Signal::Metrics), ["z=3"]);
}

#[test]
fn the_rest_of_the_settings_is_heeded() {
    let said = [("only", "spans, events"), ("proxy", "direct"), ("link_local", "allowed")];
    let otlp = opened(&[], &said).unwrap();
    assert_eq!(otlp.signals(), Signals::SPANS | Signals::EVENTS);
    assert_eq!(otlp.options.proxy, HttpProxy::Direct);
    assert_eq!(opened(&[], &[]).unwrap().signals(), Signals::ALL);
}

#[test]
fn a_value_that_means_nothing_is_told_with_variable_value_and_what_is_expected() {
    let variable = |name, value, expected| check_error(&[(name, value)], &[], expected);
    variable(
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "http",
        "OTEL_EXPORTER_OTLP_PROTOCOL: `http` is not `http/protobuf`, `http/json` or `grpc`",
    );
    variable(
        "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT",
        "-1",
        "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: `-1` is not a duration such as `10s`, or a number of milliseconds, above zero",
    );
    variable(
        "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION",
        "zstd",
        "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: `zstd` is not `gzip` or `none`",
    );
    variable(
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
        "both",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: `both` is not `cumulative`, `delta` or `lowmemory`",
    );
    check_error(
        &[],
        &[("only", "spans,logs")],
        "otlp.only: `spans,logs` is not `spans`, `metrics`, `events`, or several of them joined by commas",
    );
}

#[test]
fn f67_what_may_be_secret_is_not_told() {
    let url = "`http://localhost:4318` or `https://collector.example/path`";
    check_error(
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://me:secret@host")],
        &[],
        &format!("OTEL_EXPORTER_OTLP_ENDPOINT: the value is not a URL such as {url}"),
    );
    let error = opened(&[("OTEL_EXPORTER_OTLP_HEADERS", "key secret")], &[]).unwrap_err().to_string();
    assert!(error.starts_with("OTEL_EXPORTER_OTLP_HEADERS: the value is not `name=value`"), "{error}");
    let otlp = opened(&[("OTEL_EXPORTER_OTLP_HEADERS", "key=secret")], &[("endpoint", "http://a:secret@b")])
        .unwrap();
    assert!(!format!("{otlp:?}").contains("secret"));
}

#[test]
fn f38_a_certificate_and_its_key_come_together() {
    check_error(
        &[],
        &[("client_certificate", "a.pem")],
        "otlp.client_certificate: needs `client_key` as well, the file with its key",
    );
    check_error(
        &[],
        &[("logs_client_key", "a.key")],
        "otlp.logs_client_key: needs `logs_client_certificate` as well, whose key it is",
    );
    let both = [
        ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "a.pem"),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "a.key"),
        ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "ca.pem"),
    ];
    let options = opened(&both, &[]).unwrap().options;
    let tls = |signal| options.ways.route(&options.environment, signal).unwrap().tls;
    let ours = crate::export::http::TlsFiles::default().client("a.pem", "a.key");
    assert_eq!(tls(Signal::Logs), ours);
    // What is not said of one signal is what is said of all.
    assert_eq!(tls(Signal::Traces), ours.certificate("ca.pem"));
}

/// Every variable that the specification has for the exporter.
#[test]
fn every_variable_of_opentelemetry_is_obeyed_or_told() {
    let keys = ["ENDPOINT", "CERTIFICATE", "CLIENT_KEY", "HEADERS", "COMPRESSION", "TIMEOUT", "PROTOCOL"];
    let of_signals =
        ["", "TRACES_", "METRICS_", "LOGS_"].map(|signal| keys.map(|key| format!("{signal}{key}")));
    let more = ["METRICS_TEMPORALITY_PREFERENCE", "METRICS_DEFAULT_HISTOGRAM_AGGREGATION"].map(str::to_owned);
    for name in of_signals.into_iter().flatten().chain(more) {
        let name = format!("OTEL_EXPORTER_OTLP_{name}");
        match opened(&[(&name, "no such thing")], &[]) {
            Err(error) => assert!(error.to_string().starts_with(&format!("{name}: ")), "{error}"),
            // Any text is the name of a file.
            Ok(otlp) => {
                assert!(name.ends_with("CERTIFICATE") && format!("{otlp:?}").contains("no such thing"))
            }
        }
    }
}

#[cfg(feature = "otlp_grpc")]
#[test]
fn an_address_of_grpc_may_say_nothing_of_encryption() {
    let grpc = |more: &[(&str, &str)], expected: [&str; 3]| {
        let all = [&[("OTEL_EXPORTER_OTLP_PROTOCOL", "GRPC")], more].concat();
        check(&all, &[], expected);
    };
    grpc(&[], ["http://localhost:4317"; 3]);
    grpc(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://host:4317")], ["http://host:4317"; 3]);
    let address = ("OTEL_EXPORTER_OTLP_ENDPOINT", "host:4317");
    grpc(&[address], ["https://host:4317"; 3]);
    grpc(&[address, ("OTEL_EXPORTER_OTLP_INSECURE", "True")], ["http://host:4317"; 3]);
    // One signal has its own word on it, although the address is that of all.
    let traces = ("OTEL_EXPORTER_OTLP_TRACES_INSECURE", "true");
    grpc(&[address, traces], ["http://host:4317", "https://host:4317", "https://host:4317"]);
    let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "other:1");
    grpc(&[address, traces, own], ["http://other:1", "https://host:4317", "https://host:4317"]);
    // An address that says it is believed.
    grpc(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://host:4317"), traces], ["https://host:4317"; 3]);
    check_error(
        &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), address, ("OTEL_EXPORTER_OTLP_INSECURE", "yes")],
        &[],
        "OTEL_EXPORTER_OTLP_INSECURE: `yes` is not `true` or `false`",
    );
}

#[cfg(feature = "otlp_grpc")]
#[test]
fn f40_a_proxy_that_grpc_cannot_go_through_is_an_error() {
    let proxy = ("proxy", "https://me:secret@proxy.example:3128");
    let error = "otlp.proxy: gRPC goes through no encrypted proxy, such as https://proxy.example:3128; `http/protobuf` does";
    check_error(&[("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "grpc")], &[proxy], error);
    assert!(opened(&[], &[proxy]).is_ok());
    assert!(opened(&[], &[("protocol", "grpc"), ("proxy", "http://proxy.example:3128")]).is_ok());
}

#[cfg(not(feature = "otlp_grpc"))]
#[test]
fn a_protocol_that_is_not_in_the_build_is_an_error_that_names_the_feature() {
    check_error(
        &[],
        &[("protocol", "grpc")],
        "otlp.protocol: `grpc` is not in this build; add the feature `otlp_grpc`, or say `http/protobuf`, `http/json` or `grpc`",
    );
}
