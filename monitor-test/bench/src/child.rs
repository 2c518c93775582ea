//! Child processes: recorders are global and cannot be uninstalled, so each configuration has its own.

use std::env;
use std::io;
use std::process::Command;
use std::process::Stdio;

use crate::contestant::Case;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::instructions;
use crate::measure;
use crate::rivals;
use crate::shipping;
use crate::sustained;
use crate::threads;

/// The first argument that makes the program a child.
pub(crate) const FLAG: &str = "--child";

/// Marks the lines of a child's output that are for the parent; a rival may print, too.
const MARK: &str = "@bench";

/// A child's task.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Task {
    /// Table 4.
    Instructions,
    /// Table 1.
    Measure,
    /// Table 6.
    Shipping,
    /// Table 3.
    Sustained,
    /// Table 2.
    Threads,
}

impl Task {
    const ALL: [Self; 5] =
        [Self::Instructions, Self::Measure, Self::Shipping, Self::Sustained, Self::Threads];

    /// What the command line calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Measure => "measure",
            Self::Shipping => "shipping",
            Self::Sustained => "sustained",
            Self::Threads => "threads",
        }
    }
}

/// What a child is told.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// What to do.
    pub task: Task,
    /// In which configuration.
    pub group: Group,
    /// How often: rounds or calls.
    pub count: u64,
    /// Which column, where the task is about one.
    pub case: Case,
    /// A contestant's name, or a part of it.
    pub subject: String,
}

impl Job {
    /// The arguments that make the program do this job.
    pub(crate) fn arguments(&self) -> [String; 6] {
        let count = self.count.to_string();
        [FLAG, self.task.name(), self.group.name(), &count, self.case.heading(), &self.subject]
            .map(str::to_owned)
    }

    /// Runs it in a process of its own and returns the lines it reported, each as its cells.
    ///
    /// # Errors
    ///
    /// When the process could not be started or failed.
    pub(crate) fn run(&self) -> io::Result<Vec<Vec<String>>> {
        let mut command = Command::new(env::current_exe()?);
        let output = command.args(self.arguments()).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("the child for {self:?} ended with {}", output.status)));
        }
        Ok(reported(&String::from_utf8_lossy(&output.stdout)))
    }

    fn parse(arguments: &[String]) -> Option<Self> {
        let [task, group, count, case, subject] = arguments else { return None };
        Some(Self {
            task: Task::ALL.into_iter().find(|known| known.name() == task)?,
            group: Group::named(group)?,
            count: count.parse().ok()?,
            case: Case::headed(case)?,
            subject: subject.clone(),
        })
    }
}

/// Does the job that the arguments after [`FLAG`] tell, inside the child.
///
/// # Errors
///
/// When the arguments are not what [`Job::arguments`] makes.
pub(crate) fn serve(arguments: &[String]) -> Result<(), String> {
    let job =
        Job::parse(arguments).ok_or_else(|| format!("`{FLAG}` is internal; {arguments:?} is no job"))?;
    match job.task {
        Task::Measure => measure::child(&set_up(&job), job.count),
        Task::Threads => threads::child(&set_up(&job), job.count),
        Task::Instructions => instructions::child(single(&job)?, job.case, job.count),
        Task::Shipping => shipping::child(&job.subject, job.count)?,
        Task::Sustained => sustained::child(single(&job)?, job.count),
    }
    Ok(())
}

/// Tells the parent a line.
pub(crate) fn report(cells: &[&str]) {
    println!("{MARK}\t{}", cells.join("\t"));
}

fn reported(output: &str) -> Vec<Vec<String>> {
    let lines = output.lines().filter_map(|line| line.strip_prefix(MARK)?.strip_prefix('\t'));
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn set_up(job: &Job) -> Vec<Contestant> {
    let contestants = rivals::of(job.group, &job.subject);
    for contestant in &contestants {
        (contestant.setup)();
    }
    contestants
}

fn single(job: &Job) -> Result<Contestant, String> {
    let known = || format!("there is no contestant `{}` in group {}", job.subject, job.group.name());
    let contestant = rivals::named(job.group, &job.subject).ok_or_else(known)?;
    (contestant.setup)();
    Ok(contestant)
}
