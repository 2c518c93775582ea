//! What is told about the way to a server in configuration.

use crate::export::http::Compression;
use crate::export::http::HttpHeaders;
use crate::export::http::HttpProxy;
use crate::export::http::HttpUrl;
use crate::model::percent_decoded;
use crate::recorder::FromSetting;

impl FromSetting for HttpUrl {
    const EXPECTED: &'static str =
        "a URL such as `http://localhost:4318` or `https://collector.example/path`";
    /// It may have a password in it.
    const SECRET: bool = true;

    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromSetting for HttpProxy {
    const EXPECTED: &'static str =
        "`direct`, `environment` or the URL of a proxy such as `http://proxy.example:3128`";
    /// Its URL may have a password in it.
    const SECRET: bool = true;

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "direct" => Some(HttpProxy::Direct),
            "environment" => Some(HttpProxy::Environment),
            url => url.parse().ok().map(HttpProxy::Through),
        }
    }
}

impl FromSetting for Compression {
    const EXPECTED: &'static str = "`gzip` or `none`";

    fn from_setting(text: &str) -> Option<Self> {
        let is = |name: &str| text.eq_ignore_ascii_case(name);
        if is("gzip") { Some(Compression::Gzip) } else { is("none").then_some(Compression::None) }
    }
}

impl FromSetting for HttpHeaders {
    const EXPECTED: &'static str =
        "`name=value`, several joined by commas; in values, `,` is written `%2C` and `%` is written `%25`";
    /// They are mostly keys.
    const SECRET: bool = true;

    /// The form that OpenTelemetry has for its headers: that of W3C Baggage without properties.
    fn from_setting(text: &str) -> Option<Self> {
        let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
        pairs.into_iter().try_fold(Self::default(), |headers, pair| {
            let (name, value) = pair.split_once('=')?;
            headers.with(name.trim(), &percent_decoded(value.trim())?).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&[(&str, &str)]>) {
        let headers = HttpHeaders::from_setting(text);
        let pairs = headers.as_ref().map(|headers| {
            headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect::<Vec<_>>()
        });
        assert_eq!(pairs.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn headers_are_written_like_baggage() {
        check("", Some(&[]));
        check(
            "api-key=key,other-config-value=value",
            Some(&[("api-key", "key"), ("other-config-value", "value")]),
        );
        check(
            " Authorization = Basic%20YTpi== , x=a%2Cb%3D ",
            Some(&[("authorization", "Basic YTpi=="), ("x", "a,b=")]),
        );
        check("x=1,x=2", Some(&[("x", "2")]));
    }

    #[test]
    fn f66_headers_that_cannot_be_sent_mean_nothing() {
        for wrong in
            ["x", "=x", "x y=1", "x=%0d%0ay:z", "x=%0", "x=%+1", "x=%zz", "x=%ff", "content-length=1"]
        {
            check(wrong, None);
        }
    }
}
