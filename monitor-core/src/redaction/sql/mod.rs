//! The text of queries: what is a literal, and what a query does to what.

mod dialect;
mod lexer;
mod parameterise;
mod summary;
#[cfg(test)]
mod tests;

pub use dialect::Dialect;
pub(crate) use lexer::{Kind, Lexer};
pub use parameterise::parameterise;
pub use summary::query_summary;
