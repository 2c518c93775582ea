//! Fields that the body gives, checked by the compiler against those declared.

use proc_macro2::Ident;
use quote::ToTokens as _;

use crate::diag::Errors;
use crate::options::FieldName;
use crate::options::Options;

/// The declared fields as a tree: `db.rows` is `rows` in `db`.
pub(crate) struct Late {
    pub(crate) root: Vec<(Ident, Node)>,
}

/// One name, or more names behind a dot.
pub(crate) enum Node {
    /// A field, with its place among the declared ones.
    Field(usize),
    Inner(Vec<(Ident, Node)>),
}

impl Late {
    /// The declared fields; none where no field is late.
    pub(crate) fn new(options: &Options, errors: &mut Errors) -> Option<Late> {
        let late = options.fields.iter().any(|field| field.value.is_none());
        let mut root = Vec::new();
        for (index, field) in options.fields.iter().enumerate() {
            match &field.name {
                FieldName::Dotted(words) if late => {
                    if let Err(word) = insert(&mut root, words, index) {
                        let text = field.name.text();
                        errors.at(
                            word,
                            format!("field `{text}` cannot be a field and the start of another's name"),
                        );
                    }
                }
                FieldName::Quoted(_, span) if field.value.is_none() => {
                    errors.at_span(
                        *span,
                        "a field without a value needs a name that `field!` can write, as `db.rows`",
                    );
                }
                _ => {}
            }
        }
        late.then_some(Late { root })
    }
}

fn insert<'a>(nodes: &mut Vec<(Ident, Node)>, words: &'a [Ident], index: usize) -> Result<(), &'a Ident> {
    let Some((first, rest)) = words.split_first() else { return Ok(()) };
    let known = nodes.iter().position(|(name, _)| *name == member(first));
    match (known, rest.is_empty()) {
        (Some(_), true) => Err(first),
        (Some(at), false) => match &mut nodes[at].1 {
            Node::Field(_) => Err(first),
            Node::Inner(inner) => insert(inner, rest, index),
        },
        (None, true) => {
            nodes.push((member(first), Node::Field(index)));
            Ok(())
        }
        (None, false) => {
            let mut inner = Vec::new();
            insert(&mut inner, rest, index)?;
            nodes.push((member(first), Node::Inner(inner)));
            Ok(())
        }
    }
}

/// A keyword may be part of a field's name, but of a member's only in its raw form.
fn member(word: &Ident) -> Ident {
    match syn::parse2::<Ident>(word.to_token_stream()) {
        Ok(word) => word,
        Err(_) => Ident::new_raw(&word.to_string(), word.span()),
    }
}
