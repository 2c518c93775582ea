//! What a bridge keeps for each source, found by the source's number without a lock.

use std::sync::OnceLock;

const PAGE: usize = 512;
const PAGES: usize = 128;

type Page<T> = Box<[OnceLock<T>; PAGE]>;

/// One value a source, made once and kept for ever.
pub(crate) struct Table<T> {
    pages: [OnceLock<Page<T>>; PAGES],
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self { pages: [const { OnceLock::new() }; PAGES] }
    }

    /// The value of a source, made if need be. None beyond the bound on sources.
    pub(crate) fn obtain(&self, source: u32, make: impl FnOnce() -> T) -> Option<&T> {
        let source = source as usize;
        let page = self.pages.get(source / PAGE)?;
        let page = page.get_or_init(|| Box::new([const { OnceLock::new() }; PAGE]));
        Some(page[source % PAGE].get_or_init(make))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once() {
        static TABLE: Table<u32> = Table::new();
        assert_eq!(TABLE.obtain(513, || 7), Some(&7));
        assert_eq!(TABLE.obtain(513, || 8), Some(&7));
        assert_eq!(TABLE.obtain(1, || 9), Some(&9));
        assert_eq!(TABLE.obtain(u32::MAX, || 9), None);
    }
}
