//! What `monitor-core` re-exports: the attributes `monitored`, `plugin` and `plugin_metric`, and the derives.
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
/// The end of the chain is a plugin with `terminal`, or a call of `monitor_core::plugin::reach_end()`.
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

/// Declares a metric: a function or method gives it values, and it is there before the first one.
///
/// Any number of them may be on one function, with `#[monitored]` or without, in any order. A function that has no
/// `#[monitored]`, on itself or on its block, is measured as with a bare one. All snapshots have every metric that is
/// declared in the linked program from the beginning: counters with zero, histograms with no values, gauges without a
/// point until they have a value, and metrics with labels without a point until their labels have values.
///
/// ```
/// use monitor_core::{Monitor, MetricData, plugin_metric};
///
/// #[plugin_metric(counter = "failover.triggered.count")]
/// #[plugin_metric(counter = "failover.failed.count", on(error, panic, cancelled))]
/// #[plugin_metric(counter = "failover.host.count.{host}", labels(max = 64), on = ok)]
/// #[plugin_metric(histogram = "failover.duration", unit = "ms")]
/// #[plugin_metric(gauge = "failover.attempts", value = |Ok(attempts)| attempts)]
/// fn fail_over(host: &str) -> Result<u32, String> {
///     if host.is_empty() { Err("no host".to_owned()) } else { Ok(2) }
/// }
///
/// let monitor = Monitor::builder().build();
/// let value = |name: &str| monitor.snapshot().metric(name).unwrap().points[0].data.clone();
/// assert_eq!(value("failover.triggered.count"), MetricData::Counter(0));
///
/// monitor.scope(|| (fail_over("db-1").is_ok(), fail_over("").is_ok()));
/// assert_eq!(value("failover.triggered.count"), MetricData::Counter(2));
/// assert_eq!(value("failover.failed.count"), MetricData::Counter(1));
/// assert_eq!(value("failover.host.count"), MetricData::Counter(1));
/// assert_eq!(value("failover.attempts"), MetricData::Gauge(2.0));
/// ```
///
/// # Options
///
/// | option | what it does |
/// |---|---|
/// | `counter = "cache.hits"` | a sum that only grows, by one or by `value`, a whole number |
/// | `gauge = "cache.size"` | a value that is set: `value`, or the function's result |
/// | `histogram = "batch.size"` | a distribution: of `value`, or of the durations of the calls, in `unit` (`s` by default) |
/// | `up_down_counter = "cache.used"` | a sum that grows and shrinks by `value`, which must be given |
/// | `on = error` | when: on the `call` before it runs, as by default, or on its end: `ok`, `error`, `panic`, `cancelled`; several are `on(error, panic)` |
/// | `on = \|result\| result.is_stale()` | where the result, by reference, is like this |
/// | `value = rows.len()` | what; sees the arguments and `self` before the call |
/// | `value = \|result\| result.len()` | what, of the result, by reference; recorded where there is one |
/// | `labels(host = self.host, max = 64)` | dimensions, as those of `#[monitored]`; evaluated before the call |
/// | `unit = "ms"` | in UCUM; a `Duration` becomes a number of this unit |
/// | `description = "Hits of the cache."` | what it counts; the first paragraph of the function's documentation by default |
/// | `buckets(1, 5, 10)` | the upper bounds of a histogram's buckets |
/// | `read` | the function, which has no arguments, is called when a snapshot is taken |
/// | `watch` | the method, which has `&self` alone, is called when a snapshot is taken, for each object that is watched |
/// | `crate = some::path` | where `monitor_core` is re-exported |
///
/// A part of the name in braces is a label: `host_unhealthy.count.{host}` is the metric `host_unhealthy.count` with the
/// label `host`, whose value is the argument of that name or that in `labels(..)`. Recorders that know no labels put it
/// back in its place (`Metric::path`). A label whose type does not know how many values it has needs the bound `max`;
/// values beyond share one overflow series.
///
/// A look at the result may have a pattern that does not always fit, as `|Ok(rows)| rows.len()`: where it does not,
/// there is nothing to record. Nor where the value is `None` or an `Err`. What is no number, infinite, or negative on a
/// counter or a histogram is not recorded but counted, in `Losses::values_rejected`. A panic in a value, a label or a
/// look is counted in `Losses::evaluations_panicked`, and the call goes on; a value whose label panicked is recorded
/// without labels.
///
/// The values are recorded by the monitor that records the call, also with `monitor = ..`. One name means one kind,
/// unit and set of labels: declared twice alike, the values add up in one metric; declared differently, the first one
/// counts, the other is refused, said on the standard error stream and counted in `Losses::sources_refused`.
///
/// # Read by snapshots
///
/// `read` and `watch` are for what somebody else keeps. Their functions are called when a snapshot is taken and at no
/// other time, on the thread that takes it and without a lock of ours; one that never returns keeps the snapshot from
/// being made. They may give an `Option`: `None` is "not known", and the metric has no point. They are measured only
/// with a `#[monitored]` of their own.
///
/// `watch` puts a method beside the annotated one, `watch_size` beside `size`, that takes an `Arc` of the object. The
/// object is shown until the guard is dropped or the object is gone.
///
/// ```
/// use monitor_core::{Monitor, MetricData, plugin_metric};
/// use std::sync::Arc;
///
/// #[plugin_metric(gauge = "token_cache.size", read)]
/// fn cached_tokens() -> usize {
///     3
/// }
///
/// struct Pool {
///     host: String,
///     open: Vec<u32>,
/// }
///
/// impl Pool {
///     #[plugin_metric(gauge = "pool.open.{host}", labels(host = self.host, max = 64), watch)]
///     fn open(&self) -> usize {
///         self.open.len()
///     }
/// }
///
/// let pool = Arc::new(Pool { host: "db-1".to_owned(), open: vec![7, 8] });
/// let _watch = pool.watch_open();
/// let snapshot = Monitor::builder().build().snapshot();
/// assert_eq!(snapshot.metric("token_cache.size").unwrap().points[0].data, MetricData::Gauge(3.0));
/// assert_eq!(snapshot.metric("pool.open").unwrap().points[0].data, MetricData::Gauge(2.0));
/// ```
///
/// A function of a generic block, or one without `self` whose block has no attribute of ours, cannot be `read`;
/// `instrument::ObservableGauge` does the same by hand. Where the platform's linker makes no lists (WebAssembly),
/// a metric is there from its first value, and what is `read` or watched by hand from the first watch on.
///
/// # The metrics of the AWS drivers
///
/// | there | here |
/// |---|---|
/// | counter: `LongCounter`, in Python an `UpDownCounter` | `counter = ".."` |
/// | gauge: `ObservableLongGauge`, in Python an `ObservableUpDownCounter` | `gauge = "..", read` or `watch` |
/// | `host_monitoring.connections.aborted`, `efm.connections.aborted`, `efm2.connections.aborted` | `counter` on what aborts a connection |
/// | `host_monitoring.host_unhealthy.count.[HOST]`, `efm.nodeUnhealthy.count.[NODE]`, `efm.hostUnhealthy.count.[INSTANCE]` | `counter = "host_monitoring.host_unhealthy.count.{host}", on(error, panic, cancelled)` on the probe |
/// | `efm.contextPool.size`, `efm2.newContexts.size.[HOST]`, `efm2.activeContexts.size.[HOST]` | `gauge = "..{host}", watch` |
/// | `efm2.hostHealthy.[HOST]` | `gauge = "efm2.hostHealthy.{host}", watch` on a method that gives a `bool`: 1 or 0 |
/// | `secrets_manager.fetch_credentials.count`, `secretsManager.fetchCredentials.count` | `counter` on the fetch itself, so that hits of the cache do not count |
/// | `iam.`, `federated.` and `okta.fetch_token.count`, in JDBC `iam.fetchToken.count` and so on | `counter` on the fetch |
/// | `iam.`, `federated.` and `okta.token_cache.size`, in JDBC `iam.tokenCache.size` and so on | `gauge = "..", read` |
/// | `writer_failover.triggered.count`, `writerFailover.triggered.count`; the same of `reader_failover` | `counter = ".."` |
/// | `writer_failover.completed.success.count`, `.completed.failed.count` | `counter = "..", on = ok` and `on(error, panic, cancelled)` |
/// | `frt.response.time.[HOST]`, ms, −1 where it is not known | `gauge = "frt.response.time.{host}", unit = "ms", watch` on a method that gives an `Option` |
/// | `frt.hosts.count` | `gauge = "frt.hosts.count", watch` |
/// | `stale_dns.stale.detected`, `staleDNS.stale.detected` | `counter = "..", on = \|result\| ..` on the check |
/// | `customEndpoint.infoChanged.counter`, `customEndpoint.waitForInfo.counter`, `aurora_connection_tracker.writer_changes.count` | `counter`, `on = \|result\| ..` where a function tells it by its result |
/// | `rws.switches.to_reader.count`, `.to_writer.count`, `connect_time.total.count`, `execute_time.total.count` | `counter` |
/// | `dataCache.cache.hit`, `.miss`, `.totalCalls`, and those of `remoteQueryCache` | `counter`, `on = \|Some(_)\| true` or `on = \|None\| true` |
/// | `dataCache.cache.size`, `remoteQueryCache.cache.healthCheck.consecutiveSuccess`, `.consecutiveFailure` | `gauge = "..", watch` |
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
