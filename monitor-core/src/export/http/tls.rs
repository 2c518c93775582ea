//! Whom to trust, and who we are: certificates and a key in files that may change while the program runs.

#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::File;
use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::InconsistentKeys;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;
use ureq::tls::Certificate;
use ureq::tls::ClientCert;
use ureq::tls::PemItem;
use ureq::tls::PrivateKey;
use ureq::tls::RootCerts;
use ureq::tls::TlsConfig;
use ureq::tls::parse_pem;

use crate::recorder::RecorderError;

/// The files with which a recorder's connections are encrypted, in PEM.
///
/// They are looked at before each request, so that a renewed certificate is used at once. Where one cannot be read,
/// nothing is sent: a connection is never less protected than the settings say.
///
/// ```
/// use monitor_core::transport::TlsFiles;
///
/// let ours = TlsFiles::default().certificate("ca.pem").client("client.pem", "client.key");
/// # let _ = ours;
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TlsFiles {
    authority: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl TlsFiles {
    /// Trusts the servers that a certificate in this file vouches for, and no others; without it, those that the
    /// system trusts.
    #[must_use]
    pub fn certificate(mut self, file: impl Into<PathBuf>) -> Self {
        self.authority = Some(file.into());
        self
    }

    /// Shows servers this certificate, whose key is in the other file.
    #[must_use]
    pub fn client(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.certificate = Some(certificate.into());
        self.key = Some(key.into());
        self
    }

    /// What is in the files now.
    ///
    /// # Errors
    ///
    /// A file cannot be read; it may be there next time.
    pub(crate) fn read(&self) -> Result<TlsMaterial, RecorderError> {
        let read = |file: &Option<PathBuf>| file.as_deref().map(pem).transpose();
        Ok(TlsMaterial {
            authority: read(&self.authority)?,
            certificate: read(&self.certificate)?,
            key: read(&self.key)?,
        })
    }
}

/// The most that is read of one file.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;

fn pem(file: &Path) -> Result<Pem, RecorderError> {
    let mut text = Vec::new();
    let read = File::open(file).and_then(|open| open.take(FILE_LIMIT).read_to_end(&mut text));
    read.map_err(|error: io::Error| RecorderError::retryable(format!("{}: {error}", file.display())))?;
    Ok(Pem { file: file.to_path_buf(), text })
}

/// A file and what was in it.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Pem {
    file: PathBuf,
    pub(crate) text: Vec<u8>,
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pem({})", self.file.display())
    }
}

impl Pem {
    fn certificates(&self) -> Result<Vec<Certificate<'static>>, RecorderError> {
        let items: Result<Vec<_>, _> = parse_pem(&self.text).collect();
        let items = items.map_err(|_| self.wrong("is no PEM"))?;
        let certificates: Vec<_> = items
            .into_iter()
            .filter_map(|item| match item {
                PemItem::Certificate(certificate) => Some(certificate),
                _ => None,
            })
            .collect();
        if certificates.is_empty() { Err(self.wrong("has no certificate in it")) } else { Ok(certificates) }
    }

    fn wrong(&self, what: &str) -> RecorderError {
        // Next time whoever writes it may be done.
        RecorderError::retryable(format!("{} {what}", self.file.display()))
    }
}

/// The certificates that we show, and their key.
type Identity = (Vec<Certificate<'static>>, PrivateKey<'static>);

/// What is in the files of one [`TlsFiles`] at a moment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct TlsMaterial {
    pub(crate) authority: Option<Pem>,
    pub(crate) certificate: Option<Pem>,
    pub(crate) key: Option<Pem>,
}

impl TlsMaterial {
    /// How connections are encrypted with this.
    ///
    /// # Errors
    ///
    /// It is not [what it should be](Self::check), or the system has no certificates.
    pub(crate) fn config(&self) -> Result<TlsConfig, RecorderError> {
        let trusted = match &self.authority {
            Some(pem) => pem.certificates()?,
            None => system_certificates()?,
        };
        let client = self.identity()?.map(|(chain, key)| ClientCert::new_with_certs(&chain, key));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok(TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(trusted)))
            .client_cert(client)
            .unversioned_rustls_crypto_provider(provider)
            .build())
    }
}

impl TlsMaterial {
    /// Whether it is what it should be.
    ///
    /// # Errors
    ///
    /// It is no PEM, or has no certificate or key in it, or the key is that of another certificate: maybe somebody is
    /// just writing it.
    pub(crate) fn check(&self) -> Result<(), RecorderError> {
        self.authority.as_ref().map(Pem::certificates).transpose()?;
        self.identity().map(drop)
    }

    /// Who we are.
    fn identity(&self) -> Result<Option<Identity>, RecorderError> {
        let (Some(certificate), Some(key)) = (&self.certificate, &self.key) else { return Ok(None) };
        let chain = certificate.certificates()?;
        let own = PrivateKey::from_pem(&key.text).map_err(|_| key.wrong("has no private key in it"))?;
        let signs = PrivateKeyDer::try_from(own.der())
            .ok()
            .and_then(|own| any_supported_type(&own).ok())
            .ok_or_else(|| key.wrong("has a private key in it that cannot be used"))?;
        let der = chain.iter().map(|certificate| CertificateDer::from(certificate.der()).into_owned());
        match CertifiedKey::new(der.collect(), signs).keys_match() {
            Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(key.wrong(&format!("is not the key of {}", certificate.file.display())))
            }
            // Where that cannot be told, the server will say.
            _ => Ok(Some((chain, own))),
        }
    }
}

fn system_certificates() -> Result<Vec<Certificate<'static>>, RecorderError> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        return Err(RecorderError::new(
            "the system trusts no certificate; name a file with one that is to be trusted",
        ));
    }
    Ok(found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}
