//! Reading: signatures are parsed, bodies stay the tokens that the user wrote.

mod attribute;
mod block;
mod body;
mod function;
mod name;

pub(crate) use attribute::Attributes;
pub(crate) use attribute::Own;
pub(crate) use attribute::Which;
pub(crate) use block::Block;
pub(crate) use block::BlockKind;
pub(crate) use block::Member;
pub(crate) use body::Body;
pub(crate) use body::mentions;
pub(crate) use function::Function;

use proc_macro2::Ident;
use proc_macro2::TokenStream;
use proc_macro2::TokenTree;

/// What the attribute was written on.
pub(crate) enum Item {
    Block(Box<Block>),
    Function(Box<Function>),
    /// Anything else, with the keyword that says what it is.
    Other(Ident),
}

impl Item {
    /// Reads an item.
    ///
    /// # Errors
    ///
    /// What `syn` cannot read of a signature.
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Item> {
        match keyword(&tokens) {
            Some(word) if word == "impl" => Ok(Item::Block(Box::new(Block::read(tokens, BlockKind::Impl)?))),
            Some(word) if word == "trait" => {
                Ok(Item::Block(Box::new(Block::read(tokens, BlockKind::Trait)?)))
            }
            Some(word) if word != "fn" => Ok(Item::Other(word)),
            _ => Ok(Item::Function(Box::new(syn::parse2(tokens)?))),
        }
    }
}

/// The word that tells one kind of item from another.
fn keyword(tokens: &TokenStream) -> Option<Ident> {
    const KINDS: [&str; 13] = [
        "enum",
        "extern",
        "fn",
        "impl",
        "macro",
        "macro_rules",
        "mod",
        "static",
        "struct",
        "trait",
        "type",
        "union",
        "use",
    ];
    let mut tokens = tokens.clone().into_iter().peekable();
    let mut constant = None;
    while let Some(token) = tokens.next() {
        let TokenTree::Ident(word) = token else { continue };
        if word == "extern" {
            // `extern "C" fn` is a function; `extern crate` and `extern "C" {}` are not.
            if matches!(tokens.peek(), Some(TokenTree::Literal(_))) {
                tokens.next();
            }
            if matches!(tokens.peek(), Some(TokenTree::Ident(next)) if next != "crate") {
                continue;
            }
            return Some(word);
        }
        if word == "const" {
            constant = Some(word);
        } else if KINDS.iter().any(|kind| word == kind) {
            return Some(word);
        }
    }
    constant
}
