//! `#[derive(Event)]`: a type of event of the user's own.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::format_ident;
use quote::quote;
use quote::quote_spanned;
use syn::Attribute;
use syn::Fields;
use syn::Generics;
use syn::LitStr;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;

use crate::diag::Errors;
use crate::diag::suggestion;
use crate::expand::derive;
use crate::expand::derive::Shape;

const SEVERITIES: [&str; 4] = ["debug", "info", "warn", "error"];
const OF_TYPE: &[&str] = &["crate", "name", "severity"];
const OF_VARIANT: &[&str] = &["name", "severity"];
const OF_FIELD: &[&str] = &["debug", "display", "name", "skip"];

/// The words of `#[event(..)]`.
#[derive(Default)]
struct Words {
    krate: Option<TokenStream>,
    name: Option<LitStr>,
    severity: Option<Ident>,
    form: Form,
}

/// How a field is told.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
enum Form {
    Debug,
    Display,
    Skip,
    #[default]
    Value,
}

/// One event of the type.
struct One {
    name: String,
    severity: Ident,
    /// `Self` or `Self::Variant`.
    path: TokenStream,
    /// Patterns of the fields, and what is done with what they bind.
    pattern: TokenStream,
    tell: TokenStream,
}

/// Prints the implementation, or what is wrong.
pub(crate) fn event(tokens: TokenStream) -> TokenStream {
    derive::expand(tokens, "Event", print)
}

fn print(shape: &Shape, errors: &mut Errors) -> TokenStream {
    let (attributes, ident, generics) = shape.head();
    let words = read(attributes, OF_TYPE, errors);
    let private = derive::private(words.krate);
    let severity = words.severity.unwrap_or_else(|| Ident::new("Info", Span::call_site()));
    let family = words.name.map_or_else(|| family_name(ident), |name| name.value());
    let mut bounds = Vec::new();
    let mut ones: Vec<One> = Vec::new();
    match shape {
        Shape::Struct(item) => {
            let (pattern, tell) = told(&private, &item.fields, &mut bounds, errors);
            ones.push(One { name: family.clone(), severity, path: quote!(Self), pattern, tell });
        }
        Shape::Enum(item) => {
            for variant in &item.variants {
                let words = read(&variant.attrs, OF_VARIANT, errors);
                let derived = format!("{family}.{}", derive::snake_case(&variant.ident.to_string()));
                let name = words.name.map_or(derived, |name| name.value());
                if ones.iter().any(|one| one.name == name) {
                    errors.at(&variant.ident, format_args!("another event is called `{name}` already"));
                }
                let severity = words.severity.unwrap_or_else(|| severity.clone());
                let (pattern, tell) = told(&private, &variant.fields, &mut bounds, errors);
                let variant = &variant.ident;
                ones.push(One { name, severity, path: quote!(Self::#variant), pattern, tell });
            }
        }
    }
    implementation(&private, ident, generics, &bounds, &family, &ones)
}

fn implementation(
    private: &TokenStream,
    ident: &Ident,
    generics: &Generics,
    bounds: &[TokenStream],
    family: &str,
    ones: &[One],
) -> TokenStream {
    let names = ones.iter().map(|one| &one.name);
    let indexes = (0..ones.len()).map(syn::Index::from);
    let (paths, severities): (Vec<_>, Vec<_>) = ones.iter().map(|one| (&one.path, &one.severity)).unzip();
    let (patterns, tells): (Vec<_>, Vec<_>) = ones.iter().map(|one| (&one.pattern, &one.tell)).unzip();
    // An enum without variants has no values.
    let this = if ones.is_empty() { quote!(*self) } else { quote!(self) };
    let (implemented, arguments, written) = generics.split_for_impl();
    let mut bound = quote!(#written);
    if !generics.params.is_empty() {
        let written = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        bound = quote! {
            where
                #(#written,)*
                Self: ::core::clone::Clone + ::core::fmt::Debug + ::core::marker::Send + ::core::marker::Sync + 'static,
                #(#bounds,)*
        };
    }
    quote! {
        #[automatically_derived]
        impl #implemented #private::Event for #ident #arguments #bound {
            #[inline]
            fn family() -> &'static #private::Family {
                static FAMILY: #private::Family = #private::Family::new(#family, &[#(#names),*]);
                &FAMILY
            }

            fn index(&self) -> ::core::primitive::usize {
                match #this { #(#paths { .. } => #indexes,)* }
            }

            fn severity(&self) -> #private::Severity {
                match #this { #(#paths { .. } => #private::Severity::#severities,)* }
            }

            fn fields(
                &self,
                add: &mut dyn ::core::ops::FnMut(&'static ::core::primitive::str, #private::FieldValue<'_>),
            ) {
                let _ = &add;
                match #this { #(#paths { #patterns .. } => { #tells })* }
            }
        }
    }
}

/// `CacheEvent` as `cache`, `CacheEvicted` as `cache_evicted`.
fn family_name(ident: &Ident) -> String {
    let name = ident.unraw().to_string();
    let short = name.strip_suffix("Event").filter(|short| !short.is_empty()).unwrap_or(&name);
    derive::snake_case(short)
}

/// The patterns that bind the fields, and what tells them.
fn told(
    private: &TokenStream,
    fields: &Fields,
    bounds: &mut Vec<TokenStream>,
    errors: &mut Errors,
) -> (TokenStream, TokenStream) {
    let (mut pattern, mut tell) = (TokenStream::new(), TokenStream::new());
    for (index, (member, field)) in fields.members().zip(fields).enumerate() {
        let words = read(&field.attrs, OF_FIELD, errors);
        let written = field.ident.as_ref().map(|name| name.unraw().to_string());
        let name = words.name.map(|name| name.value()).or(written).unwrap_or_else(|| index.to_string());
        let kind = &field.ty;
        let (put, bound) = match words.form {
            Form::Skip => continue,
            Form::Debug => ("put_debug", quote!(#kind: ::core::fmt::Debug)),
            Form::Display => ("put_display", quote!(#kind: ::core::fmt::Display)),
            Form::Value => ("put", quote!(#kind: #private::Value)),
        };
        let put = Ident::new(put, kind.span());
        let bind = format_ident!("__field_{}", index, span = Span::mixed_site());
        pattern.extend(quote!(#member: #bind,));
        // What the type cannot do is said at the type.
        tell.extend(quote_spanned!(kind.span()=> #private::#put::<#kind>(add, #name, #bind);));
        bounds.push(bound);
    }
    (pattern, tell)
}

/// Reads our attributes among these.
fn read(attributes: &[Attribute], known: &[&str], errors: &mut Errors) -> Words {
    let mut words = Words::default();
    derive::each_word(attributes, "event", known, errors, |word, meta| one(word, meta, &mut words));
    words
}

fn one(word: &str, meta: &ParseNestedMeta<'_>, words: &mut Words) -> syn::Result<()> {
    match word {
        "crate" => words.krate = Some(derive::path(meta)?),
        "name" => words.name = Some(derive::name(meta)?),
        "severity" => words.severity = Some(severity(meta)?),
        form => {
            let form = match form {
                "debug" => Form::Debug,
                "display" => Form::Display,
                _ => Form::Skip,
            };
            if words.form != Form::Value {
                return Err(meta.error("a field is told in one form: drop one of the two"));
            }
            words.form = form;
        }
    }
    Ok(())
}

/// The variant of `Severity` for a word, bare or in quotes.
fn severity(meta: &ParseNestedMeta<'_>) -> syn::Result<Ident> {
    let value = meta.value()?;
    let (word, span) = match value.parse::<LitStr>() {
        Ok(text) => (text.value(), text.span()),
        Err(_) => {
            let ident = value.call(Ident::parse_any)?;
            (ident.to_string(), ident.span())
        }
    };
    if !SEVERITIES.contains(&word.as_str()) {
        let rest = suggestion(&word, &SEVERITIES, "the severities are");
        return Err(syn::Error::new(span, format!("unknown severity `{word}`{rest}")));
    }
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    Ok(Ident::new(&first.into_iter().chain(letters).collect::<String>(), span))
}
