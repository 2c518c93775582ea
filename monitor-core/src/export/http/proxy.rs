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
    /// lower case) that is set, except to the hosts in `NO_PROXY`. It is read once, and never used for what is on this
    /// machine: `localhost`, `127.0.0.0/8` and `::1`. Where it names one that cannot be used, such as one of SOCKS,
    /// nothing is sent past it: that is an error which says so.
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
        let none = Self { proxy: None, said_by: SaidBy::Environment, trouble: None };
        let Some((name, value)) = NAMES.into_iter().find_map(|name| Some((name, said(name)?))) else {
            return none;
        };
        let named = ureq::Proxy::new(&value).ok();
        let usable =
            |proxy: &ureq::Proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
        let trouble = match &named {
            Some(proxy) if usable(proxy) => None,
            Some(_) => Some("is not of HTTP"),
            None => Some("is no URL"),
        };
        // Its place is taken by one that is never asked, for what it says of the hosts that it is not for.
        let (protocol, host) = match named.as_ref().filter(|proxy| usable(proxy)) {
            Some(proxy) => (proxy.protocol(), proxy.host()),
            None => (ProxyProtocol::Http, "unusable.invalid"),
        };
        let mut proxy = ureq::Proxy::builder(protocol).host(host);
        if let Some(named) = &named {
            proxy = proxy.port(named.port());
            proxy = named.username().into_iter().fold(proxy, |proxy, name| proxy.username(name));
            proxy = named.password().into_iter().fold(proxy, |proxy, word| proxy.password(word));
        }
        let hosts = said("NO_PROXY").or_else(|| said("no_proxy")).unwrap_or_default();
        let proxy = hosts.split(',').fold(proxy, |proxy, host| proxy.no_proxy(host.trim())).build().ok();
        let trouble = trouble.or_else(|| proxy.is_none().then_some("is no URL")).map(|what| {
            format!("the proxy that `{name}` names cannot be used, as it {what}; the setting `proxy` can name another, or `direct`")
        });
        Self { proxy, trouble, ..none }
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
