//! OpenTelemetry's own variables for where metrics are exposed.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;

use crate::recorder::SettingError;

const HOST_NAME: &str = "OTEL_EXPORTER_PROMETHEUS_HOST";
const PORT_NAME: &str = "OTEL_EXPORTER_PROMETHEUS_PORT";

/// The port that OpenTelemetry has for this.
pub(crate) const PORT: u16 = 9464;

/// Where the variables say that metrics are exposed, if they say anything; an empty one says nothing.
///
/// # Errors
///
/// The host is neither an address nor `localhost`, or the port is none.
pub(crate) fn address(said: impl Fn(&str) -> Option<String>) -> Result<Option<SocketAddr>, SettingError> {
    let said = |name| said(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let wrong = |name: &str, value: &str, expected: &str| {
        SettingError::new(name.to_owned(), format!("`{value}` is not {expected}"))
    };
    let host = said(HOST_NAME).map(|host| match host.parse::<IpAddr>() {
        Ok(address) => Ok(address),
        Err(_) if host.eq_ignore_ascii_case("localhost") => Ok(Ipv4Addr::LOCALHOST.into()),
        // A name is not looked up: that may take long, and lead where nobody meant to listen.
        Err(_) => Err(wrong(HOST_NAME, &host, "an address such as `127.0.0.1` or `0.0.0.0`, or `localhost`")),
    });
    let port = said(PORT_NAME)
        .map(|port| port.parse::<u16>().map_err(|_| wrong(PORT_NAME, &port, "a port from 0 to 65535")));
    Ok(match (host.transpose()?, port.transpose()?) {
        (None, None) => None,
        (host, port) => Some((host.unwrap_or(Ipv4Addr::LOCALHOST.into()), port.unwrap_or(PORT)).into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, port: &str, expected: &str) {
        let said = |name: &str| Some(if name == HOST_NAME { host } else { port }.to_owned());
        let told = match address(said) {
            Ok(address) => address.map(|address| address.to_string()).unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn f71_opentelemetrys_variables_say_where_metrics_are_exposed() {
        check("", " ", "");
        check("", "9100", "127.0.0.1:9100");
        check("Localhost", "", "127.0.0.1:9464");
        check("0.0.0.0", "0", "0.0.0.0:0");
        check("::1", "9464", "[::1]:9464");
        check("", "many", "OTEL_EXPORTER_PROMETHEUS_PORT: `many` is not a port from 0 to 65535");
        check(
            "metrics.example",
            "",
            "OTEL_EXPORTER_PROMETHEUS_HOST: `metrics.example` is not an address such as `127.0.0.1` or `0.0.0.0`, or `localhost`",
        );
    }
}
