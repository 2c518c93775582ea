//! Table 4: instructions per call, counted by callgrind on the calling thread.

use std::env;
use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use crate::child::Job;
use crate::child::Task;
use crate::contestant::Batch;
use crate::contestant::Case;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::options::Options;
use crate::rivals;
use crate::table::Table;
use crate::table::number;

const CALLS: u64 = 2_000;

/// How often a case runs before it is counted, so that lazy set-up is over.
const WARM_UP: u64 = 2_000;

const NOTE: &str = "callgrind, calling thread only, mean of 2,000 calls after as many to warm up; bare \
    subtracted. It counts no stalls, and a time-stamp read as a few instructions.";

/// What to say where valgrind is missing.
const MISSING: &str = "Table 4 needs valgrind, which is not on the PATH; install it with the system's \
    package manager (`apt-get install valgrind`, `dnf install valgrind`) and run again with `-- \
    --instructions`.";

/// Counts for all contestants and makes the table.
///
/// # Errors
///
/// When valgrind is missing or fails.
pub(crate) fn table(options: &Options) -> io::Result<Table> {
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        return Err(io::Error::new(io::ErrorKind::NotFound, MISSING));
    }
    let mut headings = vec!["group", "contestant"];
    headings.extend(Case::ALL.map(Case::heading));
    let mut table = Table::new("4. Instructions per call over bare", &headings, NOTE);
    for group in Group::ALL {
        let contestants = rivals::of(group, &options.only);
        let Some(bare) = contestants.iter().find(|one| one.name == rivals::BARE) else { continue };
        let bare = counted(bare)?;
        for contestant in &contestants {
            let own = counted(contestant)?;
            let net =
                |(own, bare): (&Option<f64>, &Option<f64>)| number(own.zip(*bare).map(|(a, b)| a - b), 0);
            let mut row = vec![group.name().to_owned(), contestant.name.to_owned()];
            row.extend(own.iter().zip(&bare).map(net));
            table.push(row);
        }
    }
    Ok(table)
}

/// Runs one case inside a child under callgrind, which counts within [`measured_region`] only.
pub(crate) fn child(contestant: Contestant, case: Case, calls: u64) {
    if let Some(batch) = contestant.cases.of(case) {
        batch(WARM_UP);
        // What the warm-up left behind is handed over, so that buffers are used again as in a program that runs on.
        (contestant.flush)();
        measured_region(batch, calls);
    }
}

/// What callgrind looks for by name.
#[inline(never)]
fn measured_region(batch: Batch, calls: u64) {
    batch(black_box(calls));
    // Something to do after the call keeps it from being a jump, which callgrind would not see return.
    black_box(calls);
}

/// Instructions per call of each case, `None` where there is no such case.
fn counted(contestant: &Contestant) -> io::Result<[Option<f64>; 6]> {
    let profile = env::temp_dir().join(format!("monitor-bench-{}.callgrind", std::process::id()));
    let mut totals = [None; 6];
    for (case, total) in Case::ALL.into_iter().zip(&mut totals) {
        if contestant.cases.of(case).is_some() {
            under_callgrind(contestant, case, &profile)?;
            *total = Some(read_total(&profile)? / CALLS as f64);
            fs::remove_file(&profile)?;
        }
    }
    Ok(totals)
}

fn under_callgrind(contestant: &Contestant, case: Case, profile: &Path) -> io::Result<()> {
    let subject = contestant.name.to_owned();
    let job = Job { task: Task::Instructions, group: contestant.group, count: CALLS, case, subject };
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no", "--toggle-collect=*measured_region*"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(env::current_exe()?)
        .args(job.arguments())
        .stdout(Stdio::null())
        .status()?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("valgrind ended with {status} for `{}`", contestant.name)))
}

fn read_total(profile: &Path) -> io::Result<f64> {
    let text = fs::read_to_string(profile)?;
    let line =
        text.lines().find_map(|line| line.strip_prefix("summary:").or_else(|| line.strip_prefix("totals:")));
    let total = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    total.ok_or_else(|| io::Error::other(format!("callgrind told no total in {}", profile.display())))
}
