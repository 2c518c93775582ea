//! A function's body: never parsed, so that an editor half-way through a line still gets an expansion.

use proc_macro2::Delimiter;
use proc_macro2::Group;
use proc_macro2::Punct;
use proc_macro2::Spacing;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use proc_macro2::TokenTree;
use syn::parse::Parse;
use syn::parse::ParseStream;

/// The tokens between a function's braces.
pub(crate) struct Body {
    /// `#![..]` at the start of the body, as attributes for the function.
    pub(crate) hoisted: TokenStream,
    /// The user's braces and everything else in them.
    pub(crate) group: Group,
}

impl Body {
    /// The body as a block of the expansion: at the user's place, but known to come from a macro, so that no
    /// lint takes the braces for superfluous ones.
    pub(crate) fn nested(&self) -> Group {
        let mut group = self.group.clone();
        group.set_span(self.group.span().resolved_at(Span::mixed_site()));
        group
    }
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> syn::Result<Body> {
        let group = braces(input.parse()?)?;
        let span = group.span();
        let mut hoisted = TokenStream::new();
        let mut rest = group.stream().into_iter().peekable();
        let mut kept = TokenStream::new();
        while let Some(token) = rest.next() {
            let inner = matches!(&token, TokenTree::Punct(hash) if hash.as_char() == '#')
                && matches!(rest.peek(), Some(TokenTree::Punct(bang)) if bang.as_char() == '!');
            if !inner {
                kept.extend(Some(token));
                kept.extend(rest);
                break;
            }
            let mut hash = Punct::new('#', Spacing::Alone);
            hash.set_span(token.span());
            hoisted.extend(Some(TokenTree::Punct(hash)));
            hoisted.extend(rest.by_ref().skip(1).take(1));
        }
        if hoisted.is_empty() {
            return Ok(Body { hoisted, group });
        }
        let mut group = Group::new(Delimiter::Brace, kept);
        group.set_span(span);
        Ok(Body { hoisted, group })
    }
}

/// The braces, also where a macro by example wrapped them in invisible ones.
fn braces(token: TokenTree) -> syn::Result<Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Ok(group),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let mut inner = group.stream().into_iter();
            match (inner.next(), inner.next()) {
                (Some(only), None) => braces(only),
                _ => Err(syn::Error::new(group.span(), "expected a function's body")),
            }
        }
        other => Err(syn::Error::new(other.span(), "expected a function's body")),
    }
}

/// Whether a name is written anywhere in these tokens, a format string included.
pub(crate) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Literal(literal) => literal.to_string().contains(name.trim_start_matches("r#")),
        TokenTree::Punct(_) => false,
    })
}
