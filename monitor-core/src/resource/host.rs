//! `host.*` and `os.*`.

use std::env::consts;

use crate::model::Resource;
use crate::resource::surroundings::Surroundings;
use crate::resource::surroundings::one_value;

/// The host and its system.
pub(crate) fn detect(surroundings: &Surroundings<'_>) -> Resource {
    let files = ["/etc/os-release", "/usr/lib/os-release"];
    let release = files.iter().find_map(|path| surroundings.file(path)).unwrap_or_default();
    Resource::default()
        .with("host.name", name(surroundings))
        .with("host.id", id(surroundings))
        .with("host.arch", architecture(consts::ARCH))
        .with("os.type", system(consts::OS))
        .with("os.name", release_value(&release, "NAME"))
        .with("os.version", release_value(&release, "VERSION_ID"))
        .with("os.description", release_value(&release, "PRETTY_NAME"))
}

fn name(surroundings: &Surroundings<'_>) -> Option<String> {
    let file = |path| surroundings.value_file(path);
    // What Linux says where nobody has named the host.
    file("/proc/sys/kernel/hostname")
        .filter(|name| name != "(none)")
        .or_else(|| file("/etc/hostname"))
        .or_else(|| surroundings.first_variable(&["HOSTNAME", "COMPUTERNAME"]))
}

/// What systemd and D-Bus call the machine, and what BSD does.
fn id(surroundings: &Surroundings<'_>) -> Option<String> {
    let machine = ["/etc/machine-id", "/var/lib/dbus/machine-id"];
    let mut machine = machine.iter().filter_map(|path| surroundings.value_file(path));
    machine
        // Until the first boot it is `uninitialized`.
        .find(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .or_else(|| surroundings.value_file("/etc/hostid").filter(|id| id.len() == 36))
}

/// The name that OpenTelemetry has for a processor.
pub(crate) fn architecture(name: &'static str) -> &'static str {
    match name {
        "aarch64" => "arm64",
        "arm" => "arm32",
        "powerpc" => "ppc32",
        "powerpc64" => "ppc64",
        "x86_64" => "amd64",
        other => other,
    }
}

/// The name that OpenTelemetry has for an operating system.
pub(crate) fn system(name: &'static str) -> &'static str {
    match name {
        "android" => "linux",
        "dragonfly" => "dragonflybsd",
        "illumos" => "solaris",
        "ios" | "macos" | "tvos" | "visionos" | "watchos" => "darwin",
        other => other,
    }
}

/// One value of a file as `os-release(5)` describes it: assignments as a shell has them.
pub(crate) fn release_value(text: &str, key: &str) -> Option<String> {
    let mut assigned = text.lines().filter_map(|line| line.trim().split_once('='));
    let (_, value) = assigned.rfind(|(name, _)| *name == key)?;
    let value = value.trim();
    let quote = value.chars().next().filter(|first| *first == '"' || *first == '\'');
    let inner = match quote {
        Some(quote) => value[1..].strip_suffix(quote)?,
        None => value,
    };
    if quote == Some('\'') {
        return one_value(inner);
    }
    let mut escaped = false;
    let plain = inner.chars().filter(|letter| {
        escaped = *letter == '\\' && !escaped;
        !escaped
    });
    one_value(&plain.collect::<String>())
}
