//! One attribute and two derives: what `monitor-core` re-exports as `monitored`, `Labels` and `ErrorType`.
//!
//! This crate knows of the runtime nothing but the path `monitor_core::__private`. It reads an item (`item`,
//! `options`), takes every decision (`plan`), and prints (`expand`).
#![forbid(unsafe_code)]

mod diag;
mod expand;
mod item;
mod options;
mod plan;

use proc_macro::TokenStream;

/// Tells every call of a function: how long it took, how it ended, how many are under way.
///
/// It goes on functions, methods, `impl` blocks, traits with default methods and implementations of traits. What is
/// timed is the execution: of a future, in a box or not, from its first poll to its end; of a stream, until it is
/// read or dropped. Where the function panics before it returns the future or stream, that is the call. A `Result`
/// tells by itself whether the call went well. No argument is recorded unless asked for.
///
/// ```
/// use monitor_core::monitored;
///
/// #[derive(Debug)]
/// struct NotFound;
///
/// #[monitored]
/// fn find(id: u32) -> Result<u32, NotFound> {
///     if id == 0 { Err(NotFound) } else { Ok(id) }
/// }
///
/// assert_eq!(find(1).unwrap(), 1);
/// ```
///
/// # Options
///
/// | option | what it does |
/// |---|---|
/// | `name = "orders.place"` | names the span; on a block, replaces the type's name in the names of its methods |
/// | `kind = client` | the span's kind: `client`, `consumer`, `internal`, `producer` or `server` |
/// | `args(id, %path, ?request)` | records arguments as fields: as they are, by `Display` (`%`), by `Debug` (`?`) |
/// | `fields(size = body.len(), path = %path, rows)` | records expressions; a name without a value is late: the body gives it with `field!(rows = n)` |
/// | `labels(op = op, max = 16)` | dimensions of the metrics; types that do not know the number of their values need the bound `max` |
/// | `ret` | records the result by `Debug`, with `ret = display` by `Display` |
/// | `err` | records the error by `Display`, with `err = debug` by `Debug` |
/// | `error_type = Error::kind` | a function from the error to the name of its kind |
/// | `outcome = classify` | a function from the result to an `Outcome` |
/// | `buckets(0.005, 0.01)` | the bounds of the duration's histogram in seconds, or `buckets = SOME_CONST` |
/// | `slow = "100ms"` | keeps the fields only of calls that fail or take longer |
/// | `signals(metrics)` | gives only `metrics`, or only `spans` |
/// | `monitor = self.monitor` | records with the monitor of an instance |
/// | `parent = request.context` | the span's parent, in place of the current span |
/// | `links = self.causes()` | spans that led to this one |
/// | `crate = some::path` | where `monitor_core` is re-exported |
/// | `skip` | on a method: leaves it out of its block |
///
/// Expressions see the arguments, `self` and `Self`, and are evaluated before the call, only when somebody listens.
/// The result is what the future gives, where a function returns one; a stream has none.
/// On a block, the options are those of each method that can have them; a method's own come first. Those of a
/// `#[cfg_attr(condition, monitored(..))]` on a method count where the condition holds.
///
/// ```
/// use monitor_core::Labels;
/// use monitor_core::monitored;
///
/// #[derive(Clone, Copy, Labels)]
/// enum Operation {
///     Read,
///     Write,
/// }
///
/// struct Client;
///
/// #[monitored(kind = client, err)]
/// impl Client {
///     #[monitored(labels(op = op), fields(rows), slow = "100ms")]
///     fn run(&self, op: Operation) -> Result<u64, String> {
///         let rows = match op {
///             Operation::Read => 0,
///             Operation::Write => 1,
///         };
///         monitor_core::field!(rows = rows);
///         Ok(rows)
///     }
///
///     #[monitored(skip)]
///     fn is_open(&self) -> bool {
///         true
///     }
/// }
///
/// assert_eq!(Client.run(Operation::Write), Ok(1));
/// assert_eq!(Client.run(Operation::Read), Ok(0));
/// assert!(Client.is_open());
/// ```
///
/// # Limits
///
/// Between the caller and the body of a function that never returns (`-> !`), is `#[track_caller]`, or returns an
/// `impl Trait` that is no `Result`, nothing can stand that sees the result: it ends well or in a panic. A
/// `const fn` is refused, and left alone in a block.
///
/// An `async fn` that returns closures, `-> impl Fn(&str) -> usize`, has to write the types of their arguments,
/// `|text: &str| text.len()`: the compiler does not carry them into the future that is measured. Where the closure
/// gives back a part of its argument, that is not enough, and a named function has to take its place.
///
/// Each async function around another adds one layer to the type of the future. Where futures nest so deep that the
/// compiler asks for a higher `recursion_limit` than the crate has, it has to be given.
///
/// Clippy's `use_self`, one of its nursery, may see the return type of a trait's method where it would not without the
/// attribute.
#[proc_macro_attribute]
pub fn monitored(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::monitored(options.into(), item.into()).into()
}

/// x
#[proc_macro_attribute]
pub fn plugin(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::plugin(options.into(), item.into()).into()
}

/// x
#[proc_macro_attribute]
pub fn plugin_metric(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::plugin_metric(options.into(), item.into()).into()
}

/// Makes an enum or a struct a label whose number of values is known.
///
/// A variant without a field is one value, named in `snake_case` or by `#[label(rename = "..")]`; a variant with one
/// field has the field's values, as in `run.read`. A struct has every combination of its fields' values, as in
/// `read,true`.
///
/// ```
/// use monitor_core::Labels;
/// use monitor_core::monitored;
///
/// #[derive(Labels)]
/// enum Operation {
///     ReadOnly,
///     #[label(rename = "write")]
///     WriteOrUpdate,
/// }
///
/// #[monitored(labels(op = op))]
/// fn run(op: &Operation) -> bool {
///     matches!(op, Operation::ReadOnly)
/// }
///
/// assert!(run(&Operation::ReadOnly));
/// assert!(!run(&Operation::WriteOrUpdate));
/// ```
#[proc_macro_derive(Labels, attributes(label))]
pub fn labels(item: TokenStream) -> TokenStream {
    expand::labels(item.into()).into()
}

/// Gives each kind of error a name for `error.type`: the variant's, or that in `#[error_type(rename = "..")]`.
///
/// `#[error_type(transparent)]` takes the name from the variant's one field.
///
/// ```
/// use monitor_core::ErrorType;
/// use monitor_core::monitored;
///
/// #[derive(Debug, ErrorType)]
/// enum Fault {
///     Closed,
///     #[error_type(rename = "timeout")]
///     TimedOut { seconds: u32 },
/// }
///
/// #[monitored]
/// fn wait(seconds: u32) -> Result<(), Fault> {
///     if seconds == 0 { Err(Fault::Closed) } else { Err(Fault::TimedOut { seconds }) }
/// }
///
/// assert!(wait(1).is_err());
/// ```
#[proc_macro_derive(ErrorType, attributes(error_type))]
pub fn error_type(item: TokenStream) -> TokenStream {
    expand::error_type(item.into()).into()
}
