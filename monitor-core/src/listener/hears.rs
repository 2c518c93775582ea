//! How `#[derive(Listener)]` finds out which families a type hears.
//!
//! Generated code names `Hears::<Type>::COMMAND` and so on. The compiler takes a constant of the type itself, which is
//! there where the type implements the family's trait, before that of [`Unheard`], which is always there.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::event::Event;
use crate::listener::CommandListener;
use crate::listener::EventListener;
use crate::listener::FailoverListener;
use crate::listener::HeartbeatListener;
use crate::listener::PoolListener;
use crate::listener::ServerListener;
use crate::listener::Subscriptions;
use crate::listener::TopologyListener;

/// Subscribes a listener to one family, if it hears that.
pub type Subscribe<L> = Option<fn(&Arc<L>, &mut Subscriptions)>;

/// What a type hears.
#[derive(Debug)]
pub struct Hears<L>(PhantomData<fn(L)>);

/// Whether any of these is there.
#[must_use]
pub const fn hears_any<L>(families: &[Subscribe<L>]) -> bool {
    let mut index = 0;
    while index < families.len() {
        if families[index].is_some() {
            return true;
        }
        index += 1;
    }
    false
}

/// Subscribes a listener to the families that it hears.
pub fn subscribe<L>(listener: &Arc<L>, families: &[Subscribe<L>], to: &mut Subscriptions) {
    families.iter().flatten().for_each(|subscribe| subscribe(listener, to));
}

/// Subscribes a listener to events that were named.
pub fn hear_event<L: EventListener<E>, E: Event>(listener: &Arc<L>, to: &mut Subscriptions) {
    to.event::<E>(Arc::<L>::clone(listener));
}

macro_rules! hears {
    ($($family:ident: $listener:ident by $subscribe:ident,)*) => {
        /// Of a type that hears nothing.
        pub trait Unheard<L> {
            $(
                /// Nothing.
                const $family: Subscribe<L> = None;
            )*
        }

        impl<L> Unheard<L> for Hears<L> {}

        $(
            impl<L: $listener> Hears<L> {
                /// Subscribes the listener to this family.
                pub const $family: Subscribe<L> = Some(|listener, to| to.$subscribe(listener));
            }
        )*
    };
}

hears! {
    COMMAND: CommandListener by command,
    FAILOVER: FailoverListener by failover,
    HEARTBEAT: HeartbeatListener by heartbeat,
    POOL: PoolListener by pool,
    SERVER: ServerListener by server,
    TOPOLOGY: TopologyListener by topology,
}
