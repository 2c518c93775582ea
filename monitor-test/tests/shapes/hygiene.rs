//! Names of the user's that the expansion could trip over.

use monitor_core::monitored;

use crate::support::block_on;
use crate::support::pause;

/// Modules named like crates, a prelude turned upside down.
mod shadowed {
    #![allow(dead_code, clippy::items_after_statements)]

    mod alloc {}
    mod core {}
    mod monitor_core {}
    mod std {}
    mod tracing {}

    pub enum Answer {
        Ok(u32),
        Err(u32),
        Some(u32),
        None,
    }
    pub use Answer::Err;
    pub use Answer::None;
    pub use Answer::Ok;
    pub use Answer::Some;

    pub struct String;
    pub struct Vec;
    pub struct Box;
    pub struct Option;
    pub type Result = u32;
    pub struct Future;
    pub struct Plain;
    pub struct Callsite;
    pub struct Setup;
    pub struct Shape;
    pub trait Drop {}
    pub trait FnOnce {}
    pub trait Send {}

    #[allow(unused_macros)]
    macro_rules! panic {
        () => {};
    }

    #[::monitor_core::monitored(fields(a = a), labels(b = b), ret = debug, kind = server)]
    pub fn answer(a: u32, b: bool) -> Result {
        if b {
            a
        } else {
            0
        }
    }

    #[::monitor_core::monitored(err)]
    pub fn real(a: u32) -> ::std::result::Result<u32, u32> {
        if a == 0 {
            ::std::result::Result::Err(a)
        } else {
            ::std::result::Result::Ok(a)
        }
    }

    #[::monitor_core::monitored]
    pub async fn later(a: u32) -> Answer {
        if a == 0 {
            return None;
        }
        Ok(a)
    }

    #[::monitor_core::monitored]
    impl Answer {
        pub fn number(&self) -> u32 {
            match self {
                Ok(a) | Err(a) | Some(a) => *a,
                None => 0,
            }
        }
    }
}

#[monitored(args(r#type), fields(r#match = r#fn))]
fn r#struct(r#type: u32, r#fn: String) -> String {
    format!("{type}{fn}", type = r#type, fn = r#fn)
}

#[monitored]
fn r#async(r#type: String) -> usize {
    r#type.len()
}

#[monitored(args(site, guard, caller))]
fn our_words(site: u32, setup: u32, guard: u32, caller: u32, result: u32, shape: u32, ended: u32) -> u32 {
    site + setup + guard + caller + result + shape + ended
}

#[monitored(fields(a = __setup, b = __arg0), ret)]
fn our_own_names(
    __arg0: u32,
    __setup: u32,
    __result: u32,
    __shape: u32,
    __guard: u32,
    (__arg1, __arg2): (u32, u32),
) -> u32 {
    __arg0 + __setup + __result + __shape + __guard + __arg1 + __arg2
}

const SITE: u32 = 1;

#[monitored]
fn uses_a_const(a: u32) -> u32 {
    const METADATA: u32 = 2;
    a + SITE + METADATA
}

#[monitored]
fn shadows(a: String) -> usize {
    let a = a.len();
    {
        let a = a + 1;
        a
    }
}

struct Wrapper;

impl Wrapper {
    #[monitored(fields(size = self.size(), own = Self::OWN))]
    fn with_self(&self) -> u32 {
        let this = self;
        this.size() + Self::OWN
    }

    const OWN: u32 = 2;

    #[allow(clippy::unused_self)]
    fn size(&self) -> u32 {
        1
    }

    /// A method that is named like one of the expansion's.
    #[monitored]
    async fn call(&self) -> u32 {
        pause().await;
        self.shape() + self.with_self()
    }

    #[monitored]
    fn shape(&self) -> u32 {
        self.size()
    }
}

macro_rules! makes {
    ($name:ident, $arg:ident, $body:expr) => {
        #[monitored(args($arg))]
        fn $name($arg: u32, inner: u32) -> u32 {
            let outer = inner;
            $body + outer
        }
    };
}

makes!(made, outer, outer * 2);

#[expect(dead_code)]
#[monitored]
fn never_called() {}

#[monitored]
fn nested_functions(a: u32) -> u32 {
    #[monitored]
    fn inner(a: u32) -> u32 {
        a + 1
    }
    inner(a)
}

#[cfg_attr(all(not(any())), monitored)]
fn attributed_by_condition(a: String) -> usize {
    a.len()
}

mod path {
    use monitor_core as renamed;

    #[renamed::monitored]
    pub fn by_another_name(a: u32) -> u32 {
        a
    }
}

#[test]
fn names_do_not_clash() {
    assert_eq!(shadowed::answer(1, true), 1);
    assert_eq!(shadowed::real(1), Ok(1));
    assert_eq!(shadowed::real(0), Err(0));
    assert_eq!(block_on(shadowed::later(1)).number(), 1);
    assert_eq!(block_on(shadowed::later(0)).number(), 0);
    assert_eq!(r#struct(1, "a".to_owned()), "1a");
    assert_eq!(r#async("ab".to_owned()), 2);
    assert_eq!(our_words(1, 2, 3, 4, 5, 6, 7), 28);
    assert_eq!(our_own_names(1, 2, 3, 4, 5, (6, 7)), 28);
    assert_eq!(uses_a_const(1), 4);
    assert_eq!(shadows("ab".to_owned()), 3);
    assert_eq!(block_on(Wrapper.call()), 4);
    assert_eq!(made(2, 3), 7);
    assert_eq!(nested_functions(1), 2);
    assert_eq!(attributed_by_condition("ab".to_owned()), 2);
    assert_eq!(path::by_another_name(1), 1);
}
