//! The attributes on an item: which of them are ours, and what the others say.

use proc_macro2::Span;
use proc_macro2::TokenStream;
use proc_macro2::TokenTree;
use quote::ToTokens;
use quote::quote;
use syn::Attribute;
use syn::Meta;
use syn::spanned::Spanned as _;

/// The outer attributes of an item.
pub(crate) struct Attributes {
    /// All but ours.
    pub(crate) others: Vec<Attribute>,
    /// Each of ours still on the item.
    pub(crate) ours: Vec<Own>,
}

/// Which of our attributes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Which {
    Metric,
    Monitored,
    Plugin,
}

impl Which {
    const ALL: [Which; 3] = [Which::Metric, Which::Monitored, Which::Plugin];

    /// The attribute's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Which::Metric => "plugin_metric",
            Which::Monitored => "monitored",
            Which::Plugin => "plugin",
        }
    }

    fn of(attribute: &Meta) -> Option<Which> {
        let which = Which::ALL.into_iter().find(|which| is(attribute, which.name()))?;
        // Others have attributes of such a name as well.
        let path = attribute.path();
        let sure = which != Which::Plugin
            || path.get_ident().is_some()
            || path.segments.first().is_some_and(|first| first.ident == "monitor_core");
        sure.then_some(which)
    }
}

/// One of ours that is on an item besides the one that is being expanded.
pub(crate) struct Own {
    pub(crate) which: Which,
    /// As it was written.
    pub(crate) path: TokenStream,
    pub(crate) span: Span,
    /// What is written between its parentheses.
    pub(crate) arguments: TokenStream,
    /// Of the `#[cfg_attr(condition, ..)]` that it stands in.
    pub(crate) condition: Option<TokenStream>,
}

impl Own {
    fn new(which: Which, meta: Meta, condition: Option<TokenStream>) -> Own {
        Own {
            which,
            path: meta.path().to_token_stream(),
            span: meta.span(),
            arguments: arguments(meta),
            condition,
        }
    }
}

impl Attributes {
    /// Sets our attributes apart from the others.
    pub(crate) fn new(all: Vec<Attribute>) -> Attributes {
        let mut attributes = Attributes { others: Vec::new(), ours: Vec::new() };
        for attribute in all {
            if let Some(which) = Which::of(&attribute.meta) {
                attributes.ours.push(Own::new(which, attribute.meta, None));
            } else if let Some(meta) = without_ours(attribute.meta, None, &mut attributes.ours) {
                attributes.others.push(Attribute { meta, ..attribute });
            }
        }
        attributes
    }

    /// Those of ours that are of this kind.
    pub(crate) fn own(&self, which: Which) -> impl Iterator<Item = &Own> {
        self.ours.iter().filter(move |own| own.which == which)
    }

    /// Whether the item carries this attribute.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.others.iter().any(|attribute| is(&attribute.meta, name))
    }

    /// Whether none of the others is a macro, which might ask for the item as it was written.
    pub(crate) fn are_inert(&self) -> bool {
        const INERT: [&str; 9] =
            ["allow", "cfg", "cold", "deny", "deprecated", "doc", "expect", "inline", "warn"];
        self.others.iter().all(|attribute| INERT.iter().any(|name| attribute.path().is_ident(name)))
    }

    /// The first paragraph of the doc comment.
    pub(crate) fn description(&self) -> String {
        let mut text = String::new();
        for attribute in self.others.iter().filter(|attribute| is(&attribute.meta, "doc")) {
            let Some(line) = doc_line(attribute) else { continue };
            match line.trim() {
                "" if text.is_empty() => {}
                "" => break,
                line if text.is_empty() => text.push_str(line),
                line => {
                    text.push(' ');
                    text.push_str(line);
                }
            }
        }
        text
    }
}

impl ToTokens for Attributes {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attribute in &self.others {
            attribute.to_tokens(tokens);
        }
    }
}

/// Whether the last word of an attribute's path is this one.
fn is(attribute: &Meta, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}

/// Takes ours out of a `cfg_attr`; none where nothing else is in it. On a member of a block the compiler looks at it
/// only once we are done.
fn without_ours(meta: Meta, outer: Option<&TokenStream>, ours: &mut Vec<Own>) -> Option<Meta> {
    let mut list = match meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => list,
        other => return Some(other),
    };
    let mut parts = parts(list.tokens.clone()).into_iter();
    let written = parts.next().unwrap_or_default();
    let condition = match outer {
        Some(outer) => quote!(all(#outer, #written)),
        None => written.clone(),
    };
    let before = ours.len();
    let mut kept = Vec::new();
    for part in parts {
        match syn::parse2::<Meta>(part.clone()) {
            Ok(meta) => match Which::of(&meta) {
                Some(which) => ours.push(Own::new(which, meta, Some(condition.clone()))),
                None => {
                    kept.extend(without_ours(meta, Some(&condition), ours).map(ToTokens::into_token_stream));
                }
            },
            Err(_) => kept.push(part),
        }
    }
    if ours.len() > before {
        list.tokens = quote!(#written, #(#kept),*);
        // One without an attribute is a warning.
        return (!kept.is_empty()).then_some(Meta::List(list));
    }
    Some(Meta::List(list))
}

/// What stands between the commas.
fn parts(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for token in tokens {
        match (&token, parts.last_mut()) {
            (TokenTree::Punct(comma), _) if comma.as_char() == ',' => parts.push(TokenStream::new()),
            (_, Some(part)) => part.extend(Some(token)),
            (_, None) => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn arguments(meta: Meta) -> TokenStream {
    match meta {
        Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    }
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let syn::Expr::Lit(literal) = &pair.value else { return None };
    let syn::Lit::Str(text) = &literal.lit else { return None };
    // A block comment is one attribute with many lines.
    Some(text.value().split("\n\n").next().unwrap_or_default().replace('\n', " "))
}
