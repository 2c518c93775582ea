//! `service.*` and `telemetry.sdk.*`.

use std::hash::BuildHasher;
use std::hash::RandomState;
use std::sync::OnceLock;

use crate::model::Resource;

/// The service as it is known when nobody names it, and who tells of it.
pub(crate) fn detect(executable: Option<&str>) -> Resource {
    let name = match executable {
        Some(executable) => format!("unknown_service:{executable}"),
        None => "unknown_service".to_owned(),
    };
    Resource::default()
        .with("service.name", name)
        .with("telemetry.sdk.name", env!("CARGO_PKG_NAME"))
        .with("telemetry.sdk.language", "rust")
        .with("telemetry.sdk.version", env!("CARGO_PKG_VERSION"))
}

/// What no other process is called that has this number, or any other: a random UUID, the same as long as the process
/// lives. One that was forked off has the memory of its parent and a number of its own.
pub(crate) fn instance_id(process: u32) -> String {
    // The keys of a hash map come from the system's source of randomness, and the hash does not give them away.
    static KEYS: OnceLock<RandomState> = OnceLock::new();
    let keys = KEYS.get_or_init(RandomState::new);
    uuid(u128::from(keys.hash_one((process, "high"))) << 64 | u128::from(keys.hash_one((process, "low"))))
}

/// A random UUID (version 4, RFC 9562) of these bits.
pub(crate) fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}
