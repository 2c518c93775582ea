//! `#[derive(ErrorType)]`: a name for each kind of error.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Fields;
use syn::ext::IdentExt as _;

use crate::diag::Errors;
use crate::expand::derive;
use crate::expand::derive::Shape;

/// Prints the implementation, or what is wrong.
pub(crate) fn error_type(tokens: TokenStream) -> TokenStream {
    derive::expand(tokens, "ErrorType", print)
}

fn print(shape: &Shape, errors: &mut Errors) -> TokenStream {
    let (attributes, ident, generics) = shape.head();
    let known: &[&str] = match shape {
        Shape::Enum(_) => &["crate"],
        Shape::Struct(_) => &["crate", "rename"],
    };
    let words = derive::words(attributes, "error_type", known, errors);
    let private = derive::private(words.krate);
    let mut inner = Vec::new();
    let value = match shape {
        Shape::Struct(_) => {
            let name = words.rename.map_or_else(|| ident.unraw().to_string(), |text| text.value());
            quote!(#name)
        }
        Shape::Enum(item) if item.variants.is_empty() => quote!(match *self {}),
        Shape::Enum(item) => {
            let mut arms = TokenStream::new();
            for variant in &item.variants {
                let name = &variant.ident;
                let words = derive::words(&variant.attrs, "error_type", &["rename", "transparent"], errors);
                if !words.transparent {
                    let text = words.rename.map_or_else(|| name.unraw().to_string(), |text| text.value());
                    arms.extend(quote!(Self::#name { .. } => #text,));
                    continue;
                }
                if let Some(rename) = &words.rename {
                    errors.at(
                        rename,
                        "a `transparent` variant has the name that its field gives; drop one of the two",
                    );
                }
                match only(&variant.fields) {
                    Some((member, kind)) => {
                        arms.extend(quote!(
                            Self::#name { #member: __inner } => #private::ErrorType::error_type(__inner),
                        ));
                        inner.push(quote!(#kind: #private::ErrorType));
                    }
                    None => errors.at(name, "a `transparent` variant has exactly one field"),
                }
            }
            quote!(match self { #arms })
        }
    };
    let (implemented, arguments, bounds) = generics.split_for_impl();
    // The bound is for generic fields; on others it would be checked anyway.
    let mut bounds = quote!(#bounds);
    if !inner.is_empty() && !generics.params.is_empty() {
        bounds = if bounds.is_empty() { quote!(where #(#inner),*) } else { quote!(#bounds, #(#inner),*) };
    }
    quote! {
        #[automatically_derived]
        impl #implemented #private::ErrorType for #ident #arguments #bounds {
            fn error_type(&self) -> &'static str { #value }
        }
    }
}

fn only(fields: &Fields) -> Option<(TokenStream, &syn::Type)> {
    let mut each = fields.members().zip(fields.iter());
    match (each.next(), each.next()) {
        (Some((member, field)), None) => Some((quote!(#member), &field.ty)),
        _ => None,
    }
}
