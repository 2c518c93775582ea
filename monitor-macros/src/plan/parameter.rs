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
use syn::PatType;
use syn::Receiver;
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
    /// Whether the body may assign to a captured argument what nothing but the argument's destructor reads: the
    /// compiler takes that for an assignment without a use.
    pub(crate) assigns: bool,
    /// Whether a body that nothing else holds the arguments for drops them all when the plain function would: it
    /// takes along each one that has a destructor, and one that never runs drops them as they are written.
    pub(crate) complete: bool,
    each: Vec<Parameter>,
}

/// One argument.
struct Parameter {
    /// As it is written in the signature.
    written: TokenStream,
    /// Its part of the prologue.
    step: Option<TokenStream>,
    /// The names that its pattern binds.
    names: Vec<Ident>,
    /// The attributes that may remove it.
    conditions: TokenStream,
    /// Its pattern taken apart by reference, for expressions that need its parts before the call.
    parts: Option<TokenStream>,
}

/// How arguments get into the body.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Way {
    /// Named by the body, in reverse order.
    Captured,
    /// Variables of the body.
    Declared,
}

impl Parameters {
    /// Arguments left as they are.
    pub(crate) fn untouched(signature: &Signature) -> Parameters {
        let mut parameters = Parameters::new(signature, &TokenStream::new());
        parameters.signature = signature.inputs.to_token_stream();
        parameters.prologue = TokenStream::new();
        parameters.declares = false;
        parameters.assigns = false;
        for parameter in &mut parameters.each {
            parameter.parts = None;
        }
        parameters
    }

    /// Arguments that move into the body.
    pub(crate) fn new(signature: &Signature, body: &TokenStream) -> Parameters {
        let way = if signature.inputs.iter().any(is_taken_apart) { Way::Declared } else { Way::Captured };
        let mut written = TokenStream::new();
        let mut each = Vec::new();
        for (index, input) in signature.inputs.pairs().enumerate() {
            let (input, comma) = input.into_tuple();
            let parameter = match input {
                FnArg::Receiver(receiver) => Parameter::of_receiver(receiver, body),
                FnArg::Typed(typed) => Parameter::of_typed(typed, index, way, body),
            };
            parameter.written.to_tokens(&mut written);
            comma.to_tokens(&mut written);
            each.push(parameter);
        }
        let steps = each.iter().filter_map(|parameter| parameter.step.clone());
        let prologue = match way {
            Way::Captured => steps.rev().collect(),
            Way::Declared => steps.collect(),
        };
        let assigns = signature.inputs.iter().any(|input| may_be_assigned(input, way));
        let captured = each.iter().zip(&signature.inputs).filter(|(_, input)| !is_bare(input));
        let complete = captured.clone().all(|(parameter, _)| parameter.step.is_some())
            && (way == Way::Declared || captured.count() < 2);
        Parameters { signature: written, prologue, declares: way == Way::Declared, assigns, complete, each }
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

impl Parameter {
    /// A receiver by value is named as a whole, for a closure would take no more of it than it uses.
    fn of_receiver(receiver: &Receiver, body: &TokenStream) -> Parameter {
        let this = &receiver.self_token;
        let by_value = !matches!(receiver.kind, ReceiverKind::Reference(..));
        Parameter {
            written: receiver.to_token_stream(),
            step: (by_value && mentions(body, "self")).then(|| quote!(let _ = &#this;)),
            names: Vec::new(),
            conditions: TokenStream::new(),
            parts: None,
        }
    }

    fn of_typed(typed: &PatType, index: usize, way: Way, body: &TokenStream) -> Parameter {
        let own = format_ident!("__arg{index}", span = Span::mixed_site());
        match (simple(&typed.pat), &*typed.pat) {
            (Some(name), _) => Parameter::of_name(typed, name, way, body),
            (None, Pat::Wild(_)) => Parameter::of_wild(typed, &own, way),
            (None, _) => Parameter::of_pattern(typed, &own),
        }
    }

    fn of_name(typed: &PatType, name: &Ident, way: Way, body: &TokenStream) -> Parameter {
        let (conditions, allowed) = (conditions(&typed.attrs), allowed(name));
        let (written, step) = match way {
            _ if is_trivial(&typed.ty) => (typed.to_token_stream(), None),
            Way::Captured => {
                // One that the body never names keeps the compiler's own warning.
                let used = allowed.is_some() || mentions(body, &name.to_string());
                let step = used.then(|| quote!(#conditions #allowed let _ = &#name;));
                (typed.to_token_stream(), step)
            }
            Way::Declared => {
                let pattern = &typed.pat;
                (renamed(typed, name), Some(quote!(#conditions #allowed let #pattern = #name;)))
            }
        };
        Parameter { written, step, names: vec![name.clone()], conditions, parts: None }
    }

    fn of_wild(typed: &PatType, own: &Ident, way: Way) -> Parameter {
        let conditions = conditions(&typed.attrs);
        let (written, step) = match way {
            _ if is_trivial(&typed.ty) => (typed.to_token_stream(), None),
            Way::Captured => (renamed(typed, own), Some(quote!(#conditions let _ = &#own;))),
            Way::Declared => (renamed(typed, own), Some(quote!(#conditions let #own = #own;))),
        };
        Parameter { written, step, names: Vec::new(), conditions, parts: None }
    }

    fn of_pattern(typed: &PatType, own: &Ident) -> Parameter {
        let (conditions, pattern) = (conditions(&typed.attrs), &typed.pat);
        // What the pattern leaves of the argument is dropped after the parts.
        let whole = (!is_trivial(&typed.ty)).then(|| quote!(#conditions let #own = #own;));
        Parameter {
            written: renamed(typed, own),
            step: Some(quote!(#whole #conditions let #pattern = #own;)),
            names: idents(pattern.to_token_stream()),
            parts: Some(by_reference(pattern, own)),
            conditions,
        }
    }
}

/// Whether an argument has a pattern that binds more than one name.
fn is_taken_apart(input: &FnArg) -> bool {
    match input {
        FnArg::Receiver(_) => false,
        FnArg::Typed(typed) => !matches!(&*typed.pat, Pat::Wild(_)) && simple(&typed.pat).is_none(),
    }
}

/// Whether the body captures this argument, may assign to it, and drops it with more than nothing.
fn may_be_assigned(input: &FnArg, way: Way) -> bool {
    match input {
        FnArg::Receiver(receiver) => receiver.mutability.is_some(),
        FnArg::Typed(typed) => {
            let mutable = matches!(&*typed.pat, Pat::Ident(named) if named.mutability.is_some());
            mutable && way == Way::Captured && !is_trivial(&typed.ty)
        }
    }
}

/// The argument with a name in its pattern's place.
fn renamed(typed: &PatType, name: &Ident) -> TokenStream {
    let (attributes, kind) = (&typed.attrs, &typed.ty);
    quote!(#(#attributes)* #name: #kind)
}

/// The name, where a pattern is nothing but a name.
fn simple(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(named) if named.by_ref.is_none() && named.subpat.is_none() => Some(&named.ident),
        _ => None,
    }
}

/// Whether dropping this argument surely does nothing.
fn is_bare(input: &FnArg) -> bool {
    match input {
        FnArg::Receiver(receiver) => matches!(receiver.kind, ReceiverKind::Reference(..)),
        FnArg::Typed(typed) => is_trivial(&typed.ty),
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
    const NAMES: [&str; 17] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32",
        "u64", "u128", "usize",
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
