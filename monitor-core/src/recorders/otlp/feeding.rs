//! How the recorder is fed, as OpenTelemetry's own variables for batches say.

use std::ffi::OsString;
use std::time::Duration;

use crate::recorder::Delivery;
use crate::recorder::SettingError;
use crate::recorder::Settings;

/// What all of them begin with. Those for log records (`OTEL_BLRP_`) say the same of a queue of their own, which ours has
/// as well, and of the same size.
const PREFIX: &str = "OTEL_BSP_";

/// What `variables` say about batches.
///
/// <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor>
///
/// # Errors
///
/// A value is no whole number.
pub(crate) fn read(variables: &[(OsString, OsString)]) -> Result<Delivery, SettingError> {
    let mut said = Settings::new("otlp");
    for (name, value) in variables {
        let name = name.to_str().unwrap_or_default();
        if let Some(key) = name.strip_prefix(PREFIX) {
            said.put(&key.to_lowercase(), value.to_string_lossy().into_owned(), name.to_owned());
        }
    }
    let mut delivery = Delivery::default();
    if let Some(spans) = said.take("max_queue_size")? {
        delivery = delivery.queue(spans);
    }
    if let Some(spans) = said.take("max_export_batch_size")? {
        delivery = delivery.batch(spans);
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
        ];
        let said = said.map(|(name, value)| (name.into(), value.into()));
        let expected = Delivery::default().queue(10_000).batch(100).delay(Duration::from_millis(250));
        assert_eq!(read(&said), Ok(expected));
        let wrong = [("OTEL_BSP_SCHEDULE_DELAY".into(), "5s".into())];
        let error = read(&wrong).unwrap_err().to_string();
        assert_eq!(error, "OTEL_BSP_SCHEDULE_DELAY: `5s` is not a whole number");
    }
}
