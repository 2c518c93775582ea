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
        .with("service.instance.id", instance_id())
        .with("telemetry.sdk.name", env!("CARGO_PKG_NAME"))
        .with("telemetry.sdk.language", "rust")
        .with("telemetry.sdk.version", env!("CARGO_PKG_VERSION"))
}

/// What no other process is called: a random UUID, the same as long as the process lives.
pub(crate) fn instance_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        // The keys of a hash map come from the system's source of randomness, and the hash does not give them away.
        let keys = RandomState::new();
        let high = u128::from(keys.hash_one("service.instance.id"));
        uuid(high << 64 | u128::from(keys.hash_one(std::process::id())))
    })
}

/// A random UUID (version 4, RFC 9562) of these bits.
pub(crate) fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}
