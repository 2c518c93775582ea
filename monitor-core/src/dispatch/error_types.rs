//! Numbers for the names of error types, so that a record carries two bytes.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::PoisonError;
use std::sync::RwLock;

/// Zero is "none"; the last number is shared by all that came too late.
const OTHER: u16 = u16::MAX;

#[derive(Default)]
struct Names {
    ids: HashMap<&'static str, u16>,
    names: Vec<&'static str>,
}

static NAMES: LazyLock<RwLock<Names>> = LazyLock::new(RwLock::default);

type Remembered = (*const u8, usize, u16);

thread_local! {
    /// The last few names of this thread, by address.
    static RECENT: [Cell<Remembered>; 8] = const { [const { Cell::new((std::ptr::null(), 0, 0)) }; 8] };
}

/// The number of an error type's name.
#[inline]
pub(crate) fn error_type_id(name: &'static str) -> u16 {
    let address = name.as_ptr();
    RECENT
        .try_with(|recent| {
            let place = &recent[(address as usize >> 4) & 7];
            let (start, length, id) = place.get();
            if start == address && length == name.len() {
                return id;
            }
            let id = look_up(name);
            place.set((address, name.len(), id));
            id
        })
        .unwrap_or_else(|_| look_up(name))
}

/// The name behind a number.
pub(crate) fn error_type_name(id: u16) -> Option<&'static str> {
    let position = id.checked_sub(1)?;
    if id == OTHER {
        return Some("_OTHER");
    }
    NAMES.read().unwrap_or_else(PoisonError::into_inner).names.get(usize::from(position)).copied()
}

#[cold]
#[inline(never)]
fn look_up(name: &'static str) -> u16 {
    if let Some(id) = NAMES.read().unwrap_or_else(PoisonError::into_inner).ids.get(name) {
        return *id;
    }
    let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(id) = names.ids.get(name) {
        return *id;
    }
    match u16::try_from(names.names.len() + 1) {
        Ok(id) if id < OTHER => {
            names.ids.insert(name, id);
            names.names.push(name);
            id
        }
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let id = error_type_id("disk_full");
        assert_eq!(error_type_id("disk_full"), id);
        assert_ne!(error_type_id("refused"), id);
        assert_eq!(error_type_name(id), Some("disk_full"));
        assert_eq!(error_type_name(0), None);
    }
}
