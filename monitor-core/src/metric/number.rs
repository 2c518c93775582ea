//! What can be the value of a metric.

use std::num::NonZero;
use std::time::Duration;

use crate::metric::of_second;

/// What can be the value of a counter or an up-down counter: a whole number, a truth value (one or zero), or one of
/// these that may be missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a counter",
    label = "no whole number",
    note = "a counter adds up whole numbers; use a `histogram` or a `gauge` for other numbers and durations"
)]
pub trait Whole {
    /// The number, if there is one.
    fn whole(&self) -> Option<i128>;
}

/// What can be the value of a gauge or a histogram: a number, a duration (in the metric's unit), a truth value (one or
/// zero), or one of these that may be missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a metric",
    label = "neither a number nor a duration",
    note = "give a number, a `Duration`, a truth value, or an `Option` or `Result` of one: what is missing is not recorded"
)]
pub trait Number {
    /// The number in this unit, if there is one.
    fn number(&self, unit: &str) -> Option<f64>;
}

macro_rules! whole {
    ($($number:ty)*) => {$(
        impl Whole for $number {
            fn whole(&self) -> Option<i128> {
                // Beyond any counter, and so rejected there.
                Some(i128::try_from(*self).unwrap_or(i128::MAX))
            }
        }

        impl Number for $number {
            fn number(&self, _: &str) -> Option<f64> {
                Some(*self as f64)
            }
        }

        impl Whole for NonZero<$number> {
            fn whole(&self) -> Option<i128> {
                self.get().whole()
            }
        }

        impl Number for NonZero<$number> {
            fn number(&self, unit: &str) -> Option<f64> {
                self.get().number(unit)
            }
        }
    )*};
}

whole!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl Whole for bool {
    fn whole(&self) -> Option<i128> {
        Some(i128::from(*self))
    }
}

impl Number for bool {
    fn number(&self, _: &str) -> Option<f64> {
        Some(f64::from(u8::from(*self)))
    }
}

impl Number for f32 {
    fn number(&self, _: &str) -> Option<f64> {
        Some(f64::from(*self))
    }
}

impl Number for f64 {
    fn number(&self, _: &str) -> Option<f64> {
        Some(*self)
    }
}

impl Number for Duration {
    fn number(&self, unit: &str) -> Option<f64> {
        Some(self.as_secs_f64() * of_second(unit).unwrap_or(1.0))
    }
}

impl<V: Whole> Whole for Option<V> {
    fn whole(&self) -> Option<i128> {
        self.as_ref().and_then(Whole::whole)
    }
}

impl<V: Number> Number for Option<V> {
    fn number(&self, unit: &str) -> Option<f64> {
        self.as_ref().and_then(|value| value.number(unit))
    }
}

impl<V: Whole, E> Whole for Result<V, E> {
    fn whole(&self) -> Option<i128> {
        self.as_ref().ok().and_then(Whole::whole)
    }
}

impl<V: Number, E> Number for Result<V, E> {
    fn number(&self, unit: &str) -> Option<f64> {
        self.as_ref().ok().and_then(|value| value.number(unit))
    }
}

macro_rules! through {
    ($($pointer:ty)*) => {$(
        impl<V: Whole + ?Sized> Whole for $pointer {
            fn whole(&self) -> Option<i128> {
                V::whole(self)
            }
        }

        impl<V: Number + ?Sized> Number for $pointer {
            fn number(&self, unit: &str) -> Option<f64> {
                V::number(self, unit)
            }
        }
    )*};
}

through!(&V &mut V Box<V> std::sync::Arc<V> std::rc::Rc<V>);
