//! One function, method or trait method.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Attribute;
use syn::Signature;
use syn::Token;
use syn::Visibility;
use syn::parse::Parse;
use syn::parse::ParseStream;

use crate::item::Attributes;
use crate::item::Body;

/// A function as it was written.
pub(crate) struct Function {
    pub(crate) attributes: Attributes,
    pub(crate) visibility: Visibility,
    /// `default`, of a method that may be specialised.
    pub(crate) default: Option<Token![default]>,
    pub(crate) signature: Signature,
    /// None where only the signature is declared.
    pub(crate) body: Option<Body>,
    /// The semicolon in place of a body.
    semicolon: Option<Token![;]>,
}

impl Function {
    /// Reads on after the attributes.
    pub(crate) fn after_attributes(
        attributes: Vec<Attribute>,
        input: ParseStream<'_>,
    ) -> syn::Result<Function> {
        let visibility = input.parse()?;
        let default = input.parse()?;
        let signature = input.parse()?;
        let semicolon: Option<Token![;]> = input.parse()?;
        let body = if semicolon.is_some() || input.is_empty() { None } else { Some(input.parse()?) };
        Ok(Function {
            attributes: Attributes::new(attributes),
            visibility,
            default,
            signature,
            body,
            semicolon,
        })
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Function> {
        Function::after_attributes(input.call(Attribute::parse_outer)?, input)
    }
}

/// The function as it was, without our attributes.
impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.attributes.to_tokens(tokens);
        if let Some(body) = &self.body {
            tokens.extend(body.hoisted.clone());
        }
        self.visibility.to_tokens(tokens);
        self.default.to_tokens(tokens);
        self.signature.to_tokens(tokens);
        self.semicolon.to_tokens(tokens);
        if let Some(body) = &self.body {
            body.group.to_tokens(tokens);
        }
    }
}
