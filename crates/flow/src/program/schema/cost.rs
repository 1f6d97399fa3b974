//! How much work a schema is for a value, known before it is done: the validator has no budget of its own.
//!
//! A schema is a graph. Some edges stay at the value (`$ref`, `allOf`, `anyOf`, …), others go down into it
//! (`properties`, `items`, …). A circle of the first kind would never end and is refused. Along the second kind the
//! visits of each schema are counted level by level: two ways down to the same schema double the work with each
//! level, which no depth that a value may have would survive.

use std::collections::BTreeMap;

use serde_json::Value;

/// Visits of a schema that one value may cost: about a second of an unhurried machine.
const MOST_VISITS: u64 = 4_000_000;
/// Schemas within one schema.
const MOST_SCHEMAS: usize = 20_000;

const BESIDE: [&str; 5] = ["not", "if", "then", "else", "$ref"];
const BESIDE_LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
/// Schemas that apply to every entry of a list or every member of an object.
const BELOW_ALL: [&str; 8] = [
    "items",
    "additionalItems",
    "unevaluatedItems",
    "contains",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "contentSchema",
];

#[derive(Debug, Default)]
struct Node {
    beside: Vec<usize>,
    below_all: Vec<usize>,
    below_named: BTreeMap<String, Vec<usize>>,
    below_at: Vec<usize>,
    /// Scans the text of a value.
    scans: bool,
}

/// The graph of one schema; edges beside lead to later nodes only.
#[derive(Debug)]
pub(super) struct Cost {
    nodes: Vec<Node>,
    /// The whole schema.
    root: usize,
}

impl Cost {
    /// # Errors
    /// One sentence for a person.
    pub(super) fn of(schema: &Value) -> Result<Self, String> {
        let mut reading =
            Reading { root: schema, nodes: Vec::new(), known: BTreeMap::new(), open: Vec::new() };
        reading.node("")?;
        while let Some((index, place)) = reading.open.pop() {
            reading.read(index, &place)?;
        }
        let order = ordered(&reading.nodes)?;
        let mut rank = vec![0; order.len()];
        for (place, node) in order.iter().enumerate() {
            rank[*node] = place;
        }
        let mut nodes: Vec<(usize, Node)> = reading
            .nodes
            .into_iter()
            .enumerate()
            .map(|(index, node)| (rank[index], node.renumbered(&rank)))
            .collect();
        nodes.sort_by_key(|(place, _)| *place);
        Ok(Self { nodes: nodes.into_iter().map(|(_, node)| node).collect(), root: rank[0] })
    }

    pub(super) fn is_bearable(&self, value: &Value) -> bool {
        let mut left = MOST_VISITS;
        self.spend(BTreeMap::from([(self.root, 1)]), value, &mut left).is_some()
    }

    /// Takes the visits of a value and of all within it from what is left; none where that is not enough.
    fn spend(&self, mut entering: BTreeMap<usize, u64>, value: &Value, left: &mut u64) -> Option<()> {
        let length = value.as_str().map_or(0, |text| text.len() as u64 / 64);
        let mut active = Vec::new();
        while let Some((index, count)) = entering.pop_first() {
            let node = &self.nodes[index];
            let weight = if node.scans { 1 + length } else { 1 };
            *left = left.checked_sub(count.saturating_mul(weight))?;
            for next in &node.beside {
                let visits = entering.entry(*next).or_insert(0_u64);
                *visits = visits.saturating_add(count);
            }
            active.push((node, count));
        }
        if active.is_empty() {
            return Some(());
        }
        let mut down = |named: Option<&str>, at: Option<usize>, value: &Value| {
            let mut below = BTreeMap::new();
            for (node, count) in &active {
                let named = named.and_then(|name| node.below_named.get(name)).into_iter().flatten();
                let at = at.and_then(|at| node.below_at.get(at)).into_iter();
                for &next in node.below_all.iter().chain(named).chain(at) {
                    let visits = below.entry(next).or_insert(0_u64);
                    *visits = visits.saturating_add(*count);
                }
            }
            self.spend(below, value, left)
        };
        match value {
            Value::Array(items) => {
                items.iter().enumerate().try_for_each(|(at, item)| down(None, Some(at), item))
            }
            Value::Object(members) => {
                members.iter().try_for_each(|(name, value)| down(Some(name), None, value))
            }
            _ => Some(()),
        }
    }
}

impl Node {
    fn renumbered(mut self, rank: &[usize]) -> Self {
        let lists = [&mut self.beside, &mut self.below_all, &mut self.below_at];
        for node in lists.into_iter().chain(self.below_named.values_mut()).flatten() {
            *node = rank[*node];
        }
        self
    }
}

struct Reading<'s> {
    root: &'s Value,
    nodes: Vec<Node>,
    /// By JSON Pointer into the schema.
    known: BTreeMap<String, usize>,
    open: Vec<(usize, String)>,
}

impl Reading<'_> {
    fn node(&mut self, place: &str) -> Result<usize, String> {
        if let Some(known) = self.known.get(place) {
            return Ok(*known);
        }
        let index = self.nodes.len();
        if index >= MOST_SCHEMAS {
            return Err(format!("it has more than {MOST_SCHEMAS} schemas"));
        }
        self.nodes.push(Node::default());
        self.known.insert(place.to_owned(), index);
        self.open.push((index, place.to_owned()));
        Ok(index)
    }

    fn read(&mut self, index: usize, place: &str) -> Result<(), String> {
        let root = self.root;
        let Some(Value::Object(members)) = root.pointer(place) else { return Ok(()) };
        let mut node = Node::default();
        for (name, value) in members {
            let here = format!("{place}/{}", escaped(name));
            let each = |value: &Value| -> Vec<String> {
                match value {
                    Value::Array(items) => (0..items.len()).map(|index| format!("{here}/{index}")).collect(),
                    Value::Object(items) => {
                        items.keys().map(|name| format!("{here}/{}", escaped(name))).collect()
                    }
                    _ => Vec::new(),
                }
            };
            match name.as_str() {
                "$ref" | "$dynamicRef" | "$recursiveRef" => {
                    if let Some(target) = value.as_str().map(|text| self.target(text)).transpose()?.flatten()
                    {
                        node.beside.push(self.node(&target)?);
                    }
                }
                "$id" if !place.is_empty() && value.is_string() => {
                    return Err(format!("`$id` within a schema is not supported (at `{place}`)"));
                }
                name if BESIDE.contains(&name) => node.beside.push(self.node(&here)?),
                name if BESIDE_LISTS.contains(&name) => {
                    for place in each(value) {
                        node.beside.push(self.node(&place)?);
                    }
                }
                "dependentSchemas" | "dependencies" => {
                    for place in each(value) {
                        node.beside.push(self.node(&place)?);
                    }
                }
                "items" if value.is_array() => {
                    for place in each(value) {
                        node.below_at.push(self.node(&place)?);
                    }
                }
                "prefixItems" => {
                    for place in each(value) {
                        node.below_at.push(self.node(&place)?);
                    }
                }
                name if BELOW_ALL.contains(&name) => node.below_all.push(self.node(&here)?),
                "patternProperties" => {
                    for place in each(value) {
                        node.below_all.push(self.node(&place)?);
                    }
                }
                "properties" => {
                    for name in value.as_object().into_iter().flatten().map(|(name, _)| name) {
                        let next = self.node(&format!("{here}/{}", escaped(name)))?;
                        node.below_named.entry(name.clone()).or_default().push(next);
                    }
                }
                "pattern" | "format" | "contentMediaType" | "contentEncoding" | "maxLength" | "minLength" => {
                    node.scans = true;
                }
                _ => {}
            }
        }
        self.nodes[index] = node;
        Ok(())
    }

    /// Where a reference leads to; none where that is one of the specification's own schemas.
    fn target(&self, reference: &str) -> Result<Option<String>, String> {
        let base = self.root.get("$id").and_then(Value::as_str).unwrap_or_default().trim_end_matches('#');
        let local = reference.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('#'));
        let Some(fragment) = local.or_else(|| reference.strip_prefix('#').map(|_| reference)) else {
            let standard = ["https://json-schema.org/draft/", "http://json-schema.org/draft-"];
            return if standard.iter().any(|prefix| reference.starts_with(prefix)) {
                Ok(None)
            } else {
                Err(format!("`$ref` to `{reference}`: only schemas within this one can be referred to"))
            };
        };
        let fragment = decoded(fragment.trim_start_matches('#'));
        if fragment.is_empty() || fragment.starts_with('/') {
            return if self.root.pointer(&fragment).is_some() {
                Ok(Some(fragment))
            } else {
                Err(format!("there is no `{reference}` in it"))
            };
        }
        let anchor = find_anchor(self.root, &fragment, String::new());
        anchor.map(Some).ok_or_else(|| format!("there is no `{reference}` in it"))
    }
}

fn find_anchor(value: &Value, anchor: &str, place: String) -> Option<String> {
    match value {
        Value::Object(members) => {
            let is_it = |name: &str| members.get(name).and_then(Value::as_str) == Some(anchor);
            if is_it("$anchor") || is_it("$dynamicAnchor") {
                return Some(place);
            }
            members
                .iter()
                .find_map(|(name, value)| find_anchor(value, anchor, format!("{place}/{}", escaped(name))))
        }
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(index, value)| find_anchor(value, anchor, format!("{place}/{index}")))
        }
        _ => None,
    }
}

/// The nodes with every edge beside leading to a later one.
fn ordered(nodes: &[Node]) -> Result<Vec<usize>, String> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; nodes.len()];
    let mut order = Vec::with_capacity(nodes.len());
    for start in 0..nodes.len() {
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                match marks[node] {
                    Mark::Done => continue,
                    Mark::Open => return Err("a `$ref` comes back to where it stands".to_owned()),
                    Mark::New => marks[node] = Mark::Open,
                }
            }
            match nodes[node].beside.get(next) {
                Some(&child) => path.extend([(node, next + 1), (child, 0)]),
                None => {
                    marks[node] = Mark::Done;
                    order.push(node);
                }
            }
        }
    }
    order.reverse();
    Ok(order)
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Percent-encoding undone, as a fragment of a URI has it.
fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let [first, others @ ..] = rest {
        let hex = (*first == b'%').then(|| others.get(..2)).flatten();
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &others[2..] } else { others };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
