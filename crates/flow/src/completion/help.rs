//! What the members and words of the language are for, in a sentence and two languages.
//!
//! A member that means different things in different places is looked up with the one around it first.

use crate::view::TaskKind;

type Help = (&'static str, &'static str);

pub(super) fn member(holder: &str, name: &str) -> Option<Help> {
    let find = |holder: &str| {
        let mut found = MEMBERS.iter().filter(|(around, member, ..)| *around == holder && *member == name);
        found.next().map(|(_, _, en, zh)| (*en, *zh))
    };
    find(holder).or_else(|| find(""))
}

pub(super) fn kind(kind: TaskKind) -> Help {
    match kind {
        TaskKind::Call => ("Calls a function, a web service or a plugin.", "调用函数、Web 服务或插件。"),
        TaskKind::Do => ("Runs the tasks inside, one after another.", "依次执行其中的任务。"),
        TaskKind::Fork => ("Runs branches at the same time.", "并行执行多个分支。"),
        TaskKind::Emit => ("Sends an event.", "发出一个事件。"),
        TaskKind::For => {
            ("Repeats the tasks inside for each item of a list.", "对列表的每一项重复执行其中的任务。")
        }
        TaskKind::Listen => ("Waits for events.", "等待事件。"),
        TaskKind::Raise => ("Ends with an error on purpose.", "主动抛出错误。"),
        TaskKind::Run => {
            ("Runs a workflow, a command, a script or a container.", "运行工作流、命令、脚本或容器。")
        }
        TaskKind::Set => ("Sets the data that goes on to the next task.", "设置传给下一个任务的数据。"),
        TaskKind::Switch => ("Goes on by conditions.", "按条件选择去向。"),
        TaskKind::Try => ("Runs the tasks inside and handles their errors.", "执行其中的任务并处理其错误。"),
        TaskKind::Wait => ("Waits for a duration.", "等待一段时间。"),
    }
}

pub(super) fn directive(name: &str) -> Option<Help> {
    Some(match name {
        "continue" => ("Goes on with the next task.", "继续执行下一个任务。"),
        "exit" => ("Leaves this list of tasks.", "离开当前任务列表。"),
        "end" => ("Ends the workflow.", "结束整个工作流。"),
        _ => return None,
    })
}

pub(super) fn called(name: &str) -> Option<Help> {
    Some(match name {
        "http" => ("Sends an HTTP request.", "发送 HTTP 请求。"),
        "openapi" => ("Calls an operation of an OpenAPI description.", "调用 OpenAPI 描述中的操作。"),
        "grpc" => ("Calls a method of a gRPC service.", "调用 gRPC 服务的方法。"),
        "asyncapi" => {
            ("Sends or receives messages of an AsyncAPI description.", "收发 AsyncAPI 描述中的消息。")
        }
        "a2a" => ("Asks an agent by the A2A protocol.", "通过 A2A 协议调用智能体。"),
        "mcp" => ("Asks a server by the MCP protocol.", "通过 MCP 协议调用服务。"),
        _ => return None,
    })
}

pub(super) fn word(word: &str) -> Option<Help> {
    Some(match word {
        "strict" => ("Only what is written `${ … }` is an expression.", "只有写成 `${ … }` 的才是表达式。"),
        "loose" => ("A text may be an expression without `${ }`.", "文本不加 `${ }` 也可以是表达式。"),
        "raw" => ("As it came, in base64.", "原始内容（base64）。"),
        "content" => ("The body, read.", "解析后的正文。"),
        "response" => ("Status, headers and body.", "状态码、响应头和正文。"),
        "data" => ("Only the data of an event.", "仅事件数据。"),
        "envelope" => ("The whole event.", "整个事件。"),
        _ => return None,
    })
}

/// The member around it (empty for any), the member, and what it is for.
#[rustfmt::skip]
const MEMBERS: &[(&str, &str, &str, &str)] = &[
    ("", "document", "What the workflow is called, and its version.", "工作流的名称与版本。"),
    ("document", "dsl", "The version of the language: 1.0.3.", "语言版本：1.0.3。"),
    ("document", "namespace", "The namespace that the name belongs to.", "名称所属的命名空间。"),
    ("document", "name", "The workflow's name: letters a to z, digits and `-`.", "工作流名称：小写英文字母、数字和 `-`。"),
    ("document", "version", "The workflow's own semantic version.", "工作流自身的语义化版本号。"),
    ("", "title", "A name for people.", "供人阅读的名称。"),
    ("", "summary", "What it is for, in a few sentences; Markdown.", "用途简介，可用 Markdown。"),
    ("", "tags", "Words to find it by.", "便于检索的标签。"),
    ("", "metadata", "Anything else worth keeping; it does not change how things run.", "其他附加信息，不影响运行。"),
    ("", "input", "What comes in: its schema, and what is taken of it.", "输入：其结构及取用的部分。"),
    ("", "output", "What goes out: its schema, and what is given on.", "输出：其结构及传出的部分。"),
    ("with", "output", "How much of the answer is given on.", "传出响应的哪些部分。"),
    ("", "export", "What is kept in `$context` for all tasks after it.", "保存到 `$context`、供后续任务使用的数据。"),
    ("", "schema", "What the data has to look like.", "数据应有的结构。"),
    ("schema", "format", "The schema's format; `json` where nothing is said.", "结构的格式，默认为 `json`。"),
    ("schema", "document", "The schema itself.", "结构定义本身。"),
    ("schema", "resource", "Where the schema is to be fetched.", "结构定义的获取位置。"),
    ("input", "from", "An expression for what is taken of the input.", "从输入中取用数据的表达式。"),
    ("output", "as", "An expression for what is given on.", "生成输出的表达式。"),
    ("export", "as", "An expression for what is kept.", "生成保存内容的表达式。"),
    ("", "use", "What the workflow's tasks share, each under a name.", "供任务按名称引用的共享定义。"),
    ("use", "authentications", "Ways to sign in at services.", "访问服务的身份验证方式。"),
    ("use", "errors", "Errors to raise.", "可抛出的错误。"),
    ("use", "extensions", "Tasks that run before or after others.", "在其他任务前后执行的扩展任务。"),
    ("use", "functions", "Tasks to call by name.", "可按名称调用的任务。"),
    ("use", "retries", "Ways to try again.", "重试策略。"),
    ("use", "secrets", "Names of secrets that expressions may read.", "表达式可读取的密钥名称。"),
    ("use", "timeouts", "Times that a task may take.", "任务的超时设置。"),
    ("use", "catalogs", "Where functions of others are found.", "外部函数目录。"),
    ("", "do", "The tasks, one after another.", "依次执行的任务。"),
    ("", "timeout", "How long it may take before it fails.", "允许的最长时间，超过即失败。"),
    ("", "after", "How long.", "时长。"),
    ("", "schedule", "When it starts by itself.", "何时自动启动。"),
    ("schedule", "every", "How often it starts.", "启动间隔。"),
    ("schedule", "cron", "When it starts, as a cron expression.", "启动时间（cron 表达式）。"),
    ("schedule", "after", "How long after its end it starts again.", "结束后多久再次启动。"),
    ("schedule", "on", "The events that start it.", "触发启动的事件。"),
    ("", "read", "What of an event is given on.", "传出事件的哪些部分。"),
    ("", "evaluate", "How expressions are read.", "表达式的解析方式。"),
    ("evaluate", "language", "The language of expressions: `jq`.", "表达式语言：`jq`。"),
    ("evaluate", "mode", "Whether expressions need `${ }`.", "表达式是否必须写 `${ }`。"),
    ("", "if", "It runs only if this is true; else it is passed over.", "仅当条件为真时执行，否则跳过。"),
    ("", "then", "Where the flow goes on: a task of the same list, or continue, exit, end.", "之后的去向：同一列表中的任务，或 continue、exit、end。"),
    ("", "with", "What it is given.", "传入的参数。"),
    ("", "call", "What is called: `http`, a function or a plugin.", "调用的对象：`http`、函数或插件。"),
    ("with", "method", "What is asked for.", "请求的方法。"),
    ("", "endpoint", "The address.", "地址。"),
    ("", "uri", "The address; `{name}` stands for data.", "地址，`{name}` 代表数据。"),
    ("", "authentication", "How to sign in there.", "身份验证方式。"),
    ("", "headers", "HTTP headers.", "HTTP 头。"),
    ("", "body", "What is sent.", "发送的内容。"),
    ("", "query", "Parameters of the address.", "地址中的查询参数。"),
    ("", "redirect", "Whether an answer of 300 to 399 counts as good.", "是否把 300–399 的响应视为成功。"),
    ("", "branches", "The tasks that run beside each other.", "并行执行的任务。"),
    ("", "compete", "The first branch that completes ends the others.", "最先完成的分支获胜，其余结束。"),
    ("emit", "event", "The event that is sent.", "要发出的事件。"),
    ("event", "with", "The event's attributes.", "事件的属性。"),
    ("for", "each", "The variable that holds the item.", "保存当前项的变量名。"),
    ("for", "in", "The list to go through.", "要遍历的列表。"),
    ("for", "at", "The variable that holds the index.", "保存序号的变量名。"),
    ("", "while", "It goes on only while this is true.", "仅当条件为真时继续。"),
    ("", "until", "It ends when this is true, or by these events.", "条件为真或收到这些事件时结束。"),
    ("listen", "to", "The events it waits for.", "等待的事件。"),
    ("", "foreach", "What is done with each of them.", "对每一个执行的处理。"),
    ("", "all", "All of these events.", "全部这些事件。"),
    ("", "any", "Any of these events.", "其中任意事件。"),
    ("", "one", "One event.", "一个事件。"),
    ("", "correlate", "What the events have to have in common.", "事件之间须一致的值。"),
    ("raise", "error", "The error, or the name of one in `use.errors`.", "错误，或 `use.errors` 中的名称。"),
    ("error", "type", "A URI that says what kind of error it is.", "表示错误类型的 URI。"),
    ("error", "status", "A status as HTTP has it.", "HTTP 状态码。"),
    ("error", "instance", "The task at fault.", "出错的任务。"),
    ("", "detail", "What happened, for people.", "供人阅读的详细说明。"),
    ("run", "workflow", "Another workflow.", "另一个工作流。"),
    ("run", "shell", "A command.", "命令。"),
    ("run", "script", "A script.", "脚本。"),
    ("run", "container", "A container.", "容器。"),
    ("run", "await", "Whether its end is waited for.", "是否等待其结束。"),
    ("run", "return", "What of it is given on.", "返回哪些内容。"),
    ("", "arguments", "What it is given.", "参数。"),
    ("", "environment", "Environment variables.", "环境变量。"),
    ("", "stdin", "What it reads from its standard input.", "标准输入内容。"),
    ("", "command", "The command.", "命令。"),
    ("", "image", "The container's image.", "容器镜像。"),
    ("script", "language", "`js` or `python`.", "`js` 或 `python`。"),
    ("script", "code", "The script itself.", "脚本内容。"),
    ("script", "source", "Where the script is to be fetched.", "脚本的获取位置。"),
    ("", "try", "The tasks whose errors are handled.", "需处理错误的任务。"),
    ("", "catch", "Which errors are handled, and how.", "处理哪些错误以及如何处理。"),
    ("catch", "errors", "Which errors are handled; all where nothing is said.", "处理哪些错误，默认全部。"),
    ("catch", "as", "The variable that holds the error.", "保存错误的变量名。"),
    ("catch", "do", "What is done about the error.", "出错后执行的任务。"),
    ("catch", "retry", "Whether and when it is tried again.", "是否以及何时重试。"),
    ("", "when", "Only if this is true.", "仅当条件为真时。"),
    ("", "exceptWhen", "Not if this is true.", "条件为真时除外。"),
    ("", "delay", "How long it waits before it tries again.", "重试前等待的时间。"),
    ("", "backoff", "How the wait grows.", "等待时间的增长方式。"),
    ("backoff", "constant", "The wait stays the same.", "等待时间不变。"),
    ("backoff", "linear", "The wait grows by the same each time.", "等待时间线性增长。"),
    ("backoff", "exponential", "The wait doubles each time.", "等待时间成倍增长。"),
    ("", "limit", "When it is given up.", "何时放弃重试。"),
    ("limit", "attempt", "Bounds of attempts.", "重试次数等限制。"),
    ("attempt", "count", "How many attempts there are.", "最多尝试次数。"),
    ("", "duration", "How long at most.", "最长时间。"),
    ("", "jitter", "A random wait on top.", "附加的随机等待。"),
    ("extensions", "extend", "Which tasks it runs around.", "作用于哪类任务。"),
    ("extensions", "before", "Tasks that run before.", "之前执行的任务。"),
    ("extensions", "after", "Tasks that run after.", "之后执行的任务。"),
    ("", "days", "Days.", "天。"),
    ("", "hours", "Hours.", "小时。"),
    ("", "minutes", "Minutes.", "分钟。"),
    ("", "seconds", "Seconds.", "秒。"),
    ("", "milliseconds", "Milliseconds.", "毫秒。"),
    ("", "basic", "By user name and password.", "用户名与密码。"),
    ("", "bearer", "By a token.", "令牌。"),
    ("", "digest", "By user name and password, hashed.", "用户名与密码（摘要）。"),
    ("", "oauth2", "By a token that an authority gives.", "由授权服务器颁发令牌。"),
    ("", "oidc", "By OpenID Connect.", "OpenID Connect。"),
    ("", "proto", "The protocol's description.", "协议描述文件。"),
    ("", "operationId", "The operation.", "操作。"),
    ("", "parameters", "What it is given.", "参数。"),
];
