//! What an expansion looks like, and how long it is.

use proc_macro2::TokenStream;

use crate::expand::monitored;

fn expanded(options: &str, item: &str) -> String {
    let tokens: TokenStream = monitored(options.parse().unwrap(), item.parse().unwrap());
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

/// Counts the lines of the last function alone.
fn lines(text: &str) -> usize {
    text.lines().skip_while(|line| !line.contains("fn ")).count()
}

#[test]
fn an_async_method_expands_to_fifty_lines_at_most() {
    let text = expanded(
        "",
        "impl Client { async fn query(&mut self, sql: &str, all: Vec<u32>) -> Result<Rows, Error> { go(all) } }",
    );
    assert!(lines(&text) <= 50, "{text}");
}

#[test]
fn a_function_is_one_static_and_one_call() {
    let text = expanded("", "fn add(a: u32, b: u32) -> u32 { a + b }");
    let expected = "\
fn add(a: u32, b: u32) -> u32 {
    static __MONITORED_SITE: ::monitor_core::__private::Callsite = ::monitor_core::__private::Callsite::at(
        \"add\",
        ::core::module_path!(),
        ::core::file!(),
        0u32,
    );
    return ::monitor_core::__private::plain(&__MONITORED_SITE, move || -> u32 { a + b });
}
";
    assert_eq!(text, expected);
}

#[test]
fn a_trait_method_without_a_body_stays_as_it_is() {
    let text = "trait Place {\n    fn place(&self) -> u32;\n}\n";
    assert_eq!(expanded("", text), text);
}

#[test]
fn a_body_that_is_not_finished_expands_all_the_same() {
    let tokens = monitored(TokenStream::new(), "fn half(a: u32) -> u32 { a. }".parse().unwrap());
    assert!(tokens.to_string().contains("Callsite"));
}
