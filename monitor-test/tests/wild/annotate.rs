//! Puts the attribute on every function of a source file, and changes nothing else of it.

use proc_macro2::Span;
use syn::Attribute;
use syn::ImplItemFn;
use syn::ItemFn;
use syn::Signature;
use syn::TraitItemFn;
use syn::spanned::Spanned as _;
use syn::visit;
use syn::visit::Visit;

/// What is put before a function: on its first line, so that every line keeps its number.
const ATTRIBUTE: &str = "#[monitor_core::monitored] ";

/// A source file with the attribute on its functions.
pub(crate) struct Annotated {
    pub(crate) text: String,
    /// How many functions have it.
    pub(crate) functions: usize,
}

/// Puts the attribute before the first attribute of every function that can have it.
///
/// # Errors
///
/// What is wrong with the file's syntax.
pub(crate) fn annotate(source: &str) -> syn::Result<Annotated> {
    let mut places = Places::default();
    places.visit_file(&syn::parse_str(source)?);
    places.starts.sort_unstable();
    let (mut text, mut from) = (String::new(), 0);
    for &start in &places.starts {
        text.push_str(&source[from..start]);
        text.push_str(ATTRIBUTE);
        from = start;
    }
    text.push_str(&source[from..]);
    Ok(Annotated { text, functions: places.starts.len() })
}

/// Where in a file its functions start.
#[derive(Default)]
struct Places {
    starts: Vec<usize>,
}

impl Places {
    fn add(&mut self, attributes: &[Attribute], signature: &Signature, whole: Span) {
        if signature.constness.is_none() && !is_run_by_another_macro(attributes) {
            self.starts.push(whole.byte_range().start);
        }
    }
}

/// What stands inside of a macro's call is not looked into.
impl Visit<'_> for Places {
    fn visit_impl_item_fn(&mut self, method: &ImplItemFn) {
        self.add(&method.attrs, &method.sig, method.span());
        visit::visit_impl_item_fn(self, method);
    }

    fn visit_item_fn(&mut self, function: &ItemFn) {
        self.add(&function.attrs, &function.sig, function.span());
        visit::visit_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, method: &TraitItemFn) {
        if method.default.is_some() {
            self.add(&method.attrs, &method.sig, method.span());
        }
        visit::visit_trait_item_fn(self, method);
    }
}

/// `#[test]`, `#[tokio::test]` and `#[tokio::main]`: only the harness or the system calls such a function.
fn is_run_by_another_macro(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|word| ["bench", "main", "test"].iter().any(|name| word.ident == name))
    })
}
