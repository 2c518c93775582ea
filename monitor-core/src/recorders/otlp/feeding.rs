//! How the recorder is fed, as OpenTelemetry's own variables for batches say.

use std::ffi::OsString;
use std::time::Duration;

use crate::recorder::Delivery;
use crate::recorder::SettingError;
use crate::recorder::Settings;

/// What those about spans begin with.
const OF_SPANS: &str = "OTEL_BSP_";
/// What those about log records, which our events are, begin with.
const OF_EVENTS: &str = "OTEL_BLRP_";

/// How the recorder is fed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Feeding {
    pub(crate) spans: Delivery,
    pub(crate) events: Delivery,
}

impl Default for Feeding {
    /// As OpenTelemetry's specification has it: events come sooner.
    fn default() -> Self {
        Self { spans: Delivery::default(), events: Delivery::default().delay(Duration::from_secs(1)) }
    }
}

/// What `variables` say about batches.
///
/// <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor>
///
/// # Errors
///
/// A value is no whole number.
pub(crate) fn read(variables: &[(OsString, OsString)]) -> Result<Feeding, SettingError> {
    let own = Feeding::default();
    Ok(Feeding {
        spans: delivery(variables, OF_SPANS, own.spans)?,
        events: delivery(variables, OF_EVENTS, own.events)?,
    })
}

fn delivery(
    variables: &[(OsString, OsString)],
    prefix: &str,
    mut delivery: Delivery,
) -> Result<Delivery, SettingError> {
    let mut said = Settings::new("otlp");
    for (name, value) in variables {
        let name = name.to_str().unwrap_or_default();
        if let Some(key) = name.strip_prefix(prefix) {
            said.put(&key.to_lowercase(), value.to_string_lossy().into_owned(), name.to_owned());
        }
    }
    if let Some(queue) = said.take("max_queue_size")? {
        delivery = delivery.queue(queue);
    }
    if let Some(batch) = said.take("max_export_batch_size")? {
        delivery = delivery.batch(batch);
    }
    if let Some(milliseconds) = said.take("schedule_delay")? {
        delivery = delivery.delay(Duration::from_millis(milliseconds));
    }
    if let Some(milliseconds) = said.take("export_timeout")? {
        delivery = delivery.timeout(Duration::from_millis(milliseconds));
    }
    Ok(delivery)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_as_opentelemetrys_variables_say() {
        let said = [
            ("OTEL_BSP_MAX_QUEUE_SIZE", "10000"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "100"),
            ("OTEL_BSP_SCHEDULE_DELAY", "250"),
            ("OTEL_BSP_EXPORT_TIMEOUT", ""),
            ("OTEL_BLRP_MAX_QUEUE_SIZE", "300"),
            ("OTEL_BLRP_EXPORT_TIMEOUT", "7000"),
        ];
        let said = said.map(|(name, value)| (name.into(), value.into()));
        let spans = Delivery::default().queue(10_000).batch(100).delay(Duration::from_millis(250));
        let events =
            Delivery::default().queue(300).delay(Duration::from_secs(1)).timeout(Duration::from_secs(7));
        assert_eq!(read(&said), Ok(Feeding { spans, events }));
        for wrong in ["OTEL_BSP_SCHEDULE_DELAY", "OTEL_BLRP_SCHEDULE_DELAY"] {
            let error = read(&[(wrong.into(), "5s".into())]).unwrap_err().to_string();
            assert_eq!(error, format!("{wrong}: `5s` is not a whole number"));
        }
    }
}
