//! What stands between a recorder and its server.

use crate::export::http::HttpUrl;
use crate::recorder::RecorderError;

/// Through which proxy requests go.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum HttpProxy {
    /// Through none.
    Direct,
    /// Through the one that the environment names: the first of `ALL_PROXY`, `HTTPS_PROXY` and `HTTP_PROXY` (or in
    /// lower case) that is set, except to the hosts in `NO_PROXY`. It is read once, and never used for what is on this
    /// machine: `localhost`, `127.0.0.0/8` and `::1`.
    #[default]
    Environment,
    /// Through this one, whatever the host.
    Through(HttpUrl),
}

/// What the environment says, or what was chosen.
#[derive(Clone, Debug)]
pub(crate) enum Route {
    Chosen(Option<ureq::Proxy>),
    /// Not to this machine.
    Environment(Option<ureq::Proxy>),
    /// The chosen one is none.
    Wrong(HttpUrl),
}

impl Route {
    /// Looks at the environment where that decides.
    pub(crate) fn new(proxy: &HttpProxy) -> Self {
        match proxy {
            HttpProxy::Direct => Route::Chosen(None),
            HttpProxy::Environment => Route::Environment(ureq::Proxy::try_from_env()),
            HttpProxy::Through(url) => match ureq::Proxy::new(&url.uri().to_string()) {
                Ok(proxy) => Route::Chosen(Some(proxy)),
                Err(_) => Route::Wrong(url.clone()),
            },
        }
    }

    /// The proxy that most requests go through.
    pub(crate) fn proxy(&self) -> Option<ureq::Proxy> {
        match self {
            Route::Chosen(proxy) | Route::Environment(proxy) => proxy.clone(),
            Route::Wrong(_) => None,
        }
    }

    /// Whether requests to `url` go another way than most.
    ///
    /// # Errors
    ///
    /// The chosen proxy is none.
    pub(crate) fn avoids_proxy(&self, url: &HttpUrl) -> Result<bool, RecorderError> {
        match self {
            Route::Chosen(_) | Route::Environment(None) => Ok(false),
            Route::Environment(Some(_)) => Ok(url.is_loopback()),
            Route::Wrong(proxy) => Err(RecorderError::new(format!("{proxy} cannot be a proxy"))),
        }
    }
}
