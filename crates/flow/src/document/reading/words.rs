//! Why a text is no document, in English and Chinese. What the parsers say is put into words that tell what to do; what
//! they say seldom is passed on as it is.

use crate::document::{MAX_BYTES, ParseError};

use super::MAX_DEPTH;

/// Something that is wrong, without its place.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) en: String,
    pub(super) zh: String,
}

impl Wrong {
    pub(super) fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    pub(super) fn at(self, line: usize, column: usize) -> ParseError {
        ParseError { line, column, message: self.en, message_zh: self.zh }
    }
}

const TWICE: (&str, &str) = ("the member `", "` is there twice");

pub(super) fn twice(name: &str) -> Wrong {
    Wrong::new(format!("{}{name}{}", TWICE.0, TWICE.1), format!("成员 `{name}` 出现了两次"))
}

pub(super) fn too_large(bytes: usize) -> Wrong {
    Wrong::new(
        format!("the text is {bytes} bytes long; a definition has at most {MAX_BYTES}"),
        format!("文本有 {bytes} 字节，定义最多 {MAX_BYTES} 字节"),
    )
}

pub(super) fn too_long_number(number: &str) -> Wrong {
    let number: String = number.chars().take(40).collect();
    Wrong::new(
        format!("the number {number} has more digits than can be kept; write it in quotes"),
        format!("数字 {number} 的位数过多，无法原样保存；请加引号"),
    )
}

pub(super) fn too_deep() -> Wrong {
    Wrong::new(
        format!("the definition is nested deeper than {MAX_DEPTH} levels"),
        format!("定义的嵌套超过 {MAX_DEPTH} 层"),
    )
}

/// What `serde_json` says.
pub(super) fn json(message: &str) -> Wrong {
    if let Some(name) = message.strip_prefix(TWICE.0).and_then(|rest| rest.strip_suffix(TWICE.1)) {
        return twice(name);
    }
    let (en, zh) = match message {
        "recursion limit exceeded" => return too_deep(),
        "expected value" => {
            ("a value is expected here; a text stands in double quotes", "此处应有一个值；文本要加双引号")
        }
        "key must be a string" => ("the name of a member stands in double quotes", "成员名要加双引号"),
        "trailing comma" => ("no comma stands before a closing bracket", "右括号前不能有逗号"),
        "trailing characters" => ("the definition ends before this", "定义在此之前已经结束，后面有多余内容"),
        "expected `:`" => ("a `:` is expected after the name of a member", "成员名后应有 `:`"),
        "expected `,` or `}`" => ("a `,` or a closing `}` is expected here", "此处应有 `,` 或 `}`"),
        "expected `,` or `]`" => ("a `,` or a closing `]` is expected here", "此处应有 `,` 或 `]`"),
        "EOF while parsing a value" => ("the text ends where a value is expected", "文本不完整：缺少一个值"),
        "EOF while parsing an object" => ("the text ends before the closing `}`", "文本不完整：缺少 `}`"),
        "EOF while parsing a list" => ("the text ends before the closing `]`", "文本不完整：缺少 `]`"),
        "EOF while parsing a string" => ("the text ends before the closing quote", "文本不完整：缺少右引号"),
        "invalid escape" => {
            ("no such escape: write `\\\\` for a backslash", "没有这样的转义；反斜杠写作 `\\\\`")
        }
        "invalid number" => ("this is no number", "这不是数字"),
        "number out of range" => ("this number is too large", "数字过大"),
        "control character (\\u0000-\\u001F) found while parsing a string" => (
            "a line break or tab within a text is written `\\n` or `\\t`",
            "文本中的换行或制表符要写作 `\\n` 或 `\\t`",
        ),
        other => return Wrong::new(other, format!("JSON 语法错误（{other}）")),
    };
    Wrong::new(en, zh)
}

/// What the YAML parser says.
pub(super) fn yaml(message: &str) -> Wrong {
    let has = |part: &str| message.to_lowercase().contains(part);
    let (en, zh) = if has("tab") {
        ("a tab cannot indent; use blanks", "不能用制表符缩进，请用空格")
    } else if has("placement of ':'") || has("mapping values are not allowed") {
        (
            "a `:` cannot stand here; check the line before and the indentation, and quote a text that holds `: `",
            "此处不能有 `:`；请检查上一行和缩进，含 `: ` 的文本要加引号",
        )
    } else if has("unknown anchor") {
        (
            "this alias (`*name`) has no anchor (`&name`) before it",
            "该别名（`*name`）之前没有对应的锚点（`&name`）",
        )
    } else if has("indent") {
        ("this line is indented otherwise than its neighbours", "该行的缩进与相邻行不一致")
    } else if has("unclosed bracket") || has("expected ',' or") {
        ("a `,` or a closing `]` or `}` is missing", "缺少 `,`，或缺少右括号 `]`、`}`")
    } else if has("unexpected character") {
        ("no text begins with this character unless it is in quotes", "不加引号的文本不能以该字符开头")
    } else if has("expected '-' indicator") {
        (
            "an item of a list begins with `- `, below the items before it",
            "列表的每一项都以 `- ` 开头，并与前面的项对齐",
        )
    } else if has("quote") || has("quoted") {
        ("a closing quote is missing", "缺少右引号")
    } else if has("recursion") || has("nesting") || has("too deep") {
        return too_deep();
    } else {
        return Wrong::new(message, format!("YAML 语法错误（{message}）"));
    };
    Wrong::new(en, zh)
}
