//! Layers: what lies between the runtime and a recorder, and changes what reaches it.
//!
//! A layer *has* a recorder, and is one. Any number may lie above each other; the one that was put on last is the first
//! to get a batch.
//!
//! ```
//! use monitor_core::layers::{Keep, Labels, RecorderExt, TailSampling};
//! use monitor_core::{Monitor, recorders::Null};
//! use std::time::Duration;
//!
//! let recorder = Null::default()
//!     .layer(Keep::all().without("debug.*"))
//!     .layer(Labels::new().without("user").with("region", "eu-1"))
//!     .layer(TailSampling::new().slower_than(Duration::from_millis(500)).failed().one_in(100));
//! let monitor = Monitor::builder().recorder(recorder).build();
//! # drop(monitor);
//! ```
//!
//! The same by configuration, for any recorder: the settings below stand beside its own, as variables
//! (`MONITOR_OTLP_DROP=debug.*`) or in a file. They lie above each other in this order, the first one outermost.
//!
//! | setting | example | layer |
//! |---|---|---|
//! | `signals` | `spans,events` | [`Only`] |
//! | `keep`, `drop` | `db.*,http.*` | [`Keep`]: names of spans, events and metrics |
//! | `modules` | `shop::db` | [`Keep::module`] |
//! | `kinds` | `client,server` | [`Keep::kind`] |
//! | `sample` | `0.1` | [`Sampling`] |
//! | `tail_slow`, `tail_failed`, `tail_one_in` | `500ms`, `true`, `100` | [`TailSampling`] |
//! | `tail_quiet`, `tail_at_most`, beside one of these | `10s`, `10000` | [`TailSampling::quiet`], [`TailSampling::at_most`] |
//! | `rate_limit` | `1000` | [`RateLimit`] |
//! | `redact` | `password,*.token` | [`Redact`] |
//! | `rename` | `old.name=new.name` | [`Rename`] |
//! | `name_prefix` | `shop.` | [`Rename::prefix`] |
//! | `labels_keep`, `labels_drop`, `labels_add`, `labels_rename` | `env=prod` | [`Labels`] |
//! | `buckets` | `http.*=0.1 0.5 1` | [`View::buckets`] |
//! | `queue`, `batch`, `delay`, `retry_for`, `when_full` | `10000`, `1000`, `1s`, `1m`, `drop_oldest` | [`RecorderExt::fed`] |
//! | the same with `events_` before it | `events_delay=1s` | [`RecorderExt::fed_with_events`] |
//!
//! What a layer leaves out on purpose is not lost: it counts as exported, since it was dealt with. What it holds back counts
//! as queued until it is let through or left out.

mod again;
mod ext;
mod fan_out;
mod feeding;
mod fields;
mod fitted;
mod keep;
mod labels;
mod layered;
mod only;
mod pattern;
mod rate_limit;
mod redact;
mod rename;
mod sampling;
mod selection;
mod settings;
mod tail_sampling;
mod traces;
mod view;

pub use ext::RecorderExt;
pub use fan_out::FanOut;
pub use fitted::Fitted;
pub use keep::Keep;
pub use labels::Labels;
pub use layered::{Layer, Layered};
pub use only::Only;
pub use pattern::Pattern;
pub use rate_limit::RateLimit;
pub use redact::Redact;
pub use rename::Rename;
pub use sampling::Sampling;
pub use tail_sampling::TailSampling;
pub use view::View;

pub(crate) use settings::wrap;
