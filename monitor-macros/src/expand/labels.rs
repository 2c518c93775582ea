//! `#[derive(Labels)]`: label values of a known number.

use proc_macro2::Ident;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Fields;
use syn::Generics;
use syn::ItemEnum;
use syn::ItemStruct;
use syn::ext::IdentExt as _;

use crate::diag::Errors;
use crate::expand::derive;
use crate::expand::derive::Shape;

/// Prints the implementation, or what is wrong.
pub(crate) fn labels(tokens: TokenStream) -> TokenStream {
    derive::expand(tokens, "Labels", |shape, errors| match shape {
        Shape::Enum(item) => of_enum(item, errors),
        Shape::Struct(item) => of_struct(item, errors),
    })
}

/// A unit variant is one value; a variant with a field has as many as the field.
fn of_enum(item: &ItemEnum, errors: &mut Errors) -> TokenStream {
    let words = derive::words(&item.attrs, "label", &["crate"], errors);
    let private = derive::private(words.krate);
    let ident = &item.ident;
    not_generic(&item.generics, errors);
    let mut offset = quote!(0);
    let (mut indexes, mut names) = (TokenStream::new(), TokenStream::new());
    let mut seen: Vec<String> = Vec::new();
    for variant in &item.variants {
        let name = &variant.ident;
        let words = derive::words(&variant.attrs, "label", &["rename"], errors);
        let text =
            words.rename.map_or_else(|| derive::snake_case(&name.unraw().to_string()), |text| text.value());
        if seen.contains(&text) {
            errors.at(name, format!("another variant has the label value `{text}` already"));
        }
        match only(&variant.fields) {
            Fielded::None => {
                indexes.extend(quote!(Self::#name { .. } => #offset,));
                names.extend(quote!(__values.push(::std::string::String::from(#text));));
                offset = quote!(#offset + 1);
            }
            Fielded::One(member, kind) => {
                indexes.extend(quote! {
                    Self::#name { #member: __inner } => #offset + <#kind as #private::Label>::index(__inner),
                });
                names.extend(quote! {
                    for __index in 0..<#kind as #private::Label>::COUNT {
                        __values.push(::std::format!("{}.{}", #text, <#kind as #private::Label>::value(__index)));
                    }
                });
                offset = quote!(#offset + <#kind as #private::Label>::COUNT);
            }
            Fielded::More => {
                let message = "a label's variant has no field, or one that implements `Label`";
                errors.at(&variant.fields, message);
            }
        }
        seen.push(text);
    }
    let plain = item.variants.iter().all(|variant| variant.fields.is_empty());
    let index = if seen.is_empty() { quote!(match *self {}) } else { quote!(match self { #indexes }) };
    let value = if plain { listed(&seen) } else { built(&names) };
    label(&private, ident, &offset, &index, &value, plain)
}

fn not_generic(generics: &Generics, errors: &mut Errors) {
    if !generics.params.is_empty() {
        errors.at(
            generics,
            "`Labels` cannot be derived for a generic type: the number of its values is not known",
        );
    }
}

/// What makes a type a label: the number of its values, the number and the text of each.
fn label(
    private: &TokenStream,
    ident: &Ident,
    count: &TokenStream,
    index: &TokenStream,
    value: &TokenStream,
    plain: bool,
) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #private::Label for #ident {
            const COUNT: usize = #count;
            const PLAIN: bool = #plain;
            fn index(&self) -> usize { #index }
            fn value(index: usize) -> &'static str { #value }
        }
        #[automatically_derived]
        impl #private::LabelText for #ident {
            const PLAIN: bool = #plain;
            #[inline]
            fn label(&self) -> #private::LabelRef<'_> { #private::LabelRef::bounded(self) }
        }
    }
}

/// A struct has every combination of its fields' values.
fn of_struct(item: &ItemStruct, errors: &mut Errors) -> TokenStream {
    let words = derive::words(&item.attrs, "label", &["crate"], errors);
    let private = derive::private(words.krate);
    let ident = &item.ident;
    not_generic(&item.generics, errors);
    if item.fields.is_empty() {
        errors.at(ident, "`Labels` needs a field, each of a type that implements `Label`");
    }
    let (mut count, mut index) = (quote!(1), quote!(0));
    let mut names = quote!(__values.push(::std::string::String::new()););
    let mut keys = Vec::new();
    for (member, field) in item.fields.members().zip(&item.fields) {
        let words = derive::words(&field.attrs, "label", &["rename"], errors);
        let written = field.ident.as_ref().map(|name| name.unraw().to_string());
        let separator = if keys.is_empty() { "" } else { "," };
        keys.push(
            words.rename.map(|text| text.value()).or(written).unwrap_or_else(|| keys.len().to_string()),
        );
        let kind = &field.ty;
        count = quote!(#count * <#kind as #private::Label>::COUNT);
        index = quote!((#index) * <#kind as #private::Label>::COUNT + <#kind as #private::Label>::index(&self.#member));
        names.extend(quote! {
            __values = __values.iter().flat_map(|__start| {
                (0..<#kind as #private::Label>::COUNT).map(move |__index| {
                    ::std::format!("{}{}{}", __start, #separator, <#kind as #private::Label>::value(__index))
                })
            }).collect();
        });
    }
    // A field's own label may be written by hand.
    let label = label(&private, ident, &count, &index, &built(&names), false);
    quote! {
        #label
        #[automatically_derived]
        impl #private::Labels for #ident {
            const KEYS: &'static [&'static str] = &[#(#keys),*];
        }
    }
}

/// A value of an array that is known to the compiler.
fn listed(names: &[String]) -> TokenStream {
    let count = names.len();
    quote! {
        static VALUES: [&::core::primitive::str; #count] = [#(#names),*];
        VALUES.get(index).copied().unwrap_or_default()
    }
}

/// A value of an array that is made when it is first asked for.
fn built(steps: &TokenStream) -> TokenStream {
    quote! {
        static VALUES: ::std::sync::LazyLock<::std::vec::Vec<::std::string::String>> =
            ::std::sync::LazyLock::new(|| {
                let mut __values = ::std::vec::Vec::new();
                #steps
                __values
            });
        VALUES.get(index).map(::std::string::String::as_str).unwrap_or_default()
    }
}

enum Fielded<'a> {
    None,
    One(TokenStream, &'a syn::Type),
    More,
}

fn only(fields: &Fields) -> Fielded<'_> {
    let mut each = fields.members().zip(fields.iter());
    match (each.next(), each.next()) {
        (None, _) => Fielded::None,
        (Some((member, field)), None) => Fielded::One(quote!(#member), &field.ty),
        _ => Fielded::More,
    }
}
