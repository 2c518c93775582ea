//! Judges what an endpoint exposes: OpenMetrics 1.0 and Prometheus' text format 0.0.4, both strictly.
//!
//! ```
//! use monitor_test::openmetrics;
//!
//! let exposed = "\
//! ## TYPE requests counter
//! requests_total{path=\"/\"} 3 # {trace_id=\"0af7651916cd43dd8448eb211c80319c\"} 1
//! ## EOF
//! ";
//! let exposition = openmetrics::validate(exposed)?;
//! assert_eq!(exposition.value("requests_total", &[("path", "/")]), Some(3.0));
//!
//! let error = openmetrics::validate("requests_total three\n# EOF\n").unwrap_err();
//! assert_eq!(error.to_string(), "line 1: expected a number, found \"three\"");
//! # Ok::<(), openmetrics::ParseError>(())
//! ```
//!
//! | you want to | look at |
//! |---|---|
//! | know whether a scraper may refuse an OpenMetrics exposition | [`validate`] |
//! | read one that need not keep the rules between lines | [`parse`] |
//! | the same for the older text format | [`parse_text`] |

mod error;
mod exposition;
mod histogram;
mod line;
mod number;
mod parse;
mod rules;
mod text;

pub use error::ParseError;
pub use exposition::{Exemplar, Exposition, Family, FamilyType, Sample};
pub use parse::parse;
pub use text::parse_text;

/// Reads an OpenMetrics 1.0 exposition and holds it to every rule: the grammar of each line, and what the lines say of
/// each other (suffixes, clashing names, units, groups, timestamps, buckets, exemplars, one series each).
///
/// The rules are those of the
/// [specification](https://prometheus.io/docs/specs/om/open_metrics_spec/); its 211 cases are judged as it says.
///
/// # Errors
///
/// The first fault found, with its line and what was expected there.
pub fn validate(text: &str) -> Result<Exposition, ParseError> {
    let exposition = parse(text)?;
    rules::check(&exposition)?;
    Ok(exposition)
}
