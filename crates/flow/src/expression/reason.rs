//! Why a text is no program, in words that people read, in English and Chinese.
//!
//! jaq's parser says what it expected and where. What people mostly mean instead (`&&`, single quotes, a name with a
//! dash) is told first.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{compile, natives};
use crate::near::nearest;

/// One sentence for a person, without a place and without its full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub en: String,
    pub zh: String,
}

impl Reason {
    pub(crate) fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }
}

/// The parser stopped before `rest`, which is a part of `text`, where it expected something else.
pub(super) fn expected(what: &str, text: &str, rest: &str) -> Reason {
    let offset = (rest.as_ptr() as usize).checked_sub(text.as_ptr() as usize);
    let offset = offset.filter(|offset| *offset < text.len());
    if let Some(habit) = habit(text, offset.unwrap_or(text.len())) {
        return habit;
    }
    let (what_en, what_zh) = word(what);
    match offset {
        Some(offset)
            if !matches!(
                what,
                "closing quote" | "closing parenthesis" | "closing bracket" | "closing brace"
            ) =>
        {
            let shown: String = text[offset..].chars().take(20).collect();
            let place = text[..offset].chars().count() + 1;
            Reason::new(
                format!("at character {place}, before `{shown}`, {what_en} is expected"),
                format!("第 {place} 个字符 `{shown}` 之前应为{what_zh}"),
            )
        }
        Some(offset) => {
            let place = text[..offset].chars().count() + 1;
            Reason::new(
                format!("{what_en} is missing for the one at character {place}"),
                format!("第 {place} 个字符处的符号缺少对应的{what_zh}"),
            )
        }
        None => Reason::new(
            format!("it ends where {what_en} is expected"),
            format!("表达式不完整，末尾应为{what_zh}"),
        ),
    }
}

/// What people write by the habit of another language, at the place where the parser stopped or just before it.
fn habit(text: &str, offset: usize) -> Option<Reason> {
    let (before, rest) = text.split_at_checked(offset)?;
    let before = before.trim_end();
    let written = |other: &str| {
        rest.starts_with(other)
            || before.ends_with(other)
            || (before.ends_with(&other[..1]) && rest.starts_with(&other[1..]) && other.len() > 1)
    };
    let (en, zh) = if written("&&") {
        ("jq writes `and`, not `&&`", "jq 中用 `and`，而不是 `&&`")
    } else if written("||") {
        ("jq writes `or`, not `||`", "jq 中用 `or`，而不是 `||`")
    } else if written("===") {
        ("jq writes `==`, not `===`", "jq 中用 `==`，而不是 `===`")
    } else if rest.starts_with('\'') {
        (
            "a text stands in double quotes, as in \"red\"; single quotes mean nothing in jq",
            "文本要用双引号，如 \"red\"；jq 不认单引号",
        )
    } else if rest.starts_with('!') && !rest.starts_with("!=") {
        ("jq writes `(…) | not`, not `!`", "jq 中用 `(…) | not`，而不是 `!`")
    } else if rest.starts_with("${")
        || before.ends_with("${")
        || text.contains("} and ${")
        || rest.starts_with("} ") && rest.contains("${")
    {
        (
            "one `${ … }` holds one whole expression; to put values into a text write \"… \\(.value) …\" in it",
            "一个 `${ … }` 只包含一个完整的表达式；要在文本中插入值，请在其中写 \"… \\(.value) …\"",
        )
    } else {
        return None;
    };
    Some(Reason::new(en, zh))
}

/// What jaq calls a part of the language, in English and Chinese.
fn word(what: &str) -> (String, String) {
    let (en, zh) = match what {
        "digit" => ("a digit", "数字"),
        "identifier" => ("a name", "名称"),
        "closing parenthesis" => ("a closing `)`", " `)`"),
        "closing bracket" => ("a closing `]`", " `]`"),
        "closing brace" => ("a closing `}`", " `}`"),
        "closing quote" => ("a closing `\"`", "引号 `\"`"),
        "string escape sequence" => {
            ("an escape such as `\\n`, `\\\"` or `\\(…)`", "转义字符，如 `\\n`、`\\\"` 或 `\\(…)`")
        }
        "4-digit hexadecimal UTF-8 code point" => {
            ("a `\\u` with 4 hexadecimal digits", " `\\u` 加 4 位十六进制数")
        }
        "token" => ("something that jq knows", " jq 能识别的符号"),
        "variable" => ("a variable such as `$name`", "变量，如 `$name`"),
        "pattern" => ("a pattern such as `$name`", "模式，如 `$name`"),
        "else or end" => ("`else` or `end`", " `else` 或 `end`"),
        "comma or right bracket" => ("`,` or `]`", " `,` 或 `]`"),
        "comma or right brace" => ("`,` or `}`", " `,` 或 `}`"),
        "semicolon or right parenthesis" => ("`;` or `)`", " `;` 或 `)`"),
        "term" => ("a value such as `.name`", "一个值，如 `.name`"),
        "key" => ("the name of a member", "成员名"),
        "argument" => ("an argument", "参数"),
        "string" => ("a text in quotes", "带引号的文本"),
        "nothing" => ("an operator or the end", "运算符或表达式结尾"),
        other => return (format!("`{other}`"), format!(" `{other}`")),
    };
    (en.to_owned(), zh.to_owned())
}

/// The program calls a function that is not there.
pub(super) fn no_function(text: &str, name: &str, arity: usize) -> Reason {
    let known = functions();
    if let Some(arities) = known.get(name) {
        let counts: Vec<String> = arities.iter().map(ToString::to_string).collect();
        let unit = if counts == ["1"] { "argument" } else { "arguments" };
        return Reason::new(
            format!(
                "`{name}` takes {} {unit} in brackets, separated by `;`, not {arity}",
                counts.join(" or ")
            ),
            format!("`{name}` 的括号中需要 {} 个参数（用 `;` 分隔），而不是 {arity} 个", counts.join(" 或 ")),
        );
    }
    if let Some(path) = dashed(text, name) {
        return Reason::new(
            format!(
                "there is no function `{name}`; a member with a dash in its name is written in quotes: `{path}`"
            ),
            format!("没有函数 `{name}`；名称中带连字符的成员要加引号：`{path}`"),
        );
    }
    if let Some(other) =
        ["env", "now", "input", "inputs", "debug", "halt", "localtime", "strflocaltime", "input_line_number"]
            .iter()
            .find(|other| **other == name)
    {
        return Reason::new(
            format!("`{other}` reads or changes something outside of the workflow and is not offered"),
            format!("`{other}` 会读取或改变工作流之外的内容，不可使用"),
        );
    }
    let near = nearest(name, known.keys().map(String::as_str));
    let (hint_en, hint_zh) = match near {
        Some(near) => (format!(", most likely `{near}` is meant"), format!("，可能是 `{near}`")),
        None if arity == 0 => (
            format!("; a member is written `.{name}`, a text \"{name}\""),
            format!("；成员写作 `.{name}`，文本写作 \"{name}\""),
        ),
        None => Default::default(),
    };
    Reason::new(format!("there is no function `{name}`{hint_en}"), format!("没有函数 `{name}`{hint_zh}"))
}

/// `."state-id"` where `.state-id` was written, which jq reads as a difference.
fn dashed(text: &str, name: &str) -> Option<String> {
    let end = text.find(&format!("-{name}"))?;
    let before = &text[..end];
    let start = before.rfind(|character: char| !(character.is_alphanumeric() || "_-".contains(character)))?;
    let first = &before[start + 1..];
    (before[start..].starts_with('.') && !first.is_empty()).then(|| format!(".\"{first}-{name}\""))
}

/// Every function that programs can call, with its numbers of arguments.
pub(super) fn functions() -> &'static BTreeMap<String, Vec<usize>> {
    static KNOWN: OnceLock<BTreeMap<String, Vec<usize>>> = OnceLock::new();
    KNOWN.get_or_init(gather_functions)
}

fn gather_functions() -> BTreeMap<String, Vec<usize>> {
    let mut known = BTreeMap::<String, Vec<usize>>::new();
    let natives = natives::names().map(|(name, arguments, _)| (name.to_owned(), arguments.len()));
    for (name, arity) in compile::definitions().chain(natives) {
        let inner = name.starts_with(['!', '_', '@']) || name.ends_with('_') || name.ends_with("_or_empty");
        let arities = known.entry(name).or_default();
        if !inner && !arities.contains(&arity) {
            arities.push(arity);
        }
    }
    known.retain(|_, arities| !arities.is_empty());
    known.values_mut().for_each(|arities| arities.sort_unstable());
    known
}
