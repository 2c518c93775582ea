//! Rules by which traces are chosen.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;

/// Which traces X-Ray gets: so many a second in any case, and a share of the rest, by what a segment is about.
///
/// The format is that of the X-Ray SDKs, "local sampling rules" of version 2 (or 1, which has `service_name` for `host`).
/// The first rule that fits counts; what a segment does not say fits anything. The default is that of the SDKs: one trace
/// a second, and 5 % of the rest.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-python-configuration.html#xray-sdk-python-configuration-sampling>
///
/// ```
/// use monitor_core::recorders::xray::SamplingRules;
///
/// let rules: SamplingRules = r#"{
///     "version": 2,
///     "rules": [{ "description": "moves", "host": "*", "http_method": "*", "url_path": "/api/move/*",
///                 "fixed_target": 0, "rate": 0.05 }],
///     "default": { "fixed_target": 1, "rate": 0.1 }
/// }"#.parse()?;
/// # Ok::<(), monitor_core::recorders::xray::SamplingRulesError>(())
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct SamplingRules {
    version: u8,
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
    pub(crate) default: Share,
}

/// What a rule is for, and how much of it is told.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(default, rename = "description")]
    _description: String,
    #[serde(alias = "service_name", default = "anything")]
    pub(crate) host: String,
    #[serde(default = "anything")]
    pub(crate) http_method: String,
    #[serde(default = "anything")]
    pub(crate) url_path: String,
    fixed_target: u64,
    rate: f64,
}

/// How much is told.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Share {
    /// So many traces a second, in any case.
    pub(crate) fixed_target: u64,
    /// Which share of the rest, from 0 to 1.
    pub(crate) rate: f64,
}

impl Rule {
    pub(crate) fn share(&self) -> Share {
        Share { fixed_target: self.fixed_target, rate: self.rate }
    }
}

fn anything() -> String {
    "*".to_owned()
}

impl Default for SamplingRules {
    fn default() -> Self {
        Self { version: 2, rules: Vec::new(), default: Share { fixed_target: 1, rate: 0.05 } }
    }
}

impl SamplingRules {
    /// Reads rules from a file.
    ///
    /// # Errors
    ///
    /// There is no such file, or it has no rules in it.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, SamplingRulesError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|error| SamplingRulesError(format!("`{}` cannot be read: {error}", path.display())))?;
        text.parse().map_err(|SamplingRulesError(problem)| {
            SamplingRulesError(format!("`{}` has no sampling rules: {problem}", path.display()))
        })
    }
}

impl FromStr for SamplingRules {
    type Err = SamplingRulesError;

    fn from_str(text: &str) -> Result<Self, SamplingRulesError> {
        let rules: Self =
            serde_json::from_str(text).map_err(|error| SamplingRulesError(error.to_string()))?;
        if !matches!(rules.version, 1 | 2) {
            return Err(SamplingRulesError(format!("the version is {}, not 1 or 2", rules.version)));
        }
        let rates = rules.rules.iter().map(|rule| rule.rate).chain([rules.default.rate]);
        match rates.into_iter().find(|rate| !(0.0..=1.0).contains(rate)) {
            Some(rate) => Err(SamplingRulesError(format!("the rate {rate} is not between 0 and 1"))),
            None => Ok(rules),
        }
    }
}

/// Sampling rules that mean nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SamplingRulesError(String);

impl fmt::Display for SamplingRulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SamplingRulesError {}

/// Whether a text fits a pattern, in which `*` stands for any letters and `?` for one. Case does not matter.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (pattern, text) = (lower(pattern), lower(text));
    let (mut at, mut here) = (0, 0);
    // Where the last star was, and how far it has reached.
    let mut star: Option<(usize, usize)> = None;
    while here < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, here));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == text[here] => (at, here) = (at + 1, here + 1),
            _ => {
                let Some((place, reached)) = star else { return false };
                star = Some((place, reached + 1));
                (at, here) = (place + 1, reached + 1);
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}
