//! A recorder around another one passes on all of the port: a method that it forgets has a default, and nobody would see.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::ExprMethodCall;
use syn::ImplItem;
use syn::ImplItemFn;
use syn::ItemImpl;
use syn::ItemTrait;
use syn::TraitItem;
use syn::Type;
use syn::visit;
use syn::visit::Visit;

/// What a recorder says of itself: who asks another one for the same, and more than once, stands around that one.
const SAID: [&str; 4] = ["name", "signals", "delivery", "trace_ids"];

/// Where the recorders are that users get.
const SOURCES: [&str; 2] = ["../monitor-core/src", "src"];

/// The port, and what implements it.
#[derive(Default)]
struct Port {
    methods: BTreeSet<String>,
    recorders: Vec<Found>,
}

/// One implementation of the port.
struct Found {
    name: String,
    methods: BTreeSet<String>,
    is_around_another: bool,
}

impl<'a> Visit<'a> for Port {
    fn visit_item_trait(&mut self, item: &'a ItemTrait) {
        if item.ident == "Recorder" {
            let methods = item.items.iter().filter_map(|item| match item {
                TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
                _ => None,
            });
            self.methods.extend(methods);
        }
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        let port = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
        if port.is_some_and(|port| port.ident == "Recorder") {
            let methods = item.items.iter().filter_map(|item| match item {
                ImplItem::Fn(method) => Some(method),
                _ => None,
            });
            self.recorders.push(Found {
                name: name(&item.self_ty),
                methods: methods.clone().map(|method| method.sig.ident.to_string()).collect(),
                is_around_another: methods.filter(|method| asks_another(method)).count() > 1,
            });
        }
    }
}

fn name(who: &Type) -> String {
    let Type::Path(path) = who else { return "?".to_owned() };
    path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
}

/// Whether a method that says something of the recorder asks another recorder for the same.
fn asks_another(method: &ImplItemFn) -> bool {
    struct Asked<'a> {
        wanted: &'a str,
        is_there: bool,
    }

    impl<'a> Visit<'a> for Asked<'_> {
        fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
            self.is_there |= call.method == self.wanted;
            visit::visit_expr_method_call(self, call);
        }
    }

    let wanted = method.sig.ident.to_string();
    let mut asked = Asked { wanted: &wanted, is_there: false };
    asked.visit_block(&method.block);
    asked.is_there && SAID.contains(&wanted.as_str())
}

fn read(folder: &Path, port: &mut Port) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, port);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            port.visit_file(&syn::parse_file(&text).unwrap());
        }
    }
}

#[test]
fn a_recorder_around_another_one_forgets_no_method_of_the_port() {
    let mut port = Port::default();
    for folder in SOURCES {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut port);
    }
    let around: Vec<_> = port.recorders.iter().filter(|recorder| recorder.is_around_another).collect();
    let names: BTreeSet<_> = around.iter().map(|recorder| recorder.name.as_str()).collect();
    let known = ["Box", "Broken", "FanOut", "Fitted", "Layered", "Watched"];
    assert!(known.iter().all(|name| names.contains(name)), "of these, some are not recognised: {names:?}");
    let forgets = around.iter().filter_map(|recorder| {
        let forgotten: Vec<_> = port.methods.difference(&recorder.methods).collect();
        (!forgotten.is_empty()).then(|| format!("`{}` forgets {forgotten:?}", recorder.name))
    });
    assert_eq!(forgets.collect::<Vec<_>>(), Vec::<String>::new());
}
