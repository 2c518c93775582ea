//! What a scrape shows, in which form.

use std::io::Read;

use flate2::read::GzDecoder;
use monitor_core::Monitor;
use monitor_core::Resource;
use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::instrument::Histogram;
use monitor_core::instrument::UpDownCounter;
use monitor_core::layers::RecorderExt;
use monitor_core::layers::Redact;
use monitor_core::layers::Rename;
use monitor_core::monitored;
use monitor_core::recorders::Prometheus;
use monitor_test::openmetrics::FamilyType;
use monitor_test::openmetrics::parse_text;
use monitor_test::openmetrics::validate;

use crate::client::Scraped;
use crate::protobuf::shown;

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PROTOBUF: &str =
    "application/vnd.google.protobuf; proto=io.prometheus.client.metricfamily; encoding=delimited";
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

#[monitored]
fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

static JOBS: Counter =
    Counter::new("jobs.done").unit("{job}").description("Jobs that \"ended\".\nAll.").labels(&["queue"], 8);
static SENT: Counter = Counter::new("sent.bytes").unit("By");
static LOAD: Gauge = Gauge::new("pool.load").unit("1");
static OPEN: UpDownCounter = UpDownCounter::new("connections.open");
static WAIT: Histogram = Histogram::new("wait.time").unit("ms").buckets(&[1.0, 2.5, 10.0]);

fn work() {
    let _ = (parse("7"), parse("8"), parse("nine"));
    JOBS.add_with(3, &["a \\ \"b\"\nc"]);
    SENT.add(1_000);
    LOAD.set(0.25);
    OPEN.add(5);
    OPEN.add(-7);
    [0.5, 1.0, 2.0, 99.0].into_iter().for_each(|wait| WAIT.record(wait));
}

#[test]
fn a_scrape_in_openmetrics_shows_everything_with_names_units_and_types() {
    let scraped = Scraped::new();
    scraped.monitor.scope(work);
    let reply = scraped.get("/metrics", "Accept: application/openmetrics-text\r\n");
    assert_eq!(reply.header("content-type"), Some(OPENMETRICS));
    let shown = validate(&reply.text()).unwrap();
    let queue = "a \\ \"b\"\nc";
    assert_eq!(shown.value("jobs_done_total", &[("queue", queue)]), Some(3.0));
    assert_eq!(shown.family("jobs_done").unwrap().help, "Jobs that \"ended\".\nAll.");
    assert_eq!(shown.value("sent_bytes_total", &[]), Some(1_000.0));
    assert_eq!(shown.value("pool_load_ratio", &[]), Some(0.25));
    assert_eq!(shown.value("connections_open", &[]), Some(-2.0));
    let wait = shown.family("wait_time_milliseconds").unwrap();
    assert_eq!((wait.family_type, wait.unit.as_str()), (FamilyType::Histogram, "milliseconds"));
    let bucket = |le| shown.value("wait_time_milliseconds_bucket", &[("le", le)]);
    assert_eq!(
        [bucket("1.0"), bucket("2.5"), bucket("10.0"), bucket("+Inf")].map(Option::unwrap),
        [2.0, 3.0, 3.0, 4.0]
    );
    assert_eq!(shown.value("wait_time_milliseconds_sum", &[]), Some(102.5));
    let calls = |outcome, error: &[(&'static str, &'static str)]| {
        let place = [("function", "parse"), ("module", "prometheus::formats"), ("outcome", outcome)];
        let labels = [&place[..], error].concat();
        let count = shown.value("function_calls_total", &labels);
        assert_eq!(count, shown.value("function_calls_duration_seconds_count", &labels));
        count
    };
    assert_eq!(calls("ok", &[]), Some(2.0));
    assert_eq!(calls("error", &[("error_type", "core::num::error::ParseIntError")]), Some(1.0));
}

#[test]
fn the_older_text_format_shows_the_same() {
    let scraped = Scraped::new();
    scraped.monitor.scope(work);
    let reply = scraped.get("/metrics", "");
    assert_eq!(reply.header("content-type"), Some(TEXT));
    let old = parse_text(&reply.text()).unwrap();
    let new = validate(&scraped.get("/metrics", "Accept: application/openmetrics-text\r\n").text()).unwrap();
    assert_eq!(shown(&old), shown(&new));
    assert!(shown(&old).len() > 40);
}

#[test]
fn target_info_says_what_the_resource_says() {
    let prometheus = Prometheus::bind("127.0.0.1:0").unwrap();
    let address = prometheus.address();
    let resource = Resource::default().with("service.name", "shop").with("process.pid", 7);
    let monitor = Monitor::builder().resource(resource).recorder(prometheus).build();
    let scraped = Scraped { monitor, address };
    let new = validate(&scraped.get("/metrics", "Accept: application/openmetrics-text\r\n").text()).unwrap();
    let old = parse_text(&scraped.text()).unwrap();
    assert_eq!(new.family("target").unwrap().family_type, FamilyType::Info);
    for shown in [new, old] {
        let info = shown.samples().find(|sample| sample.name == "target_info").unwrap();
        let label = |name| info.label(name);
        assert_eq!((label("service_name"), label("process_pid"), info.value), (Some("shop"), Some("7"), 1.0));
    }
}

/// Which form `headers` get.
#[track_caller]
fn check(scraped: &Scraped, headers: &str, content_type: &str, packed: bool) {
    let reply = scraped.get("/metrics", headers);
    let is_packed = reply.header("content-encoding") == Some("gzip");
    assert_eq!((reply.header("content-type"), is_packed), (Some(content_type), packed), "{headers}");
    let mut bytes = Vec::new();
    match packed {
        true => assert!(GzDecoder::new(reply.body.as_slice()).read_to_end(&mut bytes).unwrap() > 0),
        false => bytes = reply.body,
    }
    match content_type {
        TEXT => drop(parse_text(std::str::from_utf8(&bytes).unwrap()).unwrap()),
        OPENMETRICS => drop(validate(std::str::from_utf8(&bytes).unwrap()).unwrap()),
        // Judged in `protobuf.rs`; here it is enough that it is no text.
        _ => assert!(bytes[2..].starts_with(b"\x0a") || bytes[1..].starts_with(b"\x0a")),
    }
}

#[test]
fn the_form_follows_from_what_the_scraper_accepts() {
    let scraped = Scraped::new();
    scraped.monitor.scope(work);
    // Prometheus 2.42 with native histograms, and without.
    let native = "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,\
                  application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,\
                  text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\nAccept-Encoding: gzip\r\n";
    let classic = "Accept: application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                   text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\nAccept-Encoding: gzip\r\n";
    check(&scraped, native, PROTOBUF, true);
    check(&scraped, classic, OPENMETRICS, true);
    check(&scraped, "Accept: */*\r\n", TEXT, false);
    check(&scraped, "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n", TEXT, false);
    check(&scraped, "Accept: text/plain;q=0.3, application/openmetrics-text;q=0.2\r\n", TEXT, false);
    check(
        &scraped,
        "Accept: text/plain;q=0.2\r\nAccept: application/openmetrics-text;q=0.3\r\n",
        OPENMETRICS,
        false,
    );
    check(&scraped, "Accept: application/openmetrics-text;q=0, text/plain;q=0.001\r\n", TEXT, false);
    check(&scraped, "Accept: application/openmetrics-text; version=2.0.0\r\n", TEXT, false);
    check(&scraped, "Accept: APPLICATION/OpenMetrics-Text;Version=\"1.0.0\"\r\n", OPENMETRICS, false);
    check(&scraped, "Accept: application/vnd.google.protobuf\r\n", TEXT, false);
    check(&scraped, "Accept: application/openmetrics-text;q=high\r\n", TEXT, false);
    check(&scraped, "Accept: ,;q=1,=;;,\r\n", TEXT, false);
    let escaped = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
    let reply = scraped.get("/metrics", "Accept: text/plain;version=0.0.4;escaping=allow-utf-8\r\n");
    assert_eq!(reply.header("content-type"), Some(escaped));
}

#[test]
fn it_is_packed_where_the_scraper_would_rather_have_that() {
    let scraped = Scraped::new();
    scraped.monitor.scope(work);
    check(&scraped, "Accept-Encoding: gzip\r\n", TEXT, true);
    check(&scraped, "Accept-Encoding: deflate, GZIP;q=0.5\r\n", TEXT, true);
    check(&scraped, "Accept-Encoding: *\r\n", TEXT, true);
    check(&scraped, "Accept-Encoding: gzip;q=0\r\n", TEXT, false);
    check(&scraped, "Accept-Encoding: gzip;q=0.1, identity;q=0.9\r\n", TEXT, false);
    check(&scraped, "Accept-Encoding: br\r\n", TEXT, false);
    let (plain, packed) = (scraped.get("/metrics", ""), scraped.get("/metrics", "Accept-Encoding: gzip\r\n"));
    assert!(packed.body.len() * 3 < plain.body.len());
    assert_eq!(plain.header("vary"), Some("accept, accept-encoding"));
}

#[test]
fn each_scrape_is_fresh() {
    let scraped = Scraped::new();
    for number in 1..=5 {
        scraped.monitor.scope(|| SENT.add(1));
        let shown = parse_text(&scraped.text()).unwrap();
        assert_eq!(shown.value("sent_bytes_total", &[]), Some(f64::from(number)));
    }
}

#[test]
fn f67_layers_change_what_is_scraped_as_they_change_what_is_sent() {
    let prometheus = Prometheus::bind("127.0.0.1:0").unwrap();
    let address = prometheus.address();
    let recorder = prometheus.layer(Redact::new("queue")).layer(Rename::new().prefix("shop."));
    let scraped = Scraped { monitor: Monitor::builder().recorder(recorder).build(), address };
    scraped.monitor.scope(|| JOBS.add_with(3, &["secret"]));
    let shown = parse_text(&scraped.text()).unwrap();
    assert_eq!(shown.value("shop_jobs_done_total", &[("queue", "[redacted]")]), Some(3.0));
    assert!(!scraped.text().contains("secret"));
}
