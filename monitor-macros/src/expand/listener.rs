//! `#[derive(Listener)]`: subscribes a type to the families whose traits it implements.

use proc_macro2::TokenStream;
use quote::quote;
use quote::quote_spanned;
use syn::Attribute;
use syn::Token;
use syn::Type;
use syn::parse::Parse;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;

use crate::diag::Errors;
use crate::expand::derive;
use crate::expand::derive::Shape;

/// What `#[listener(..)]` lists.
enum Listed {
    Crate(syn::Path),
    Event(Box<Type>),
}

impl Parse for Listed {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            return Ok(Self::Crate(input.parse()?));
        }
        Ok(Self::Event(Box::new(input.parse()?)))
    }
}

/// Prints the implementation, or what is wrong.
pub(crate) fn listener(tokens: TokenStream) -> TokenStream {
    derive::expand(tokens, "Listener", print)
}

fn print(shape: &Shape, errors: &mut Errors) -> TokenStream {
    let (attributes, ident, generics) = shape.head();
    if !generics.params.is_empty() {
        errors.at(
            &generics.params,
            format_args!(
                "which families a type with parameters hears cannot be found out; write `impl Listener for {ident}<..>` \
                 by hand, with `to.command(&self)`, `to.pool(&self)` and so on in `subscribe`"
            ),
        );
    }
    let (krate, events) = listed(attributes, errors);
    let private = derive::private(krate);
    let own = events
        .iter()
        .map(|event| quote_spanned!(event.span()=> #private::hear_event::<#ident, #event>(&self, to);));
    let message = format!(
        "`{ident}` hears nothing: implement `CommandListener`, `PoolListener`, `ServerListener`, `TopologyListener`, \
         `HeartbeatListener` or `FailoverListener` for it, or name events that it hears by `EventListener`, such as \
         `#[listener(CacheEvicted)]`"
    );
    let checked = events.is_empty().then(|| {
        quote_spanned! {ident.span()=>
            const _: () = ::core::assert!(#private::hears_any(&FAMILIES), #message);
        }
    });
    quote! {
        const _: () = {
            #[allow(unused_imports)]
            use #private::Unheard as _;

            const FAMILIES: [#private::Subscribe<#ident>; 6] = [
                #private::Hears::<#ident>::COMMAND,
                #private::Hears::<#ident>::POOL,
                #private::Hears::<#ident>::SERVER,
                #private::Hears::<#ident>::TOPOLOGY,
                #private::Hears::<#ident>::HEARTBEAT,
                #private::Hears::<#ident>::FAILOVER,
            ];
            #checked

            #[automatically_derived]
            impl #private::Listener for #ident {
                fn subscribe(self: ::std::sync::Arc<Self>, to: &mut #private::Subscriptions) {
                    #private::subscribe(&self, &FAMILIES, to);
                    #(#own)*
                }
            }
        };
    }
}

/// The path of the runtime, if it was said, and the events that were named.
fn listed(attributes: &[Attribute], errors: &mut Errors) -> (Option<TokenStream>, Vec<Type>) {
    let (mut krate, mut events) = (None, Vec::new());
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("listener")) {
        match attribute.parse_args_with(Punctuated::<Listed, Token![,]>::parse_terminated) {
            Ok(all) => all.into_iter().for_each(|one| match one {
                Listed::Crate(path) => krate = Some(quote!(#path)),
                Listed::Event(event) => events.push(*event),
            }),
            Err(error) => errors.add(error),
        }
    }
    (krate, events)
}
