//! What the tables let stand at a place, for those who write there: the other way to read what validation checks by.
//!
//! It walks the tables along the definition as far as that is written, and judges nothing.

use serde_json::Value;

use super::calls::{PROTOCOLS, protocol};
use super::shape::{Guide, Object, Shape};
use super::tables::WORKFLOW;
use super::tasks::{BASE, own_members};
use crate::view::{self, TaskKind};
use crate::{Catalog, Pointer};

/// A place in a definition that is being written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// The object or list around it.
    pub(crate) holder: Vec<String>,
    pub(crate) what: Missing,
}

/// What is to be written there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Missing {
    /// The name of a member of the holder.
    Name,
    /// The value of the member, or of the item of a list.
    Value(String),
}

/// Something that may be written at a place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Offer<'a> {
    /// A member of the language.
    Member {
        name: &'static str,
        form: Form,
        required: bool,
    },
    /// The member that says what a task does.
    Kind(TaskKind),
    /// A whole entry of a list of tasks.
    Task {
        kind: TaskKind,
        name: String,
    },
    /// A member of what a catalog's function is given, with its schema.
    Argument {
        name: &'a str,
        schema: &'a Value,
        required: bool,
    },
    Word(&'static str),
    Flag(bool),
    /// A flow directive, or a task of the same list.
    Target(&'a str),
    /// A name that stands in `use`.
    Defined(&'a str),
    /// What a `call` calls.
    Function(&'a str),
    /// A value that a catalog's function takes.
    Example(&'a Value),
}

/// How a value begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Object,
    List,
    Tasks,
    Text,
    /// A number, true or false.
    Bare,
}

/// Everything that may be written at `place` of the definition `root`, the required first.
pub(crate) fn offers<'a>(root: &'a Value, place: &Place, catalog: &'a Catalog) -> Vec<Offer<'a>> {
    let mut walk = Walk { root, catalog, at: Pointer::root(), list: None, slot: Slot::Members(&WORKFLOW) };
    for token in &place.holder {
        walk.step(token);
    }
    match &place.what {
        Missing::Name => walk.names(),
        Missing::Value(token) => walk.values(token),
    }
}

/// The names of the members that may be written into the object at `holder`.
pub(crate) fn member_names(root: &Value, holder: &Pointer, catalog: &Catalog) -> Vec<String> {
    let place = Place { holder: holder.tokens().collect(), what: Missing::Name };
    let name = |offer| match offer {
        Offer::Member { name, .. } => Some(name.to_owned()),
        Offer::Kind(kind) => Some(kind.key().to_owned()),
        Offer::Argument { name, .. } => Some(name.to_owned()),
        _ => None,
    };
    offers(root, &place, catalog).into_iter().filter_map(name).collect()
}

struct Walk<'a> {
    root: &'a Value,
    catalog: &'a Catalog,
    at: Pointer,
    /// The list of tasks that was gone through last.
    list: Option<Pointer>,
    slot: Slot<'a>,
}

/// What the tables say of one value.
#[derive(Clone, Copy)]
enum Slot<'a> {
    Shape(&'static Shape),
    Members(&'static Object),
    Task,
    /// The object of one member in a list of tasks.
    TaskEntry,
    /// The same in a list of other named things.
    Entry(&'static Object),
    /// By the schema of a catalog's function.
    Schema(&'a Value),
    Nothing,
}

/// The same, with a shape's choices made.
enum Stand<'a> {
    Members(Vec<&'static Object>),
    Task,
    Tasks,
    TaskEntry,
    Entries(&'static Object),
    Entry(&'static Object),
    List(&'static Shape),
    Map(&'static Shape),
    Schema(&'a Value),
    Nothing,
}

impl<'a> Walk<'a> {
    fn value(&self) -> Option<&'a Value> {
        self.at.get(self.root)
    }

    fn step(&mut self, token: &str) {
        if matches!(self.stand(), Stand::Tasks) {
            self.list = Some(self.at.clone());
        }
        self.slot = self.below(token);
        self.at = self.at.child(token);
    }

    fn stand(&self) -> Stand<'a> {
        match self.slot {
            Slot::Shape(shape) => stand(shape, self.value()),
            Slot::Members(object) => Stand::Members(vec![object]),
            Slot::Task => Stand::Task,
            Slot::TaskEntry => Stand::TaskEntry,
            Slot::Entry(object) => Stand::Entry(object),
            Slot::Schema(schema) => Stand::Schema(schema),
            Slot::Nothing => Stand::Nothing,
        }
    }

    /// What may stand at a member or an item of the current value.
    fn below(&self, token: &str) -> Slot<'a> {
        let member = |objects: &[&'static Object]| {
            let mut members = objects.iter().flat_map(|object| object.members);
            members
                .find(|member| member.name == token)
                .map_or(Slot::Nothing, |member| Slot::Shape(&member.shape))
        };
        match self.stand() {
            Stand::Members(objects) => member(&objects),
            Stand::Task if token == "with" => self.arguments().unwrap_or(Slot::Nothing),
            Stand::Task => match self.value().and_then(TaskKind::of) {
                Some(kind) => member(&[own_members(kind), &BASE]),
                None => member(&[&BASE]),
            },
            Stand::Tasks => Slot::TaskEntry,
            Stand::TaskEntry => Slot::Task,
            Stand::Entries(object) => Slot::Entry(object),
            Stand::Entry(object) => Slot::Members(object),
            Stand::List(shape) | Stand::Map(shape) => Slot::Shape(shape),
            Stand::Schema(schema) => {
                let properties = schema.get("properties").and_then(|members| members.get(token));
                properties.or_else(|| schema.get("items")).map_or(Slot::Nothing, Slot::Schema)
            }
            Stand::Nothing => Slot::Nothing,
        }
    }

    /// What the `with` of a call holds, by what it calls.
    fn arguments(&self) -> Option<Slot<'a>> {
        let called = self.value()?.get("call")?.as_str()?;
        let function = || self.catalog.get(called).map(|function| Slot::Schema(&function.input_schema));
        protocol(called).map(Slot::Shape).or_else(function)
    }

    fn names(&self) -> Vec<Offer<'a>> {
        let here = |name: &str| self.value().is_some_and(|value| value.get(name).is_some());
        match self.stand() {
            Stand::Members(objects) => members(&objects, here),
            Stand::Task => match self.value().and_then(TaskKind::of) {
                Some(kind) => members(&[own_members(kind), &BASE], here),
                None => {
                    let kinds = TaskKind::ALL.into_iter().map(Offer::Kind);
                    kinds.chain(members(&[&BASE], here)).collect()
                }
            },
            // The entry has a name already; a second one would be wrong.
            Stand::TaskEntry if self.value().and_then(view::entry).is_none() => {
                self.new_tasks(self.at.parent().as_ref())
            }
            Stand::Tasks => self.new_tasks(Some(&self.at)),
            Stand::Schema(schema) => arguments(schema, here),
            _ => Vec::new(),
        }
    }

    fn new_tasks(&self, list: Option<&Pointer>) -> Vec<Offer<'a>> {
        let taken = list.map(|list| self.tasks(list)).unwrap_or_default();
        let free = |kind: TaskKind| {
            let numbered = (2..).map(|number| format!("{}{number}", kind.key()));
            std::iter::once(kind.key().to_owned())
                .chain(numbered)
                .find(|name| !taken.contains(&name.as_str()))
        };
        TaskKind::ALL.into_iter().filter_map(|kind| Some(Offer::Task { kind, name: free(kind)? })).collect()
    }

    fn values(&self, token: &str) -> Vec<Offer<'a>> {
        let stand = self.stand();
        if token == "then" && leads_on(&stand) {
            return self.targets();
        }
        if token == "call" && matches!(stand, Stand::Task) {
            return self.functions();
        }
        // The credentials of a sign-in stand in a secret.
        let policy = self.at.last();
        let signs_in = policy
            .is_some_and(|policy| ["basic", "bearer", "digest", "oauth2", "oidc"].contains(&policy.as_str()));
        if token == "use" && signs_in && matches!(stand, Stand::Members(_)) {
            let secrets = self.root.pointer("/use/secrets").and_then(Value::as_array);
            return secrets.into_iter().flatten().filter_map(Value::as_str).map(Offer::Defined).collect();
        }
        match self.below(token) {
            Slot::Shape(shape) => self.words(shape),
            Slot::TaskEntry => self.new_tasks(Some(&self.at)),
            Slot::Schema(schema) => examples(schema),
            _ => Vec::new(),
        }
    }

    fn words(&self, shape: &'static Shape) -> Vec<Offer<'a>> {
        match shape {
            Shape::Word(words) | Shape::Rule(Guide::Words(words), _) => {
                words.iter().map(|word| Offer::Word(word)).collect()
            }
            Shape::Boolean => vec![Offer::Flag(true), Offer::Flag(false)],
            Shape::ExpressionOr(shape) | Shape::ProgramOr(shape) | Shape::Rule(Guide::Of(shape), _) => {
                self.words(shape)
            }
            Shape::Rule(Guide::Defined(section, _), _) => {
                let section =
                    self.root.get("use").and_then(|used| used.get(section)).and_then(Value::as_object);
                section.into_iter().flatten().map(|(name, _)| Offer::Defined(name)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn targets(&self) -> Vec<Offer<'a>> {
        let directives = ["continue", "exit", "end"].into_iter().map(Offer::Target);
        // Branches stand beside each other, so none of them leads to another.
        let list = self.list.as_ref().filter(|list| !view::is_branches(self.root, list));
        let tasks = list.map(|list| self.tasks(list)).unwrap_or_default();
        directives.chain(tasks.into_iter().map(Offer::Target)).collect()
    }

    fn tasks(&self, list: &Pointer) -> Vec<&'a str> {
        let items = list.get(self.root).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(view::entry).map(|(name, _)| name).collect()
    }

    fn functions(&self) -> Vec<Offer<'a>> {
        let own = self.root.pointer("/use/functions").and_then(Value::as_object);
        let own = own.into_iter().flatten().map(|(name, _)| name.as_str());
        PROTOCOLS.into_iter().chain(own).chain(self.catalog.calls()).map(Offer::Function).collect()
    }
}

/// Whether the member `then` of such an object is a flow directive: of a task, of a case and of a `catch`.
fn leads_on(stand: &Stand<'_>) -> bool {
    match stand {
        Stand::Task => true,
        Stand::Members(objects) => {
            objects.iter().flat_map(|object| object.members).any(|member| member.name == "then")
        }
        _ => false,
    }
}

fn stand<'a>(shape: &'static Shape, value: Option<&Value>) -> Stand<'a> {
    match shape {
        Shape::Object(object) => Stand::Members(vec![object]),
        Shape::List(item) => Stand::List(item),
        Shape::Map(shape) => Stand::Map(shape),
        Shape::ExpressionOr(shape) | Shape::ProgramOr(shape) => stand(shape, value),
        Shape::IfMember(name, with, without) => {
            stand(if value.is_some_and(|value| value.get(name).is_some()) { with } else { without }, value)
        }
        Shape::Rule(guide, _) => match guide {
            Guide::Of(shape) | Guide::Defined(_, Some(shape)) => stand(shape, value),
            Guide::Members(objects) => Stand::Members(objects.to_vec()),
            Guide::Tasks => Stand::Tasks,
            Guide::Task => Stand::Task,
            Guide::Entries(object) => Stand::Entries(object),
            Guide::Free | Guide::Words(_) | Guide::Defined(_, None) => Stand::Nothing,
        },
        _ => Stand::Nothing,
    }
}

fn members<'a>(objects: &[&'static Object], here: impl Fn(&str) -> bool) -> Vec<Offer<'a>> {
    let groups = || objects.iter().flat_map(|object| object.one_of);
    // Of a group one is enough, and another would be wrong.
    let chosen =
        |name: &str| groups().any(|group| group.contains(&name) && group.iter().any(|name| here(name)));
    let mut offers: Vec<Offer<'a>> = objects
        .iter()
        .flat_map(|object| object.members)
        .filter(|member| !here(member.name) && !chosen(member.name))
        .map(|member| Offer::Member {
            name: member.name,
            form: form(&member.shape),
            required: member.required || groups().any(|group| group.contains(&member.name)),
        })
        .collect();
    offers.sort_by_key(|offer| !matches!(offer, Offer::Member { required: true, .. }));
    offers
}

/// How the value of the member begins that makes a task one of this kind.
pub(crate) fn form_of(kind: TaskKind) -> Form {
    let member = own_members(kind).members.iter().find(|member| member.name == kind.key());
    member.map_or(Form::Object, |member| form(&member.shape))
}

/// How the value of a member most likely begins.
fn form(shape: &Shape) -> Form {
    match shape {
        Shape::Object(_) | Shape::Map(_) | Shape::IfMember(..) => Form::Object,
        Shape::OpaqueObject | Shape::AnyObject | Shape::FilledObject | Shape::Opaque => Form::Object,
        Shape::List(_) => Form::List,
        Shape::Boolean | Shape::Integer { .. } => Form::Bare,
        Shape::ExpressionOr(shape) => form(shape),
        Shape::Rule(guide, _) => match guide {
            Guide::Tasks => Form::Tasks,
            Guide::Task => Form::Object,
            Guide::Entries(_) => Form::List,
            Guide::Of(shape) => form(shape),
            // A duration and an endpoint are mostly written as a text.
            Guide::Members([object]) if object.one_of.is_empty() && is_also_text(object) => Form::Text,
            Guide::Members(_) => Form::Object,
            Guide::Defined(_, Some(_)) => Form::Object,
            Guide::Free | Guide::Words(_) | Guide::Defined(_, None) => Form::Text,
        },
        _ => Form::Text,
    }
}

fn is_also_text(object: &Object) -> bool {
    object.members.iter().any(|member| ["uri", "milliseconds"].contains(&member.name))
}

fn arguments(schema: &Value, here: impl Fn(&str) -> bool) -> Vec<Offer<'_>> {
    let required = |name: &str| {
        let names = schema.get("required").and_then(Value::as_array);
        names.into_iter().flatten().any(|required| required == name)
    };
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let mut offers: Vec<Offer<'_>> = properties
        .filter(|(name, _)| !here(name))
        .map(|(name, schema)| Offer::Argument { name, schema, required: required(name) })
        .collect();
    offers.sort_by_key(|offer| !matches!(offer, Offer::Argument { required: true, .. }));
    offers
}

fn examples(schema: &Value) -> Vec<Offer<'_>> {
    if schema.get("type").and_then(Value::as_str) == Some("boolean") {
        return vec![Offer::Flag(true), Offer::Flag(false)];
    }
    let words = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let mut values: Vec<&Value> =
        words.chain(schema.get("default")).filter(|value| !value.is_object()).collect();
    values.dedup();
    values.into_iter().map(Offer::Example).collect()
}
