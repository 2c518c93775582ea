//! What a block is named after.

use proc_macro2::Delimiter;
use proc_macro2::TokenTree;

/// `Connect` of `pub trait Connect: Send`.
pub(crate) fn of_trait(head: &[TokenTree]) -> String {
    let after = head.iter().skip_while(|token| !is_word(token, "trait")).nth(1);
    after.map(|name| name.to_string().trim_start_matches("r#").to_owned()).unwrap_or_default()
}

/// `Client` of `impl<T> Connect for pool::Client<T> where ..`, `Write` of `impl Connect for dyn Write + Send`.
pub(crate) fn of_self_type(head: &[TokenTree]) -> String {
    let start = head.iter().position(|token| is_word(token, "impl")).map_or(0, |at| at + 1);
    let mut depth = 0_i32;
    let mut kept: Vec<&TokenTree> = Vec::new();
    let mut arrow = false;
    let head = opened(&head[start..]);
    let mut tokens = head.iter().peekable();
    while let Some(token) = tokens.next() {
        let before = depth;
        if let TokenTree::Punct(punct) = token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if !arrow => depth -= 1,
                _ => {}
            }
            arrow = punct.as_char() == '-';
        }
        if depth > 0 || before > 0 {
            continue;
        }
        // What follows says more of the type, but does not name it.
        if is_word(token, "where") || matches!(token, TokenTree::Punct(mark) if "+-".contains(mark.as_char()))
        {
            break;
        }
        // Not the `for` of `for<'a> Fn(&'a str)`.
        if is_word(token, "for")
            && !matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '<')
        {
            kept.clear();
            continue;
        }
        kept.push(token);
    }
    let last = kept.iter().rev().find_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    let name = last.unwrap_or_else(|| kept.iter().map(ToString::to_string).collect());
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// The tokens without the invisible groups that macros by example put around them.
fn opened(tokens: &[TokenTree]) -> Vec<TokenTree> {
    let mut flat = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                flat.extend(opened(&Vec::from_iter(group.stream())));
            }
            other => flat.push(other.clone()),
        }
    }
    flat
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}
