//! How each argument reaches the body, so that it is dropped when the plain function would drop it.
//!
//! A closure drops what it captured in the order in which it first names it. So the body starts by naming the
//! arguments in reverse order. Where a pattern takes an argument apart, that order cannot be had; then all
//! arguments become variables of the body, one after the other, as the compiler does it itself.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use proc_macro2::TokenTree;
use quote::ToTokens;
use quote::format_ident;
use quote::quote;
use syn::Attribute;
use syn::FnArg;
use syn::Pat;
use syn::ReceiverKind;
use syn::Signature;
use syn::Type;

use crate::item::mentions;

/// The arguments of one function.
pub(crate) struct Parameters {
    /// As they are written in the signature.
    pub(crate) signature: TokenStream,
    /// What the body starts with.
    pub(crate) prologue: TokenStream,
    /// Whether the prologue declares variables, which the body's last temporaries must not outlive.
    pub(crate) declares: bool,
    /// Each argument.
    each: Vec<Parameter>,
}

struct Parameter {
    /// The names that its pattern binds.
    names: Vec<Ident>,
    /// The attributes that may remove it.
    conditions: TokenStream,
    /// Its pattern taken apart by reference, for expressions that need its parts before the call.
    parts: Option<TokenStream>,
}

impl Parameters {
    /// Arguments left as they are.
    pub(crate) fn untouched(signature: &Signature) -> Parameters {
        let mut parameters = Parameters::new(signature, &TokenStream::new());
        parameters.signature = signature.inputs.to_token_stream();
        parameters.each.iter_mut().for_each(|parameter| parameter.parts = None);
        parameters.prologue = TokenStream::new();
        parameters
    }

    /// Arguments that move into the body.
    pub(crate) fn new(signature: &Signature, body: &TokenStream) -> Parameters {
        let takes_apart = signature.inputs.iter().any(|input| match input {
            FnArg::Receiver(_) => false,
            FnArg::Typed(typed) => !matches!(&*typed.pat, Pat::Wild(_)) && simple(&typed.pat).is_none(),
        });
        let mut written = TokenStream::new();
        let mut steps = Vec::new();
        let mut each = Vec::new();
        for (index, input) in signature.inputs.pairs().enumerate() {
            let (input, comma) = input.into_tuple();
            let step = match input {
                FnArg::Receiver(receiver) => {
                    receiver.to_tokens(&mut written);
                    let this = &receiver.self_token;
                    let by_value = !matches!(receiver.kind, ReceiverKind::Reference(..));
                    (by_value && mentions(body, "self")).then(|| quote!(let _ = &#this;))
                }
                FnArg::Typed(typed) => {
                    let conditions = conditions(&typed.attrs);
                    let own = format_ident!("__arg{index}", span = Span::mixed_site());
                    let trivial = is_trivial(&typed.ty);
                    let (names, parts, step);
                    let (attributes, kind) = (&typed.attrs, &typed.ty);
                    if let Some(name) = simple(&typed.pat) {
                        names = vec![name.clone()];
                        parts = None;
                        if takes_apart && !trivial {
                            let pattern = &typed.pat;
                            quote!(#(#attributes)* #name: #kind).to_tokens(&mut written);
                            let allowed = allowed(name);
                            step = Some(quote!(#conditions #allowed let #pattern = #name;));
                        } else {
                            typed.to_tokens(&mut written);
                            let allowed = allowed(name);
                            // One that the body never names keeps the compiler's own warning.
                            let used = allowed.is_some() || mentions(body, &name.to_string());
                            step = (!trivial && used)
                                .then(|| quote!(#conditions #allowed let _ = &#name;));
                        }
                    } else if matches!(&*typed.pat, Pat::Wild(_)) {
                        names = Vec::new();
                        parts = None;
                        if trivial {
                            typed.to_tokens(&mut written);
                            step = None;
                        } else {
                            quote!(#(#attributes)* #own: #kind).to_tokens(&mut written);
                            let place = if takes_apart { quote!(#own) } else { quote!(_) };
                            let value = if takes_apart { quote!(#own) } else { quote!(&#own) };
                            step = Some(quote!(#conditions let #place = #value;));
                        }
                    } else {
                        let pattern = &typed.pat;
                        quote!(#(#attributes)* #own: #kind).to_tokens(&mut written);
                        let whole = (!trivial).then(|| quote!(#conditions let #own = #own;));
                        names = idents(pattern.to_token_stream());
                        parts = Some(by_reference(pattern, &own));
                        step = Some(quote!(#whole #conditions let #pattern = #own;));
                    }
                    each.push(Parameter { names, conditions, parts });
                    step
                }
            };
            steps.extend(step);
            comma.to_tokens(&mut written);
        }
        if !takes_apart {
            steps.reverse();
        }
        let prologue = steps.into_iter().collect();
        Parameters { signature: written, prologue, declares: takes_apart, each }
    }

    /// The attributes that may remove the argument of this name; none where there is no such argument.
    pub(crate) fn conditions_of(&self, name: &Ident) -> Option<&TokenStream> {
        self.each.iter().find(|parameter| parameter.names.contains(name)).map(|found| &found.conditions)
    }

    /// The names of all arguments.
    pub(crate) fn names(&self) -> Vec<String> {
        self.each.iter().flat_map(|parameter| &parameter.names).map(ToString::to_string).collect()
    }

    /// Patterns whose parts these expressions name, taken apart by reference.
    pub(crate) fn parts_for(&self, expressions: &TokenStream) -> TokenStream {
        let named = |parameter: &&Parameter| {
            parameter.names.iter().any(|name| mentions(expressions, &name.to_string()))
        };
        self.each
            .iter()
            .filter(named)
            .filter_map(|parameter| {
                let (conditions, parts) = (&parameter.conditions, parameter.parts.as_ref()?);
                Some(quote!(#conditions #[allow(unused_variables)] #parts))
            })
            .collect()
    }
}

/// The name, where a pattern is nothing but a name.
fn simple(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(named) if named.by_ref.is_none() && named.subpat.is_none() => Some(&named.ident),
        _ => None,
    }
}

/// Whether dropping a value of this type surely does nothing.
fn is_trivial(written: &Type) -> bool {
    match written {
        Type::Group(group) => is_trivial(&group.elem),
        Type::Ptr(_) | Type::Reference(_) => true,
        Type::Path(path) => path.path.get_ident().is_some_and(is_primitive),
        _ => false,
    }
}

/// Whether a type's name is a primitive's.
pub(crate) fn is_primitive(name: &Ident) -> bool {
    const NAMES: [&str; 18] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32",
        "u64", "u128", "usize", "never",
    ];
    NAMES.iter().any(|known| name == known)
}

/// `#[cfg]` and the lints, for what stands in an argument's place.
fn conditions(attributes: &[Attribute]) -> TokenStream {
    const KEPT: [&str; 6] = ["allow", "cfg", "cfg_attr", "deny", "expect", "warn"];
    let kept = attributes.iter().filter(|attribute| KEPT.iter().any(|name| attribute.path().is_ident(name)));
    quote!(#(#kept)*)
}

/// The user may not use an underscored argument; the expansion must.
fn allowed(name: &Ident) -> Option<TokenStream> {
    name.to_string().starts_with('_').then(|| quote!(#[allow(clippy::used_underscore_binding)]))
}

/// `let (a, b) = &argument;`, without the words that a pattern on a reference may not have.
fn by_reference(pattern: &Pat, own: &Ident) -> TokenStream {
    let value = if matches!(pattern, Pat::Reference(_)) { quote!(#own) } else { quote!(&#own) };
    let pattern = plain(pattern.to_token_stream());
    quote!(let #pattern = #value;)
}

fn plain(pattern: TokenStream) -> TokenStream {
    let keep = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut inner = proc_macro2::Group::new(group.delimiter(), plain(group.stream()));
            inner.set_span(group.span());
            Some(TokenTree::Group(inner))
        }
        TokenTree::Ident(word) if word == "mut" || word == "ref" => None,
        other => Some(other),
    };
    pattern.into_iter().filter_map(keep).collect()
}

fn idents(tokens: TokenStream) -> Vec<Ident> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => found.extend(idents(group.stream())),
            TokenTree::Ident(word) => found.push(word),
            _ => {}
        }
    }
    found
}
