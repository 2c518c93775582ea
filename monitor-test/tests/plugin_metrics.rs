//! First try.
use monitor_core::{Monitor, monitored, plugin, plugin_metric};

struct Host {
    name: String,
    ok: bool,
}

#[plugin_metric(counter = "t.calls.count")]
#[plugin_metric(counter = "t.failed.count", on = error)]
#[plugin_metric(counter = "t.host.count.{host}", labels(host = host.name, max = 4), on(error, panic))]
#[plugin_metric(histogram = "t.len", value = |Ok(text)| text.len())]
#[plugin_metric(counter = "t.long", on = |result| result.as_ref().is_ok_and(|text| text.len() > 2), value = host.name.len())]
fn go(host: &Host) -> Result<String, String> {
    if host.ok { Ok(host.name.clone()) } else { Err("x".into()) }
}

#[plugin_metric(gauge = "t.size", value = |result| result.len())]
#[monitored]
fn size(n: usize) -> Vec<u8> where {
    vec![0; n]
}

#[plugin_metric(gauge = "t.cached", read)]
fn cached() -> usize {
    7
}

struct Pool(usize);

#[monitored]
impl Pool {
    #[plugin_metric(gauge = "t.pool.size", watch)]
    fn size(&self) -> usize {
        self.0
    }
    #[plugin_metric(gauge = "t.pool.max", read)]
    fn max() -> usize {
        9
    }
}

struct A(B);
struct B;
#[plugin(name = "a")]
impl A {
    fn run(&self, go: bool) {
        if go {
            self.0.run()
        }
    }
}
#[plugin(name = "b", terminal)]
impl B {
    fn run(&self) {}
}

#[test]
fn first() {
    let monitor = Monitor::builder().build();
    println!(
        "{:#?}",
        monitor
            .snapshot()
            .metrics()
            .iter()
            .map(|m| (
                m.name.to_string(),
                m.points.iter().map(|p| (m.path(p), p.data.clone())).collect::<Vec<_>>()
            ))
            .collect::<Vec<_>>()
    );
    let pool = std::sync::Arc::new(Pool(5));
    let _watch = pool.watch_size();
    monitor.scope(|| {
        let _ = go(&Host { name: "abc".into(), ok: true });
        let _ = go(&Host { name: "d".into(), ok: false });
        size(3);
        A(B).run(true);
        A(B).run(false);
    });
    println!(
        "{:#?}",
        monitor
            .snapshot()
            .metrics()
            .iter()
            .map(|m| (
                m.name.to_string(),
                m.points.iter().map(|p| (m.path(p), p.data.clone())).collect::<Vec<_>>()
            ))
            .collect::<Vec<_>>()
    );
}
