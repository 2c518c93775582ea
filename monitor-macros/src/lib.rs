//! What `monitor-core` re-exports: the attributes `monitored`, `plugin` and `plugin_metric`, and the derives `Labels`,
//! `ErrorType`, `Event` and `Listener`.
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
/// | `level = force_top_level` | where the span hangs: `nested`, `top_level`, `force_top_level` or `no_trace`, as `TraceLevel` tells |
/// | `copy = force_top_level` | records a second span of the call at this level, named `copy: ..`, where the monitor records copies |
/// | `monitor = self.monitor` | records with the monitor of an instance |
/// | `parent = request.context` | the span's parent, in place of the current span |
/// | `links = self.causes()` | spans that led to this one |
/// | `command(system = "postgresql", text = sql)` | the call is a command of a driver: see below |
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
/// # Commands
///
/// `command(..)` makes a driver's method a command to a database: its span, the metrics `db.client.operation.duration`
/// and `db.client.response.returned_rows`, and for listeners the events `CommandStarted` and then `CommandSucceeded` or
/// `CommandFailed`, however the call ends. What is only for listeners is evaluated only where events are heard, by a
/// listener or by a recorder that takes them.
///
/// | of the command | what it is |
/// |---|---|
/// | `system = "postgresql"` | the database, by OpenTelemetry's name for it; needed |
/// | `name = op` | what the command is called; without this, the first word of its text |
/// | `database = self.database`, `collection = table`, `target = procedure` | what it is about |
/// | `text = sql` | the query, in which every literal becomes a `?` |
/// | `raw_text = sql` | a query that has no values in it, told as it is |
/// | `summary = summary` | what it does to what, where the driver knows it better than the text tells |
/// | `document = command.to_string()` | the whole command, evaluated only for listeners |
/// | `batch = operations.len()` | how many operations are sent at once |
/// | `server = self.address`, `connection_id = self.id`, `server_connection_id = self.server_id`, `service_id = id` | where it goes |
/// | `request_id = id`, `operation_id = id` | its numbers; without these, the next of the process, and that of the `Operation` around |
/// | `sensitive = &SENSITIVE` | whether it is sensitive: `true`, a `Redaction`, or a list of one's own |
/// | `reply = \|reply\| reply.to_string()` | what the server answered, evaluated only for listeners |
/// | `rows = \|reply\| reply.len()` | how many rows it returned |
/// | `status = \|error\| error.code()` | the server's code for what went wrong |
/// | `failure = \|error\| Failure::server(error.to_string())` | what went wrong, evaluated only for listeners |
///
/// The last four look at the `Result` that the function gives; where that is behind an alias or in a box, the argument
/// of a closure needs its type, `|reply: &Rows| reply.len()`.
///
/// Of a sensitive command, such as `saslStart` or `ALTER ROLE .. PASSWORD ..`, nothing leaves the function but how long it
/// took, how it ended, and the names of command, database and server: its span has no fields, whatever other options
/// say, its own labels and those of its `#[plugin_metric]`s are left out, and events have `{}` in the place of what was
/// sent and answered. What was decided at the beginning holds to the end.
///
/// ```
/// use monitor_core::monitored;
///
/// struct Connection {
///     database: String,
/// }
///
/// impl Connection {
///     #[monitored(command(
///         system = "postgresql",
///         database = self.database,
///         text = sql,
///         server = "db1.example.org:5433",
///         rows = |rows| rows.len(),
///     ))]
///     async fn query(&mut self, sql: &str) -> Result<Vec<String>, std::io::Error> {
///         Ok(vec![sql.to_uppercase()])
///     }
/// }
/// # drop(Connection { database: String::from("shop") }.query("SELECT 1"));
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

/// Makes an `impl` block a plugin: each call of one of its methods is a segment of the chain that the call is in.
///
/// A plugin of a driver wraps a call: it does its part and calls the next plugin, and the last one calls the driver.
/// Every method with `self` is monitored as by [`#[monitored]`](macro@monitored) on the block, named after the plugin,
/// `failover::execute`, and its span has besides:
///
/// | field | what |
/// |---|---|
/// | `plugin.name` | the name |
/// | `plugin.position` | how deep in the chain: the outermost plugin has 1 |
/// | `plugin.next.calls` | how often it called what comes next: another plugin, or the end of the chain |
/// | `plugin.short_circuited` | `true` where it ended without calling what comes next, in whatever way it ended |
///
/// Its own time, apart from what comes next, is in `function.calls.self_duration`. A plugin that calls a method of its
/// own is still the same plugin, and at the same position. What waits between two polls is in no one's way, so chains
/// may take turns on a thread; what a plugin spawns as a task or a thread of its own begins a new chain. Functions
/// without `self`, such as `new`, are monitored but are no segments, and a method with `#[monitored(skip)]` is
/// neither.
///
/// The end of the chain is a plugin with `terminal`, or a call of `monitor_core::plugin::reach_end()`. What a plugin with
/// `terminal` calls, to open a connection for instance, is a chain of its own.
///
/// ```
/// use monitor_core::plugin;
///
/// struct Retry {
///     next: Driver,
/// }
///
/// struct Driver;
///
/// #[plugin(name = "retry")]
/// impl Retry {
///     fn execute(&self, sql: &str) -> Result<u64, String> {
///         self.next.execute(sql).or_else(|_| self.next.execute(sql))
///     }
/// }
///
/// #[plugin(name = "driver", terminal, kind = client)]
/// impl Driver {
///     fn execute(&self, sql: &str) -> Result<u64, String> {
///         if sql.is_empty() { Err("nothing to do".to_owned()) } else { Ok(1) }
///     }
/// }
///
/// // `retry::execute` has `plugin.position` 1 and `plugin.next.calls` 2.
/// assert!(Retry { next: Driver }.execute("").is_err());
/// ```
///
/// # Options
///
/// | option | what it does |
/// |---|---|
/// | `name = "failover"` | the plugin's name; it must be given |
/// | `terminal` | the chain ends with this plugin, so that it has no next one to call |
///
/// All options that `#[monitored]` has on a block are options here, and a method may have a `#[monitored(..)]` of its
/// own with more of them, and any number of [`#[plugin_metric(..)]`](macro@plugin_metric).
#[proc_macro_attribute]
pub fn plugin(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::plugin(options.into(), item.into()).into()
}

#[doc = include_str!("../doc/plugin_metric.md")]
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

/// Makes an enum or a struct a type of event.
///
/// A struct is one event, named like the type in `snake_case`; an enum is one event a variant, named
/// `type.variant`. An `Event` at the end of the type's name does not count: `CacheEvent::Evicted` is `cache.evicted`.
///
/// | option | where | what it does |
/// |---|---|---|
/// | `name = "cache.evicted"` | struct, variant | names the event; on an enum, what stands before the dot |
/// | `severity = warn` | struct, enum, variant | `debug`, `info` (the default), `warn` or `error` |
/// | `crate = some::path` | struct, enum | where `monitor_core` is re-exported |
/// | `display`, `debug` | field | tells the field by `Display` or by `Debug` |
/// | `skip` | field | does not tell the field to recorders; listeners have the whole event |
/// | `name = "key"` | field | names the field |
///
/// ```
/// use monitor_core::event::Event;
///
/// #[derive(Clone, Debug, Event)]
/// enum CacheEvent {
///     Cleared,
///     #[event(severity = warn)]
///     Evicted {
///         key: String,
///         #[event(debug)]
///         why: Option<std::fmt::Error>,
///     },
/// }
///
/// assert_eq!(CacheEvent::Cleared.name(), "cache.cleared");
/// let mut fields = Vec::new();
/// CacheEvent::Evicted { key: String::from("a"), why: None }
///     .fields(&mut |name, value| fields.push(format!("{name}={value}")));
/// assert_eq!(fields, ["key=a", "why=None"]);
/// ```
#[proc_macro_derive(Event, attributes(event))]
pub fn event(item: TokenStream) -> TokenStream {
    expand::event(item.into()).into()
}

/// Makes a type a listener to all families whose traits it implements.
///
/// Which these are of `CommandListener`, `PoolListener`, `ServerListener`, `TopologyListener`, `HeartbeatListener` and
/// `FailoverListener` the compiler finds out. Events of one's own, heard by `EventListener`, are named:
/// `#[listener(CacheEvicted)]`. A type that hears nothing does not compile.
///
/// ```
/// use monitor_core::event::{CommandFailed, PoolCleared};
/// use monitor_core::listener::{CommandListener, Listener, PoolListener};
///
/// #[derive(Listener)]
/// struct Alarm;
///
/// impl CommandListener for Alarm {
///     fn failed(&self, event: &CommandFailed) {
///         eprintln!("{} failed", event.command_name);
///     }
/// }
///
/// impl PoolListener for Alarm {
///     fn pool_cleared(&self, event: &PoolCleared) {
///         eprintln!("the pool of {} was cleared", event.address);
///     }
/// }
///
/// let monitor = monitor_core::Monitor::builder().listener(Alarm).build();
/// ```
#[proc_macro_derive(Listener, attributes(listener))]
pub fn listener(item: TokenStream) -> TokenStream {
    expand::listener(item.into()).into()
}
