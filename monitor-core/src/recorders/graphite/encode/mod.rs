//! From snapshots to points, from points to lines or pickles, from events to annotations. Pure.

mod annotations;
mod naming;
mod pickle;
mod plaintext;
mod points;
#[cfg(test)]
mod tests;

pub(crate) use annotations::annotations;
pub(crate) use pickle::pickles;
pub(crate) use plaintext::plaintext;
pub(crate) use points::points;

/// One value of one series. All points of a snapshot have its time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) path: String,
    pub(crate) value: Number,
}

/// A value; never one that is no number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Float(f64),
    Signed(i64),
    Unsigned(u64),
}
