//! Which traces are told, by the rules that the X-Ray SDKs read from a file.

mod rules;
mod sampler;
#[cfg(test)]
mod tests;

pub use rules::{SamplingRules, SamplingRulesError};

pub(crate) use sampler::Sampler;
