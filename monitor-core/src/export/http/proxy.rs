//! What stands between a recorder and its server.

use std::env;

use ureq::ProxyProtocol;

use crate::export::http::HttpUrl;
use crate::recorder::RecorderError;

/// Through which proxy requests go: one of HTTP, which is asked to `CONNECT`.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum HttpProxy {
    /// Through none.
    Direct,
    /// Through the one that the environment names: the first of `ALL_PROXY`, `HTTPS_PROXY` and `HTTP_PROXY` (or in
    /// lower case) that is of HTTP, except to the hosts in `NO_PROXY`. It is read once, and never used for what is on
    /// this machine: `localhost`, `127.0.0.0/8` and `::1`. Where all that it names cannot be used, such as one of SOCKS,
    /// nothing is sent past them: that is an error which says so.
    #[default]
    Environment,
    /// Through this one, whatever the host.
    Through(HttpUrl),
}

/// Where the environment names a proxy, in this order.
const NAMES: [&str; 6] = ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

/// What the environment says, or what was chosen.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    proxy: Option<ureq::Proxy>,
    said_by: SaidBy,
    /// Why the proxy cannot be used.
    trouble: Option<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum SaidBy {
    /// About everything.
    Code,
    /// Not about this machine.
    Environment,
}

impl Route {
    /// Looks at the environment where that decides.
    pub(crate) fn new(proxy: &HttpProxy) -> Self {
        match proxy {
            HttpProxy::Direct => Self { proxy: None, said_by: SaidBy::Code, trouble: None },
            HttpProxy::Environment => Self::from_variables(|name| env::var(name).ok()),
            HttpProxy::Through(url) => {
                let proxy = ureq::Proxy::new(&url.uri().to_string()).ok();
                let trouble = proxy.is_none().then(|| format!("{url} cannot be a proxy"));
                Self { proxy, said_by: SaidBy::Code, trouble }
            }
        }
    }

    pub(crate) fn from_variables(said: impl Fn(&str) -> Option<String>) -> Self {
        let said = |name| said(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let hosts = said("NO_PROXY").or_else(|| said("no_proxy")).unwrap_or_default();
        let named: Vec<_> =
            NAMES.into_iter().filter_map(|name| Some((name, named(&said(name)?, &hosts)))).collect();
        let (proxy, trouble) = match (named.iter().find_map(|(_, proxy)| proxy.clone().ok()), named.first()) {
            (None, Some((name, Err(what)))) => {
                let trouble = format!(
                    "the proxy that `{name}` names cannot be used, as it {what}; the setting `proxy` can name \
                     another, or `direct`"
                );
                // In its place is one that is never asked, for what it says of the hosts that it is not for.
                (with_hosts(ureq::Proxy::builder(ProxyProtocol::Http), &hosts), Some(trouble))
            }
            (proxy, _) => (proxy, None),
        };
        Self { proxy, said_by: SaidBy::Environment, trouble }
    }

    /// The proxy that most requests go through.
    pub(crate) fn usual(&self) -> Option<ureq::Proxy> {
        self.proxy.clone().filter(|_| self.trouble.is_none())
    }

    /// The proxy that requests to `url` go through, if any.
    ///
    /// # Errors
    ///
    /// There is one, but it cannot be used.
    pub(crate) fn through(&self, url: &HttpUrl) -> Result<Option<&ureq::Proxy>, RecorderError> {
        let proxy = self.proxy.as_ref();
        let excepted = url.is_loopback() || proxy.is_some_and(|proxy| proxy.is_no_proxy(url.uri()));
        if self.said_by == SaidBy::Environment && excepted {
            return Ok(None);
        }
        match &self.trouble {
            Some(trouble) => Err(RecorderError::new(format!("{url}: {trouble}"))),
            None => Ok(proxy),
        }
    }
}

/// The proxy at this place, which is not for these hosts; or why it cannot be used.
fn named(place: &str, hosts: &str) -> Result<ureq::Proxy, &'static str> {
    let proxy = ureq::Proxy::new(place).map_err(|_| "is no URL")?;
    if !matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) {
        return Err("is not of HTTP");
    }
    let mut builder = ureq::Proxy::builder(proxy.protocol()).host(proxy.host()).port(proxy.port());
    builder = proxy.username().into_iter().fold(builder, ureq::ProxyBuilder::username);
    builder = proxy.password().into_iter().fold(builder, ureq::ProxyBuilder::password);
    with_hosts(builder, hosts).ok_or("is no URL")
}

/// A proxy that is not for these hosts, which are separated by commas.
fn with_hosts(proxy: ureq::ProxyBuilder, hosts: &str) -> Option<ureq::Proxy> {
    hosts.split(',').map(str::trim).fold(proxy, ureq::ProxyBuilder::no_proxy).build().ok()
}
