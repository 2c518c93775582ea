//! An `impl` block or a trait: its head as it was, its members read one by one.

use proc_macro2::Delimiter;
use proc_macro2::Group;
use proc_macro2::Ident;
use proc_macro2::TokenStream;
use proc_macro2::TokenTree;
use quote::ToTokens;
use quote::quote;
use syn::Attribute;
use syn::Token;
use syn::parse::Parse;
use syn::parse::ParseStream;
use syn::parse::Parser as _;

use crate::item::Attributes;
use crate::item::Function;
use crate::item::name::of_self_type;
use crate::item::name::of_trait;

/// What kind of block.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum BlockKind {
    Impl,
    Trait,
}

/// An `impl` block or a trait.
pub(crate) struct Block {
    pub(crate) attributes: Attributes,
    pub(crate) kind: BlockKind,
    /// The implementing type's name, or the trait's.
    pub(crate) name: String,
    /// The word that says what it is.
    pub(crate) keyword: Option<Ident>,
    /// Everything between the attributes and the braces.
    head: TokenStream,
    braces: Group,
    pub(crate) members: Vec<Member>,
}

/// One member of a block.
pub(crate) enum Member {
    Function(Box<Function>),
    /// Constants, types, macros: left alone.
    Other(TokenStream),
}

impl Block {
    /// Reads an `impl` block or a trait.
    ///
    /// # Errors
    ///
    /// What `syn` cannot read of a member's signature.
    pub(crate) fn read(tokens: TokenStream, kind: BlockKind) -> syn::Result<Block> {
        let (attributes, rest) = split.parse2(tokens)?;
        let mut head: Vec<TokenTree> = rest.into_iter().collect();
        let Some(TokenTree::Group(braces)) = head.pop() else {
            return Err(syn::Error::new_spanned(TokenStream::from_iter(head), "expected a block"));
        };
        let name = match kind {
            BlockKind::Impl => of_self_type(&head),
            BlockKind::Trait => of_trait(&head),
        };
        let members = members.parse2(braces.stream())?;
        let keyword = head.iter().find_map(|token| match token {
            TokenTree::Ident(word) if word == "impl" || word == "trait" => Some(word.clone()),
            _ => None,
        });
        let head = TokenStream::from_iter(head);
        Ok(Block { attributes: Attributes::new(attributes), kind, name, keyword, head, braces, members })
    }

    /// How a function of this block is called from anywhere in the module.
    ///
    /// # Errors
    ///
    /// Why it cannot be.
    pub(crate) fn path(&self) -> Result<TokenStream, &'static str> {
        let head = &self.head;
        let Ok(block) = syn::parse2::<syn::ItemImpl>(quote!(#head {})) else {
            return Err("a trait has one for each type that implements it");
        };
        let own = &block.self_ty;
        match block.trait_ {
            _ if !block.generics.params.is_empty() => Err("a generic block has one for each type"),
            Some((path, _)) => Ok(quote!(<#own as #path>)),
            None => Ok(quote!(<#own>)),
        }
    }

    /// Whether a method may be added: not to a trait, nor to what implements one.
    pub(crate) fn is_open(&self) -> bool {
        let head = &self.head;
        syn::parse2::<syn::ItemImpl>(quote!(#head {})).is_ok_and(|block| block.trait_.is_none())
    }

    /// The block with other members.
    pub(crate) fn with_members(&self, members: TokenStream) -> TokenStream {
        let mut braces = Group::new(Delimiter::Brace, members);
        braces.set_span(self.braces.span());
        let mut tokens = self.attributes.to_token_stream();
        tokens.extend(self.head.clone());
        braces.to_tokens(&mut tokens);
        tokens
    }
}

/// The member as it was, without our attributes.
impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Member::Function(function) => function.to_tokens(tokens),
            Member::Other(other) => other.to_tokens(tokens),
        }
    }
}

impl Parse for Member {
    fn parse(input: ParseStream<'_>) -> syn::Result<Member> {
        let start = input.fork();
        let attributes = input.call(Attribute::parse_outer)?;
        if is_function(&input.fork())? {
            return Function::after_attributes(attributes, input)
                .map(|read| Member::Function(Box::new(read)));
        }
        let mut other = TokenStream::new();
        let mut declares = false;
        while !start.is_empty() {
            let token: TokenTree = start.parse()?;
            let ends = match &token {
                TokenTree::Punct(punct) => punct.as_char() == ';',
                // `m! { .. }` ends with its braces, `const N: usize = { 1 };` does not.
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !declares,
                TokenTree::Ident(word) => {
                    declares |= word == "const" || word == "type";
                    false
                }
                TokenTree::Literal(_) => false,
            };
            other.extend(Some(token));
            if ends {
                break;
            }
        }
        while input.cursor() != start.cursor() {
            input.parse::<TokenTree>()?;
        }
        Ok(Member::Other(other))
    }
}

/// Whether a function comes next: only its modifiers stand before `fn`.
fn is_function(ahead: ParseStream<'_>) -> syn::Result<bool> {
    const MODIFIERS: [&str; 7] = ["async", "const", "default", "extern", "pub", "safe", "unsafe"];
    while !ahead.is_empty() {
        match ahead.parse::<TokenTree>()? {
            TokenTree::Ident(word) if word == "fn" => return Ok(true),
            TokenTree::Ident(word) if MODIFIERS.iter().any(|known| word == known) => {}
            // `(crate)` of `pub(crate)`, an invisible group from a macro by example, `"C"` of `extern "C"`.
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {}
            TokenTree::Literal(_) => {}
            _ => return Ok(false),
        }
    }
    Ok(false)
}

fn members(input: ParseStream<'_>) -> syn::Result<Vec<Member>> {
    let mut members = Vec::new();
    let mut inner = TokenStream::new();
    while input.peek(Token![#]) && input.peek2(Token![!]) {
        for _ in 0..3 {
            inner.extend(Some(input.parse::<TokenTree>()?));
        }
    }
    if !inner.is_empty() {
        members.push(Member::Other(inner));
    }
    while !input.is_empty() {
        members.push(input.parse()?);
    }
    Ok(members)
}

fn split(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, TokenStream)> {
    Ok((input.call(Attribute::parse_outer)?, input.parse()?))
}
