//! PLACEHOLDER
#![forbid(unsafe_code)]

mod diag;
mod expand;
mod item;
mod options;
mod plan;

use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn monitored(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::monitored(options.into(), item.into()).into()
}

#[proc_macro_derive(Labels, attributes(label))]
pub fn labels(item: TokenStream) -> TokenStream {
    expand::labels(item.into()).into()
}

#[proc_macro_derive(ErrorType, attributes(error_type))]
pub fn error_type(item: TokenStream) -> TokenStream {
    expand::error_type(item.into()).into()
}
