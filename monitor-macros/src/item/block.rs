//! An `impl` block or a trait: its head as it was, its members read one by one.

use proc_macro2::Delimiter;
use proc_macro2::Group;
use proc_macro2::TokenStream;
use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::Attribute;
use syn::Signature;
use syn::Token;
use syn::Visibility;
use syn::parse::Parse;
use syn::parse::ParseStream;
use syn::parse::Parser as _;

use crate::item::Attributes;
use crate::item::Function;

/// What kind of block.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum BlockKind {
    Impl,
    Trait,
}

/// An `impl` block or a trait.
pub(crate) struct Block {
    pub(crate) attributes: Attributes,
    /// The implementing type's name, or the trait's.
    pub(crate) name: String,
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
            BlockKind::Impl => self_type_name(&head),
            BlockKind::Trait => trait_name(&head),
        };
        let members = members.parse2(braces.stream())?;
        let head = TokenStream::from_iter(head);
        Ok(Block { attributes: Attributes::new(attributes), name, head, braces, members })
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
        let ahead = input.fork();
        let head = ahead.parse::<Visibility>().and_then(|_| ahead.parse::<Option<Token![default]>>());
        if head.is_ok() && ahead.parse::<Signature>().is_ok() {
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

fn trait_name(head: &[TokenTree]) -> String {
    let after = head.iter().skip_while(|token| !is_word(token, "trait")).nth(1);
    after.map(ToString::to_string).unwrap_or_default()
}

/// `Client` of `impl<T> Connect for pool::Client<T> where ..`.
fn self_type_name(head: &[TokenTree]) -> String {
    let start = head.iter().position(|token| is_word(token, "impl")).map_or(0, |at| at + 1);
    let mut depth = 0_i32;
    let mut kept: Vec<&TokenTree> = Vec::new();
    let mut arrow = false;
    let mut tokens = head[start..].iter().peekable();
    while let Some(token) = tokens.next() {
        let before = depth;
        if let TokenTree::Punct(punct) = token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if !arrow => depth -= 1,
                _ => {}
            }
            arrow = punct.as_char() == '-';
        }
        if depth > 0 || before > 0 {
            continue;
        }
        if is_word(token, "where") {
            break;
        }
        // Not the `for` of `for<'a> Fn(&'a str)`.
        if is_word(token, "for")
            && !matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '<')
        {
            kept.clear();
            continue;
        }
        kept.push(token);
    }
    let last = kept.iter().rev().find_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    let name = last.unwrap_or_else(|| kept.iter().map(ToString::to_string).collect());
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}
