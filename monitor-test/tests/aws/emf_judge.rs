//! What CloudWatch takes: Amazon's schema of the format, and the limits that its description has beyond that.

use std::sync::LazyLock;

use jsonschema::Draft;
use jsonschema::Validator;
use serde_json::Value;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("../data/cloudwatch-emf/schema.json")).unwrap();
    jsonschema::options().with_draft(Draft::Draft7).build(&schema).unwrap()
});

/// What a metric may have for a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Targets {
    /// Numbers, or up to 100 of them, as the description says.
    Described,
    /// Values with counts as well, as the exporter of the OpenTelemetry Collector writes them.
    WithDistributions,
}

/// One line, which must be as strict as CloudWatch is.
#[track_caller]
pub(crate) fn judged(line: &str, targets: Targets) -> Value {
    assert!(line.len() <= 256 * 1_024 - 26, "{} bytes", line.len());
    assert!(!line.contains(|letter: char| letter.is_control()), "{line:?}");
    let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let problems: Vec<_> = SCHEMA.iter_errors(&event).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}: {line}");
    let members = event.as_object().unwrap();
    let directives = event["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    assert!(!directives.is_empty() && event["_aws"].as_object().unwrap().len() == 2);
    for directive in directives {
        let namespace = directive["Namespace"].as_str().unwrap();
        assert!((1..=255).contains(&namespace.len()) && !namespace.starts_with("AWS/"), "{namespace}");
        for set in directive["Dimensions"].as_array().unwrap() {
            let set: Vec<_> = set.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            assert!(set.len() <= 30);
            for (place, name) in set.iter().enumerate() {
                assert!(!set[..place].contains(name), "{name} twice");
                assert!(
                    name.is_ascii() && (1..=250).contains(&name.len()) && !name.starts_with(':'),
                    "{name:?}"
                );
                let value = members[*name].as_str().expect("a dimension is text");
                assert!(
                    value.is_ascii() && (1..=1_024).contains(&value.len()) && !value.trim().is_empty(),
                    "{value:?}"
                );
            }
        }
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&metrics.len()));
        for (place, metric) in metrics.iter().enumerate() {
            let name = metric["Name"].as_str().unwrap();
            assert!((1..=255).contains(&name.chars().count()) && name != "_aws", "{name:?}");
            assert!(metrics[..place].iter().all(|other| other["Name"] != name), "{name} twice");
            let resolution = &metric["StorageResolution"];
            assert!(resolution.is_null() || [1, 60].iter().any(|known| resolution == known), "{resolution}");
            assert!(is_target(&members[name], targets), "{name}: {}", members[name]);
        }
    }
    event
}

fn is_target(value: &Value, targets: Targets) -> bool {
    let number = |value: &Value| value.as_f64().is_some_and(|number| number.abs() <= 360_f64.exp2());
    let numbers = |value: &Value| {
        value.as_array().is_some_and(|all| (1..=100).contains(&all.len()) && all.iter().all(number))
    };
    let distribution = || {
        let counts = value["Counts"].as_array().map_or(0, Vec::len);
        let known = ["Values", "Counts", "Max", "Min", "Count", "Sum"];
        value.as_object().is_some_and(|members| members.keys().all(|key| known.contains(&&**key)))
            && numbers(&value["Values"])
            && numbers(&value["Counts"])
            && value["Values"].as_array().map(Vec::len) == Some(counts)
            && ["Max", "Min", "Count", "Sum"].iter().all(|name| number(&value[*name]))
    };
    number(value) || numbers(value) || (targets == Targets::WithDistributions && distribution())
}

#[test]
fn the_judge_takes_the_example_and_none_of_what_the_schema_lets_through() {
    let example = include_str!("../data/cloudwatch-emf/example.json");
    let example: Value = serde_json::from_str(example).unwrap();
    judged(&example.to_string(), Targets::Described);
    let metric = |name: String| serde_json::json!({"Name": name, "Unit": "None"});
    let wrong: [fn(&mut Value); 6] = [
        |event| event["time"] = (0..101).collect::<Vec<_>>().into(),
        |event| event["functionVersion"] = 7.into(),
        |event| event["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["StorageResolution"] = 5.into(),
        |event| event["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"] = "Days".into(),
        |event| drop(event.as_object_mut().unwrap().remove("time")),
        |event| event["_aws"]["CloudWatchMetrics"][0]["Dimensions"] = Value::Array(Vec::new()),
    ];
    for (place, change) in wrong.iter().enumerate() {
        let mut event = example.clone();
        change(&mut event);
        let refused = std::panic::catch_unwind(|| judged(&event.to_string(), Targets::Described)).is_err();
        assert!(refused, "number {place}");
    }
    let mut many = example;
    let metrics: Vec<_> = (0..101).map(|number| metric(format!("m{number}"))).collect();
    (0..101).for_each(|number| many[format!("m{number}")] = 1.into());
    many["_aws"]["CloudWatchMetrics"][0]["Metrics"] = metrics.into();
    assert!(std::panic::catch_unwind(|| judged(&many.to_string(), Targets::Described)).is_err());
}
