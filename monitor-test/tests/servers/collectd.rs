//! collectd, whose StatsD parser takes nothing that is not in the format's first description.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use monitor_core::Recorder;
use monitor_core::recorders::Statsd;

use crate::dotted::PREFIX;
use crate::dotted::of_call;
use crate::dotted::of_value;
use crate::expected::Expected;
use crate::peer::Peer;
use crate::program;
use crate::server::Server;
use crate::server::eventually;
use crate::server::free_address;

/// It keeps no longer names.
const LONGEST: usize = 127;
/// How far a duration may be off, in seconds: it takes whole milliseconds of values that stand for those of a histogram.
const ERROR: f64 = 0.003;
/// What it counts the values of a timer with.
const COUNT: &str = "gauge";

pub(crate) struct Collectd {
    server: Server,
    /// Over UDP.
    address: SocketAddr,
}

impl Collectd {
    pub(crate) fn start() -> Self {
        let (server, (address, _)) = Server::start(
            "collectd",
            |folder| {
                let address = free_address();
                let place = folder.text();
                // Each second it writes the newest values to files, counters as they are and not as rates.
                let config = format!(
                    "Hostname test\nFQDNLookup false\nInterval 1\nBaseDir \"{place}\"\nPIDFile \"{place}/pid\"\n\
                     PluginDir \"/usr/lib/collectd\"\nTypesDB \"/usr/share/collectd/types.db\"\n\
                     LoadPlugin logfile\n<Plugin logfile>\n LogLevel info\n File STDOUT\n</Plugin>\n\
                     LoadPlugin csv\n<Plugin csv>\n DataDir \"{place}/csv\"\n StoreRates false\n</Plugin>\n\
                     LoadPlugin statsd\n<Plugin statsd>\n Host \"127.0.0.1\"\n Port \"{}\"\n TimerCount true\n\
                     TimerSum true\n</Plugin>\n",
                    address.port()
                );
                let mut command = Command::new("/usr/sbin/collectd");
                command.args(["-f", "-C"]).arg(folder.write("collectd.conf", &config));
                (command, (address, folder.join("output")))
            },
            // Nobody can be asked over UDP whether he is there.
            |(address, output)| match fs::read_to_string(output) {
                Ok(said) if said.contains(&format!("Listening on [127.0.0.1]:{}", address.port())) => Ok(()),
                said => Err(format!("nobody listens: {said:?}")),
            },
        );
        Self { server, address }
    }

    /// All values of each series, the oldest first; the series are called by type and name.
    fn read(&self) -> Result<BTreeMap<String, Vec<f64>>, String> {
        let folder = self.server.folder.join("csv/test/statsd");
        let mut series = BTreeMap::<_, Vec<f64>>::new();
        for file in fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))? {
            let file = file.map_err(|error| error.to_string())?.path();
            let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
            let rows = text.lines().skip(1).filter_map(|row| row.split(',').nth(1)?.parse::<f64>().ok());
            // Behind the name comes the date; after midnight there are two files.
            let name = file.file_name().and_then(|name| name.to_str()).ok_or("no name")?;
            let name = name.get(..name.len().saturating_sub("-2026-01-01".len())).ok_or("no date")?;
            series.entry(name.to_owned()).or_default().extend(rows);
        }
        Ok(series)
    }
}

/// A name of this type, as far as it is kept.
fn name(kind: &str, path: &str) -> String {
    let path: String = path.chars().take(LONGEST).collect();
    format!("{kind}-{path}")
}

impl Peer for Collectd {
    fn recorder_name(&self) -> &'static str {
        "statsd"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        let address = format!("udp://{}", self.address).parse().unwrap();
        Box::new(Statsd::default().address(address).prefix(PREFIX))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("ADDRESS", format!("udp://{}", self.address)), ("PREFIX", PREFIX.to_owned())]
    }

    fn check(&self, expected: &Expected) {
        let mut counted = BTreeMap::new();
        for (series, count) in expected.counts() {
            counted.insert(name("derive", &of_call("function.calls", &series)), count as f64);
            let timer = of_call("function.calls.duration", &series);
            counted.insert(name(COUNT, &format!("{timer}-count")), count as f64);
        }
        for (customer, orders) in program::ORDERS {
            counted.insert(name("derive", &of_value("servers.orders", Some(customer))), orders as f64);
        }
        counted.insert(name("gauge", &of_value("servers.temperature", None)), program::TEMPERATURE);
        let series = eventually(|| {
            let series = self.read()?;
            for (name, value) in &counted {
                // A timer's values are counted anew each second.
                let of_timer = name.starts_with(COUNT) && name.ends_with("-count");
                let rows = series.get(name).ok_or_else(|| format!("no {name} in {series:?}"))?;
                let sum = if of_timer { rows.iter().sum() } else { rows.last().copied().unwrap_or_default() };
                if sum != *value {
                    return Err(format!("{name}: {rows:?} instead of {value}"));
                }
            }
            Ok(series)
        });
        for (key, calls) in expected.series() {
            let sums =
                &series[&name("latency", &format!("{}-sum", of_call("function.calls.duration", &key)))];
            // There is none for a second without values.
            calls.check_sum(sums.iter().filter(|sum| sum.is_finite()).sum(), ERROR * calls.count as f64);
        }
        let output = self.server.output();
        assert!(!output.contains("Unable to parse"), "{output}");
        assert!(
            series.keys().all(|name| name.split_once('-').is_some_and(|(_, path)| path.starts_with(PREFIX)))
        );
    }
}
