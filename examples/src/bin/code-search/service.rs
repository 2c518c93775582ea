//! The service, put together: index, driver and its plugins, load, report.

use std::error::Error;
use std::num::NonZeroU32;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use crate::driver;
use crate::driver::Driver;
use crate::driver::Faults;
use crate::driver::Pool;
use crate::driver::plugin::Cache;
use crate::driver::plugin::Replica;
use crate::driver::plugin::Retry;
use crate::index::Index;
use crate::load::ENTRANCE;
use crate::load::Load;
use crate::load::Totals;
use crate::options::Options;
use crate::progress;
use crate::progress::Progress;
use crate::progress::Screen;
use crate::report::Cost;
use crate::report::Report;
use crate::report::count;
use crate::telemetry::Telemetry;

/// Indexes, serves, and tells how it went.
pub(crate) fn run(options: &Options) -> Result<Report, Box<dyn Error>> {
    let telemetry = Telemetry::install(&options.recorders)?;
    let index = indexed(options, telemetry.screen())?;
    let driver = driver(index.path())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let started = Instant::now();
    let totals = runtime.block_on(async {
        let load = Load::start(driver, index.vocabulary(), options.tasks());
        serve(load, options, &telemetry).await
    });
    let served = started.elapsed();
    // Work that was given up is stopped, but its thread may take a moment to see it.
    runtime.shutdown_timeout(Duration::from_secs(1));
    telemetry.flush();
    Ok(Report {
        size: index.size(),
        tasks: options.tasks(),
        served,
        totals,
        functions: telemetry.functions(),
        kinds: telemetry.kinds(),
        slowest: telemetry.slowest(),
        accounts: telemetry.accounts(),
        losses: telemetry.losses(),
        cost: Cost::measured(),
    })
}

fn indexed(options: &Options, screen: Screen) -> Result<Index, Box<dyn Error>> {
    let progress = Progress::start("indexing", screen);
    let index = Index::build(&options.path, |done, all| {
        progress.show(
            done as u64,
            all as u64,
            format!("{} of {} files", count(done as u64), count(all as u64)),
        );
    })?;
    progress.finish(index.size().to_string());
    Ok(index)
}

/// The chain: a cache before a retry before a replica that is not always well.
fn driver(index: &Path) -> Result<impl Driver, driver::Error> {
    let primary = Pool::open(index, 2, Faults::none())?;
    let replica = Pool::open(index, 4, Faults::new(2026, 20, 5))?;
    let replica = Replica::new(primary, replica, 10);
    let retry = Retry::new(replica, const { NonZeroU32::new(3).unwrap() }, Duration::from_millis(1));
    Ok(Cache::new(retry, const { NonZeroUsize::new(500).unwrap() }))
}

/// Shows the load at work until its time is over, or a person ends it.
async fn serve(load: Load, options: &Options, telemetry: &Telemetry) -> Totals {
    let (progress, started) = (Progress::start("serving", telemetry.screen()), Instant::now());
    let all = options.duration().as_millis() as u64;
    let figures = |totals: Totals| {
        let functions = telemetry.functions();
        let asked = functions.iter().find(|row| row.name == ENTRANCE);
        progress::figures(totals, started.elapsed(), asked)
    };
    let every = Duration::from_millis(200);
    let mut tick = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
    let over = over(options.duration());
    tokio::pin!(over);
    loop {
        tokio::select! {
            () = &mut over => break,
            _ = tick.tick() => {
                let done = started.elapsed().as_millis() as u64;
                progress.show(done, all, figures(load.totals()));
            }
        }
    }
    let totals = load.finish().await;
    progress.finish(figures(totals));
    totals
}

/// Ends after a time or with Ctrl-C; one future for both, so that no Ctrl-C is lost between two ticks.
async fn over(duration: Duration) {
    tokio::select! {
        () = tokio::time::sleep(duration) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Query;
    use crate::index::sample;

    #[tokio::test]
    async fn whoever_asks_sees_nothing_of_a_replica_that_fails_now_and_then() {
        let index = sample::index();
        let driver = driver(index.path()).unwrap();
        for number in 0..300 {
            let query = Query::Prefix(format!("word{number}").into());
            assert!(driver.run(&query).await.is_ok(), "query {number} failed");
        }
    }
}
