//! What a function returns, as far as the written type tells it.

use proc_macro2::TokenStream;
use proc_macro2::TokenTree;
use quote::ToTokens as _;
use syn::GenericArgument;
use syn::PathArguments;
use syn::ReturnType;
use syn::Signature;
use syn::Type;
use syn::TypeParamBound;
use syn::punctuated::Punctuated;

/// How a call is executed, and so what is timed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// `async fn`
    Async,
    /// `async fn` that never returns.
    AsyncNever,
    /// `-> impl Future`
    Future,
    /// Nothing of ours may stand between the caller and the body, for this reason.
    Guard(&'static str),
    /// `-> impl Stream`
    Stream,
    /// Everything else; a boxed future is found by its type.
    Sync,
}

/// How the outcome is told from the returned value.
pub(crate) enum Choice {
    /// The compiler chooses by this type.
    ByType(TokenStream),
    /// A `Result` whose type cannot be written down.
    Fallible,
    /// Never an error.
    Plain,
}

/// What a function returns.
pub(crate) struct Returned {
    pub(crate) form: Form,
    pub(crate) choice: Choice,
    /// The type to write at the body; none where it cannot be written.
    pub(crate) annotation: Option<TokenStream>,
    /// Whether the compiler must see the body return an `impl Trait` directly: from the bounds it knows the types
    /// of a closure's arguments.
    pub(crate) opaque: bool,
    /// Whether the body returns nothing.
    pub(crate) unit: bool,
    /// The type that `ret`, `err`, `outcome` and `error_type` see, where it is surely this one.
    pub(crate) seen: Option<TokenStream>,
    /// Whether the type is a `Result` by its name.
    result: bool,
    /// Whether the type is known to be no `Result`.
    pub(crate) never_result: bool,
    /// Whether the type is a stream in a box by the way it is written.
    pub(crate) boxed_stream: bool,
}

impl Returned {
    /// Reads a signature; `tracks_caller` as `#[track_caller]` is on the function.
    pub(crate) fn new(signature: &Signature, tracks_caller: bool) -> Returned {
        let is_async = signature.asyncness.is_some();
        let written = match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, written) => Some(peeled(written)),
        };
        let never = matches!(written, Some(Type::Never(_)));
        let form = match written {
            _ if signature.variadic.is_some() => Form::Guard("takes any number of arguments"),
            _ if never && !is_async => Form::Guard("never returns"),
            _ if tracks_caller && !is_async => Form::Guard("is `#[track_caller]`"),
            _ if is_async => {
                if never {
                    Form::AsyncNever
                } else {
                    Form::Async
                }
            }
            Some(Type::ImplTrait(opaque)) if bound(&opaque.bounds, "Future").is_some() => Form::Future,
            Some(Type::ImplTrait(opaque)) if bound(&opaque.bounds, "Stream").is_some() => Form::Stream,
            _ => Form::Sync,
        };
        let result = match (form, written) {
            (Form::Future, Some(Type::ImplTrait(opaque))) => {
                bound(&opaque.bounds, "Future").and_then(|future| output(future, "Output"))
            }
            (_, written) => written,
        };
        let mut returned = Returned::of(result, form);
        if form == Form::Future && result.is_none() {
            returned.unit = false;
        }
        if matches!(form, Form::Future | Form::Stream) {
            returned.annotation = None;
        }
        returned
    }

    /// Whether an `async fn` may return a future in a box.
    pub(crate) fn may_be_boxed(&self) -> bool {
        self.form == Form::Async && !self.result && matches!(self.choice, Choice::ByType(_))
    }

    fn of(result: Option<&Type>, form: Form) -> Returned {
        let unit = result.is_none_or(|result| matches!(result, Type::Tuple(tuple) if tuple.elems.is_empty()));
        let tokens = result.map(|result| result.to_token_stream()).unwrap_or_default();
        let last = result.and_then(last_word).unwrap_or_default();
        let structural = unit || result.is_some_and(is_structural);
        let named = !mentions_impl(&tokens);
        let choice = match () {
            () if structural || (!named && last != "Result") => Choice::Plain,
            () if !named => Choice::Fallible,
            () => Choice::ByType(tokens.clone()),
        };
        let surely = named && (matches!(form, Form::Async | Form::Future) || last == "Result" || structural);
        let annotation = match result {
            None => Some(quote::quote!(())),
            Some(Type::ImplTrait(_) | Type::Never(_)) => None,
            Some(_) if named => Some(tokens.clone()),
            Some(_) => erased(tokens.clone()),
        };
        Returned {
            form,
            choice,
            annotation,
            result: last == "Result",
            opaque: form == Form::Sync && !named && last != "Result",
            unit,
            seen: (surely && !unit).then_some(tokens),
            boxed_stream: form == Form::Sync && result.is_some_and(is_boxed_stream),
            never_result: structural || matches!(last.as_str(), "Option" | "String" | "Vec"),
        }
    }
}

/// The type without the invisible groups that macros by example put around it.
fn peeled(written: &Type) -> &Type {
    match written {
        Type::Group(group) => peeled(&group.elem),
        Type::Paren(paren) => peeled(&paren.elem),
        other => other,
    }
}

/// Whether a type is no `Result` and no boxed future by its very form.
fn is_structural(written: &Type) -> bool {
    match peeled(written) {
        Type::Array(_) | Type::FnPtr(_) | Type::Ptr(_) | Type::Reference(_) | Type::Tuple(_) => true,
        Type::Path(path) => path.path.get_ident().is_some_and(super::parameter::is_primitive),
        _ => false,
    }
}

/// `Pin<Box<dyn Stream>>`, or what everybody calls it.
fn is_boxed_stream(written: &Type) -> bool {
    match peeled(written) {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let inner = match &last.arguments {
                PathArguments::AngleBracketed(inner) => inner.args.first(),
                _ => None,
            };
            match inner {
                _ if last.ident == "BoxStream" || last.ident == "LocalBoxStream" => true,
                Some(GenericArgument::Type(inner)) if last.ident == "Pin" || last.ident == "Box" => {
                    is_boxed_stream(inner)
                }
                _ => false,
            }
        }),
        Type::TraitObject(object) => bound(&object.bounds, "Stream").is_some(),
        _ => false,
    }
}

fn last_word(written: &Type) -> Option<String> {
    match peeled(written) {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

fn bound<'a, P>(bounds: &'a Punctuated<TypeParamBound, P>, name: &str) -> Option<&'a syn::PathSegment> {
    bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().filter(|segment| segment.ident == name),
        _ => None,
    })
}

/// `T` of `Future<Output = T>`.
fn output<'a>(segment: &'a syn::PathSegment, name: &str) -> Option<&'a Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assigned) if assigned.ident == name => Some(peeled(&assigned.ty)),
        _ => None,
    })
}

fn mentions_impl(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions_impl(&group.stream()),
        TokenTree::Ident(word) => word == "impl",
        _ => false,
    })
}

/// The type with `_` for each `impl Trait`.
fn erased(tokens: TokenStream) -> Option<TokenStream> {
    let mut written: Type = syn::parse2(tokens).ok()?;
    erase(&mut written);
    Some(written.into_token_stream())
}

fn erase(written: &mut Type) {
    match written {
        Type::Array(array) => erase(&mut array.elem),
        Type::Group(group) => erase(&mut group.elem),
        Type::ImplTrait(_) => *written = Type::Verbatim(quote::quote!(_)),
        Type::Paren(paren) => erase(&mut paren.elem),
        Type::Path(path) => path.path.segments.iter_mut().for_each(erase_arguments),
        Type::Ptr(pointer) => erase(&mut pointer.elem),
        Type::Reference(reference) => erase(&mut reference.elem),
        Type::Slice(slice) => erase(&mut slice.elem),
        Type::TraitObject(object) => {
            for bound in &mut object.bounds {
                if let TypeParamBound::Trait(bound) = bound {
                    bound.path.segments.iter_mut().for_each(erase_arguments);
                }
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(erase),
        _ => {}
    }
}

fn erase_arguments(segment: &mut syn::PathSegment) {
    let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { return };
    for argument in &mut arguments.args {
        match argument {
            GenericArgument::AssocType(assigned) => erase(&mut assigned.ty),
            GenericArgument::Type(argument) => erase(argument),
            _ => {}
        }
    }
}
