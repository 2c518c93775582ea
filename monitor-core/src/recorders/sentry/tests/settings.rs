//! Settings: what they mean, and what is said where they mean nothing.

use std::time::Duration;

use crate::model::Resource;
use crate::recorder::Recorder;
use crate::recorder::Settings;
use crate::recorders::Sentry;
use crate::recorders::sentry::Dsn;
use crate::recorders::sentry::config::open;
use crate::recorders::sentry::encode::Identity;
use crate::recorders::sentry::encode::Scope;
use crate::recorders::sentry::tests::CLIENT;
use crate::recorders::sentry::tests::PLAIN;

#[track_caller]
fn check_dsn(text: &str, expected: Result<&str, &str>) {
    let dsn = text.parse::<Dsn>();
    let url = dsn.as_ref().map(|dsn| dsn.url().to_string()).map_err(ToString::to_string);
    let problem = |problem: &str| format!("{problem}; a DSN looks like `https://key@host/1`");
    assert_eq!(url, expected.map(str::to_owned).map_err(problem), "{text}");
}

#[test]
fn a_dsn_says_where_envelopes_go() {
    check_dsn("https://abc@sentry.example/42", Ok("https://sentry.example/api/42/envelope/"));
    check_dsn(" http://abc:def@127.0.0.1:9000/7/ ", Ok("http://127.0.0.1:9000/api/7/envelope/"));
    check_dsn(
        "https://abc@o1.ingest.sentry.io/a/b/42",
        Ok("https://o1.ingest.sentry.io/a/b/api/42/envelope/"),
    );
    check_dsn("http://a-b@[::1]:80/1", Ok("http://[::1]:80/api/1/envelope/"));
}

#[test]
fn a_wrong_dsn_is_refused_with_the_reason() {
    check_dsn("", Err("no `https://` at the beginning"));
    check_dsn("abc@host/1", Err("no `https://` at the beginning"));
    check_dsn("ftp://abc@host/1", Err("the scheme is neither `http` nor `https`"));
    check_dsn("https://host/1", Err("no key before the host"));
    check_dsn("https://@host/1", Err("no key before the host"));
    check_dsn("https://a b@host/1", Err("the key has other characters than letters, digits and `-`"));
    check_dsn("https://a:b\r\nc@host/1", Err("the key has other characters than letters, digits and `-`"));
    check_dsn("https://abc@host", Err("no project after the host"));
    check_dsn("https://abc@host/", Err("no project after the host"));
    check_dsn("https://abc@host/x/", Err("the project, which is what follows the last `/`, is not a number"));
    check_dsn("https://abc@host/1?x=1", Err("a `?` or `#` in it"));
    check_dsn("https://abc@/1", Err("no host after the key"));
    check_dsn("https://abc@:80/1", Err("no host after the key"));
    check_dsn("https://abc@host:port/1", Err("the port must be a number from 1 to 65535"));
}

#[test]
fn f67_no_message_has_the_key_in_it() {
    let sentry = Sentry::new("https://publickey:secretkey@sentry.example/42").unwrap();
    let shown = format!("{sentry:?}");
    assert!(shown.contains("https://sentry.example/42"), "{shown}");
    assert!(!shown.contains("publickey") && !shown.contains("secretkey"), "{shown}");
    let dsn: Dsn = "https://publickey:secretkey@sentry.example/42".parse().unwrap();
    let authorization =
        "Sentry sentry_version=7, sentry_client=x/1, sentry_key=publickey, sentry_secret=secretkey";
    assert_eq!(dsn.authorization("x/1"), authorization);
    for wrong in ["https://secretkey@host/x", "https://secret key@host/1", "secretkey"] {
        let error = Sentry::new(wrong).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
        let mut settings = Settings::new("sentry").with("dsn", wrong);
        let said = open(&mut settings, |_| None).unwrap_err().to_string();
        assert_eq!(said, format!("sentry.dsn: {error}"));
    }
}

/// Opens one with these settings and variables.
fn opened(settings: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Sentry, String> {
    let settings = settings.iter().fold(Settings::new("sentry"), |all, (key, value)| all.with(key, *value));
    let read = |name: &str| {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    open(&mut settings.clone(), read).map_err(|error| error.to_string())
}

const DSN: (&str, &str) = ("dsn", "https://abc@host/1");

#[test]
fn settings_go_over_the_variables_that_every_library_for_sentry_reads() {
    let variables = [
        ("SENTRY_DSN", "https://def@elsewhere/2"),
        ("SENTRY_RELEASE", "shop@1"),
        ("SENTRY_ENVIRONMENT", "staging"),
        ("SENTRY_DIST", "7"),
    ];
    let sentry = opened(&[], &variables).unwrap();
    let identity = |sentry: &Sentry| {
        let identity = &sentry.options.identity;
        [&identity.release, &identity.environment, &identity.dist].map(|it| it.clone().unwrap_or_default())
    };
    assert_eq!(sentry.options.dsn.to_string(), "https://elsewhere/2");
    assert_eq!(identity(&sentry), ["shop@1", "staging", "7"]);
    let settings = [DSN, ("release", "shop@2"), ("environment", "production"), ("dist", "8")];
    let sentry = opened(&settings, &variables).unwrap();
    assert_eq!(sentry.options.dsn.to_string(), "https://host/1");
    assert_eq!(identity(&sentry), ["shop@2", "production", "8"]);
    assert_eq!(sentry.name(), "sentry");
}

#[test]
fn a_job_is_named_alone_or_with_its_module() {
    let slugs = "load=alone,shop::db::query=with-module,db::query=other";
    let sentry =
        opened(&[DSN, ("monitor_slug", slugs), ("timeout", "3s"), ("max_breadcrumbs", "7")], &[]).unwrap();
    assert_eq!([&PLAIN, &CLIENT].map(|it| sentry.options.slug_of(it)), [Some("alone"), Some("with-module")]);
    assert_eq!((sentry.options.timeout, sentry.options.breadcrumbs), (Duration::from_secs(3), 7));
    let sentry = opened(&[DSN, ("monitor_slug", "ad=x,shop::load=y")], &[]).unwrap();
    assert_eq!(sentry.options.slug_of(&PLAIN), None);
}

#[track_caller]
fn check_refused(settings: &[(&str, &str)], variables: &[(&str, &str)], expected: &str) {
    assert_eq!(opened(settings, variables).unwrap_err(), expected);
}

#[test]
fn a_wrong_setting_is_told_with_what_is_right() {
    check_refused(
        &[],
        &[],
        "sentry.dsn: there is none; set it, or `SENTRY_DSN`, to one such as `https://key@host/1`",
    );
    check_refused(
        &[],
        &[("SENTRY_DSN", " ")],
        "sentry.dsn: there is none; set it, or `SENTRY_DSN`, to one such as `https://key@host/1`",
    );
    check_refused(
        &[],
        &[("SENTRY_DSN", "https://host/1")],
        "SENTRY_DSN: no key before the host; a DSN looks like `https://key@host/1`",
    );
    check_refused(
        &[DSN, ("traces_sample_rate", "10%")],
        &[],
        "sentry.traces_sample_rate: `10%` is not a number from 0 (nothing) to 1 (everything)",
    );
    check_refused(
        &[DSN, ("monitor_slug", "nightly")],
        &[],
        "sentry.monitor_slug: `nightly` is not `name=value`, several joined by commas",
    );
}

/// What a scope says of release, environment, build and server.
#[track_caller]
fn check_scope(identity: &Identity, resource: Resource, expected: [&str; 4]) {
    let item = Scope::new(identity, &resource).begin(Default::default(), &[]);
    let told = ["release", "environment", "dist", "server_name"].map(|name| match item.get(name) {
        Some(value) => value.as_str().unwrap().to_owned(),
        None => String::new(),
    });
    assert_eq!(told, expected);
}

#[test]
fn what_is_not_set_comes_from_the_resource() {
    let resource = Resource::default()
        .with("service.name", "shop")
        .with("service.version", "1.2.3+77")
        .with("deployment.environment.name", "production")
        .with("host.name", "web-1");
    check_scope(&Identity::default(), Resource::default(), [""; 4]);
    check_scope(&Identity::default(), resource.clone(), ["shop@1.2.3+77", "production", "77", "web-1"]);
    let identity = Identity {
        release: Some("mine".to_owned()),
        environment: Some("test".to_owned()),
        dist: Some("9".to_owned()),
        server_name: Some(String::new()),
        tags: Vec::new(),
    };
    check_scope(&identity, resource.clone(), ["mine", "test", "9", ""]);
    // What Sentry would refuse is not told, or told in another way.
    let odd =
        Resource::default().with("service.version", "a/b\\c\nd").with("deployment.environment.name", "None");
    check_scope(&Identity::default(), odd, ["unknown_service@a-b-c-d", "", "", ""]);
    let hidden = Scope::new(&identity, &resource.with("host.id", "h7")).begin(Default::default(), &[]);
    let told = serde_json::to_string(&hidden).unwrap();
    assert!(!told.contains("web-1") && !told.contains("h7"), "{told}");
}
