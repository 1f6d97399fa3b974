//! From text to a program: parsed, given its ticks, and linked with only the definitions that it reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jaq_core::compile::Undefined;
use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};
use jaq_core::load::parse::{Def, Parser, Term};
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::native::Fun;
use jaq_core::path::{Opt, Part};

use super::guard::{self, visit_calls, visit_terms};
use super::natives::{self, Machine};
use super::reason::{self, Reason};

const LONGEST_TEXT: usize = 64 * 1024;
const DEEPEST_NESTING: usize = 32;
/// In quarters of an operation, as [`weight`] counts.
const DEEPEST_TREE: usize = 4 * MOST_OPERATIONS;
const MOST_OPERATIONS: usize = 96;
/// Words after which a term nests within another without a bracket.
const NESTING_WORDS: [&str; 13] =
    ["def", "if", "elif", "then", "else", "try", "catch", "as", "reduce", "foreach", "label", "and", "or"];
const MAIN: &str = "__workflow_expression__";

pub(super) struct Compiled {
    pub(super) filter: jaq_core::Filter<Machine>,
    pub(super) variables: Vec<String>,
    /// The secrets that the program names: `a` of `$secrets.a` and `$secrets["a"]`.
    pub(super) secrets: Vec<String>,
}

/// A program that can be run.
///
/// # Errors
/// One sentence for a person.
pub(super) fn compile(text: &str) -> Result<Compiled, Reason> {
    linked(text, &|| Box::new(natives::functions()))
}

/// The variables of a program that could be run: it is linked with the names of what it calls only.
///
/// # Errors
/// One sentence for a person.
pub(super) fn check(text: &str) -> Result<Vec<String>, Reason> {
    linked(text, &|| Box::new(natives::names())).map(|compiled| compiled.variables)
}

type Functions<'a> = &'a dyn Fn() -> Box<dyn Iterator<Item = Fun<Machine>>>;

fn linked(text: &str, functions: Functions<'_>) -> Result<Compiled, Reason> {
    let term = parse(text)?;
    if let Some(name) = guard::endless_closure(&term) {
        return Err(Reason::new(
            format!("`{name}` calls itself and takes a filter: only values (`$x`) can be handed on"),
            format!("`{name}` 递归调用自身并带有过滤器参数：只能传递值（`$x`）"),
        ));
    }
    if let Some(name) = guard::taken_name(&term) {
        return Err(Reason::new(
            format!("`{name}` cannot take the name `contains` or `indices`, which is jq's own"),
            format!("`{name}` 不能使用 jq 自带的名称 `contains` 或 `indices`"),
        ));
    }
    let secrets = secrets(&term);
    let main = Def { name: MAIN, args: Vec::new(), body: guard::guarded(term) };
    let defs = reachable(&main);
    // A first try finds out which variables the program takes from outside.
    match link(defs.clone(), main.clone(), &[], functions) {
        Ok(filter) => Ok(Compiled { filter, variables: Vec::new(), secrets }),
        Err(missing) => {
            let mut variables = BTreeSet::new();
            for (name, what) in missing {
                match what {
                    Undefined::Var if name == "$ENV" || name == "$__loc__" => {
                        return Err(Reason::new(
                            format!("`{name}` is not available here"),
                            format!("此处不能使用 `{name}`"),
                        ));
                    }
                    Undefined::Var => _ = variables.insert(name),
                    Undefined::Filter(arity) => {
                        return Err(reason::no_function(text, &name, arity));
                    }
                    other => return Err(nothing_called(&name, &other)),
                }
            }
            let variables: Vec<String> = variables.into_iter().collect();
            match link(defs, main, &variables, functions) {
                Ok(filter) => Ok(Compiled { filter, variables, secrets }),
                Err(missing) => Err(match missing.first() {
                    Some((name, what)) => nothing_called(name, what),
                    None => Reason::new("it does not compile", "无法编译"),
                }),
            }
        }
    }
}

fn secrets(term: &Term<&str>) -> Vec<String> {
    let mut names = BTreeSet::new();
    visit_terms(term, &mut |term| {
        let Term::Path(head, path) = term else { return };
        let (Term::Var("$secrets"), Some((Part::Index(Term::Str(None, parts)), Opt::Essential))) =
            (&**head, path.0.first())
        else {
            return;
        };
        if let [StrPart::Str(name)] = parts[..] {
            names.insert(name.to_owned());
        }
    });
    names.into_iter().collect()
}

fn nothing_called(name: &str, what: &Undefined) -> Reason {
    let kind = match what {
        Undefined::Mod => "模块",
        Undefined::Var => "变量",
        Undefined::Label => "标签",
        _ => "函数",
    };
    Reason::new(format!("there is no {} `{name}`", what.as_str()), format!("没有{kind} `{name}`"))
}

/// The functions that jq defines in jq, with their numbers of arguments.
pub(super) fn definitions() -> impl Iterator<Item = (String, usize)> {
    library().defs.iter().map(|def| (def.name.to_owned(), def.args.len()))
}

/// # Errors
/// One sentence for a person.
pub(super) fn parse(text: &str) -> Result<Term<&str>, Reason> {
    let unreadable = || Reason::new("it cannot be read", "无法识别");
    if text.trim().is_empty() {
        return Err(Reason::new(
            "it is empty; `.` stands for the data as it comes",
            "表达式为空；`.` 表示原样的数据",
        ));
    }
    if text.len() > LONGEST_TEXT {
        return Err(Reason::new(
            format!("it is longer than {LONGEST_TEXT} bytes"),
            format!("超过 {LONGEST_TEXT} 字节"),
        ));
    }
    check_nesting(text)?;
    let tokens = Lexer::new(text).lex().map_err(|errors| match errors.into_iter().next() {
        Some((expected, rest)) => reason::expected(expected.as_str(), text, rest),
        None => unreadable(),
    })?;
    if depth(&tokens) > DEEPEST_TREE {
        return Err(Reason::new(
            format!("it chains or nests more than {MOST_OPERATIONS} operations"),
            format!("串联或嵌套的运算超过 {MOST_OPERATIONS} 个"),
        ));
    }
    Parser::new(&tokens).parse(|parser| parser.term()).map_err(|errors| match errors.into_iter().next() {
        Some((expected, found)) => reason::expected(expected.as_str(), text, Token::opt_as_str(found, text)),
        None => unreadable(),
    })
}

/// jq reads brackets by recursion: a text of ten thousand of them would take the stack along.
fn check_nesting(text: &str) -> Result<(), Reason> {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST_NESTING {
            return Err(Reason::new(
                format!("it nests more than {DEEPEST_NESTING} brackets"),
                format!("括号嵌套超过 {DEEPEST_NESTING} 层"),
            ));
        }
    }
    Ok(())
}

/// How deep the syntax tree of these tokens can be at most: jaq and the guard walk it by recursion.
///
/// Every operator and some words can nest once in the one before (`- - - 1`, `. | . | .`, also `1, 2, 3`).
fn depth(tokens: &[Token<&str>]) -> usize {
    let here: usize = tokens.iter().map(weight).sum();
    here + tokens.iter().map(depth_within).max().unwrap_or(0)
}

/// How much stack a token may come to cost; found by trying how much an unoptimised build bears.
fn weight(Token(text, kind): &Token<&str>) -> usize {
    match kind {
        Tok::Sym if matches!(*text, ";" | ":" | "?" | ")" | "]" | "}") => 0,
        Tok::Sym if text.starts_with('.') => 1,
        Tok::Sym => 4,
        Tok::Word if NESTING_WORDS.contains(text) => 4,
        _ => 0,
    }
}

fn depth_within(Token(_, kind): &Token<&str>) -> usize {
    match kind {
        Tok::Block(tokens) => 20 + depth(tokens),
        Tok::Str(parts) => {
            let within = |part: &StrPart<_, _>| match part {
                StrPart::Term(token) => depth_within(token),
                StrPart::Str(_) | StrPart::Char(_) => 0,
            };
            // Interpolated parts are added to each other, one in the next.
            8 * parts.len() + parts.iter().map(within).max().unwrap_or(0)
        }
        _ => 0,
    }
}

fn link(
    defs: Vec<Def<&'static str>>,
    main: Def<&str>,
    variables: &[String],
    functions: Functions<'_>,
) -> Result<jaq_core::Filter<Machine>, Vec<(String, Undefined)>> {
    fn shorten<'s>(def: Def<&'static str>) -> Def<&'s str> {
        def
    }
    let arena = Arena::default();
    let prelude = defs.into_iter().map(shorten).chain([main]);
    let unexpected = || vec![("!".to_owned(), Undefined::Mod)];
    let modules =
        Loader::new(prelude).load(&arena, File { code: MAIN, path: () }).map_err(|_| unexpected())?;
    jaq_core::Compiler::default()
        .with_funs(functions())
        .with_global_vars(variables.iter().map(String::as_str))
        .compile(modules)
        .map_err(|errors| {
            errors
                .into_iter()
                .flat_map(|(_, errors)| errors)
                .map(|(name, what)| (name.to_owned(), what))
                .collect()
        })
}

/// The definitions that `main` reaches, in the order in which jaq defines them.
fn reachable(main: &Def<&str>) -> Vec<Def<&'static str>> {
    let library = library();
    let mut wanted = vec![false; library.defs.len()];
    let mut open: Vec<usize> = Vec::new();
    let mut want = |name: &str, open: &mut Vec<usize>| {
        for &index in library.by_name.get(name).map_or(&[][..], Vec::as_slice) {
            if !std::mem::replace(&mut wanted[index], true) {
                open.push(index);
            }
        }
    };
    visit_calls(&main.body, &mut |name| want(name, &mut open));
    while let Some(index) = open.pop() {
        for name in &library.calls[index] {
            want(name, &mut open);
        }
    }
    library.defs.iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(def, _)| def.clone()).collect()
}

struct Library {
    defs: Vec<Def<&'static str>>,
    calls: Vec<BTreeSet<&'static str>>,
    by_name: BTreeMap<&'static str, Vec<usize>>,
}

/// Stand-ins for definitions of jaq that would go round the budget.
const OWN: &str = "def @text: tostring; def @json: tojson;";

/// Not offered: they would read or write something outside, or stand for what [`OWN`] replaces.
const WITHHELD: [&str; 7] = ["debug", "stderr", "halt", "halt_error", "tostring", "@text", "@json"];

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let theirs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let own = load::parse(OWN, |parser| parser.defs()).unwrap_or_default();
        let defs: Vec<_> = own
            .into_iter()
            .chain(theirs.filter(|def| !WITHHELD.contains(&def.name)))
            .map(|def| Def { body: guard::guarded(def.body), ..def })
            .collect();
        let mut by_name = BTreeMap::<_, Vec<usize>>::new();
        for (index, def) in defs.iter().enumerate() {
            by_name.entry(def.name).or_default().push(index);
        }
        let calls = defs
            .iter()
            .map(|def| {
                let mut names = BTreeSet::new();
                visit_calls(&def.body, &mut |name| _ = names.insert(name));
                names
            })
            .collect();
        Library { defs, calls, by_name }
    })
}
