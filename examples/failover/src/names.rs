//! Names that stand for hosts, as a name service has them: whoever changes a record decides when.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::Address;
use crate::Error;

/// The name that stands for the writer.
pub const WRITER: &str = "writer.cluster";

/// A tiny name service. A clone looks at the same records.
#[derive(Clone, Debug, Default)]
pub struct Names {
    records: Arc<RwLock<HashMap<String, Address>>>,
}

impl Names {
    /// A name service in which [`WRITER`] points at this host.
    pub fn with_writer(address: &Address) -> Self {
        let names = Self::default();
        names.point(WRITER, address);
        names
    }

    /// Lets a name point at a host from now on.
    pub fn point(&self, name: &str, address: &Address) {
        let mut records = self.records.write().unwrap_or_else(PoisonError::into_inner);
        records.insert(name.to_owned(), address.clone());
    }

    /// The host that a name points at.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] where there is no such record.
    pub fn resolve(&self, name: &str) -> Result<Address, Error> {
        let records = self.records.read().unwrap_or_else(PoisonError::into_inner);
        records.get(name).cloned().ok_or_else(|| Error::UnknownName { name: name.to_owned() })
    }
}
