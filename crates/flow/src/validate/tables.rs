//! The schema of DSL 1.0.3 (`workflow.yaml`) as tables, but for the tasks, which [`super::tasks`] has.

use super::patterns;
use super::scope::{Place, named};
use super::shape::{Guide, INTEGER, Object, Pattern, Shape, closed, may, need, open};
use super::special::EVENTS;

use Shape::{
    Any, AnyObject, Boolean, Expression, ExpressionOr, FilledObject, FilledText, IfMember, List, Map,
    Matching, Opaque, OpaqueObject, Program, ProgramOr, Rule, Text, Word,
};

/// The schema leaves the root open; [`super::validate`] warns of members that nothing reads.
pub(super) static WORKFLOW: Object = open(&[
    need("document", Shape::Object(&HEAD)),
    may("input", INPUT),
    may("use", Rule(Guide::Of(&USE), |checker, at, value| checker.reused(at, value))),
    need("do", TASKS),
    may("timeout", TIMEOUT),
    may("output", OUTPUT),
    may("schedule", Rule(Guide::Members(&[&SCHEDULE]), |checker, at, value| checker.schedule(at, value))),
    may(
        "evaluate",
        Shape::Object(&closed(&[may("language", Text), may("mode", Word(&["strict", "loose"]))])),
    ),
    may("metadata", OpaqueObject),
]);

const HEAD: Object = closed(&[
    need("dsl", Rule(Guide::Words(&["1.0.3"]), |checker, at, value| checker.dsl(at, value))),
    need("namespace", NAME),
    need("name", NAME),
    need("version", VERSION),
    may("title", Text),
    may("summary", Text),
    may("tags", OpaqueObject),
    may("metadata", OpaqueObject),
]);

pub(super) const USE: Shape = Shape::Object(&closed(&[
    may("authentications", Map(&Shape::Object(&AUTHENTICATION))),
    may("errors", Map(&ERROR)),
    may("extensions", Rule(Guide::Entries(&EXTENSION), |checker, at, value| checker.extensions(at, value))),
    may("functions", Map(&Rule(Guide::Task, |checker, at, value| checker.function(at, value)))),
    may("retries", Map(&RETRY_POLICY)),
    may("secrets", List(&Text)),
    may("timeouts", Map(&Shape::Object(&TIMEOUT_POLICY))),
    may("catalogs", Map(&Shape::Object(&closed(&[need("endpoint", ENDPOINT)])))),
]));

pub(super) const EXTENSION: Object = closed(&[
    need(
        "extend",
        Word(&[
            "call",
            "composite",
            "emit",
            "for",
            "listen",
            "raise",
            "run",
            "set",
            "switch",
            "try",
            "wait",
            "all",
        ]),
    ),
    may("when", Program),
    may("before", TASKS),
    may("after", TASKS),
]);

pub(super) const TASKS: Shape = Rule(Guide::Tasks, |checker, at, value| checker.task_list(at, value));
pub(super) const DURATION: Shape =
    Rule(Guide::Members(&[&DURATION_OBJECT]), |checker, at, value| checker.duration(at, value));
pub(super) const ENDPOINT: Shape =
    Rule(Guide::Members(&[&ENDPOINT_OBJECT]), |checker, at, value| checker.endpoint(at, value));
pub(super) const TIMEOUT: Shape =
    Rule(Guide::Defined("timeouts", Some(&Shape::Object(&TIMEOUT_POLICY))), |checker, at, value| {
        checker.timeout(at, value)
    });
pub(super) const PROGRAM_OR_OBJECT: Shape = ProgramOr(&AnyObject);

const NAME: Shape = Matching(&Pattern {
    accepts: patterns::is_name,
    code: "bad-name",
    en: "is no name: letters of a to z, digits and `-` may be in it, it begins and ends without `-`, and has 63 characters at most.",
    zh: "不是合法的名称：只能包含英文字母、数字和 `-`，首尾不能是 `-`，最多 63 个字符。",
});

const VERSION: Shape = Matching(&Pattern {
    accepts: patterns::is_version,
    code: "bad-version",
    en: "is no semantic version; one looks like `1.0.0`.",
    zh: "不是语义化版本号，应形如 `1.0.0`。",
});

const URI: Shape = Matching(&Pattern {
    accepts: patterns::is_uri,
    code: "bad-uri",
    en: "is no URI; write it without blanks, with `{name}` for what changes, or the whole as `${ … }`.",
    zh: "不是 URI；不能有空格，变化的部分写作 `{name}`，或整体写作 `${ … }`。",
});

pub(super) const URI_OR_EXPRESSION: Shape = ExpressionOr(&URI);

/// A URI where the schema lets no expression stand.
const FIXED_URI: Shape = Matching(&Pattern {
    accepts: patterns::is_uri,
    code: "bad-uri",
    en: "is no URI; write it without blanks, with `{name}` for what changes. An expression cannot stand here.",
    zh: "不是 URI；不能有空格，变化的部分写作 `{name}`。此处不能使用表达式。",
});

/// A path below an authority; the schema lets no expression stand here.
const PATH: Shape = Matching(&Pattern {
    accepts: patterns::is_template,
    code: "bad-uri",
    en: "is no path of a URI; one looks like `/oauth2/token`. Write it without blanks; an expression cannot stand here.",
    zh: "不是 URI 路径，应形如 `/oauth2/token`；不能有空格，此处不能使用表达式。",
});

const POINTER_OR_EXPRESSION: Shape = ExpressionOr(&Matching(&Pattern {
    accepts: patterns::is_pointer,
    code: "bad-pointer",
    en: "is no JSON Pointer; one looks like `/do/0/callService`. Leave it out for the task that raises the error, or write `${ … }`.",
    zh: "不是 JSON Pointer，应形如 `/do/0/callService`。省略它即指抛出错误的任务，也可写作 `${ … }`。",
}));

const MOMENT_OR_EXPRESSION: Shape = ExpressionOr(&Matching(&Pattern {
    accepts: patterns::is_moment,
    code: "bad-time",
    en: "is no date and time; one looks like `2026-01-31T12:00:00Z`. It may be written `${ … }` as well.",
    zh: "不是日期时间，应形如 `2026-01-31T12:00:00Z`，也可写作 `${ … }`。",
}));

pub(super) const ENDPOINT_OBJECT: Object =
    closed(&[need("uri", URI_OR_EXPRESSION), may("authentication", AUTHENTICATION_OR_NAME)]);

pub(super) const EXTERNAL_RESOURCE: Shape =
    Shape::Object(&closed(&[may("name", Text), need("endpoint", ENDPOINT)]));

const SCHEMA: Shape = Shape::Object(&Object {
    members: &[may("format", Text), may("document", Opaque), may("resource", EXTERNAL_RESOURCE)],
    one_of: &[&["document", "resource"]],
    open: false,
});

pub(super) const INPUT: Shape = Rule(Guide::Members(&[&INPUT_MEMBERS]), |checker, at, value| {
    checker.before(|checker| checker.members(at, value, &[&INPUT_MEMBERS]));
});
static INPUT_MEMBERS: Object = closed(&[may("schema", SCHEMA), may("from", PROGRAM_OR_OBJECT)]);
/// `if` of a task.
pub(super) const CONDITION: Shape = Rule(Guide::Of(&Program), |checker, at, value| {
    checker.before(|checker| checker.shape(at, value, &Program))
});
pub(super) const OUTPUT: Shape =
    Shape::Object(&closed(&[may("schema", SCHEMA), may("as", PROGRAM_OR_OBJECT)]));
pub(super) const EXPORT: Shape = Rule(Guide::Of(&OUTPUT), |checker, at, value| {
    checker.within(Place::Export, |checker| checker.shape(at, value, &OUTPUT))
});

pub(super) const TIMEOUT_POLICY: Object = closed(&[need("after", DURATION)]);

pub(super) const DURATION_OBJECT: Object = closed(&[
    may("days", AMOUNT),
    may("hours", AMOUNT),
    may("minutes", AMOUNT),
    may("seconds", AMOUNT),
    may("milliseconds", AMOUNT),
]);

/// Any whole number, as the schema has it; [`super::Checker::duration`] warns of negative ones.
const AMOUNT: Shape = INTEGER;

pub(super) const ERROR: Shape = Shape::Object(&closed(&[
    need("type", URI_OR_EXPRESSION),
    need("status", INTEGER),
    may("instance", POINTER_OR_EXPRESSION),
    may("title", Text),
    may("detail", Text),
]));

pub(super) const ERROR_FILTER: Object = open(&[
    may("type", Text),
    may("status", INTEGER),
    may("instance", Text),
    may("title", Text),
    may("detail", Text),
]);

pub(super) const RETRY_POLICY: Shape = Shape::Object(&closed(&[
    may("when", Program),
    may("exceptWhen", Program),
    may("delay", DURATION),
    may(
        "backoff",
        Shape::Object(&Object {
            members: &[may("constant", AnyObject), may("exponential", AnyObject), may("linear", AnyObject)],
            one_of: &[&["constant", "exponential", "linear"]],
            open: false,
        }),
    ),
    may(
        "limit",
        Shape::Object(&closed(&[
            may("attempt", Shape::Object(&closed(&[may("count", INTEGER), may("duration", DURATION)]))),
            may("duration", DURATION),
        ])),
    ),
    may("jitter", Shape::Object(&closed(&[need("from", DURATION), need("to", DURATION)]))),
]));

/// A policy of `use.authentications`; the schema leaves it open to other members.
const AUTHENTICATION: Object =
    Object { members: AUTHENTICATION_MEMBERS, one_of: &[AUTHENTICATION_KINDS], open: true };

pub(super) const AUTHENTICATION_OR_NAME: Shape = IfMember(
    "use",
    &Shape::Object(&closed(&[need(
        "use",
        Rule(Guide::Defined("authentications", None), |checker, at, value| {
            checker.authentication_name(at, value)
        }),
    )])),
    &Shape::Object(&Object { members: AUTHENTICATION_MEMBERS, one_of: &[AUTHENTICATION_KINDS], open: false }),
);

const AUTHENTICATION_KINDS: &[&str] = &["basic", "bearer", "digest", "oauth2", "oidc"];

const AUTHENTICATION_MEMBERS: &[super::shape::Member] = &[
    may("basic", IfMember("use", &SECRET, &USERNAME_AND_PASSWORD)),
    may("bearer", IfMember("use", &SECRET, &Shape::Object(&closed(&[need("token", Text)])))),
    may("digest", IfMember("use", &SECRET, &USERNAME_AND_PASSWORD)),
    may(
        "oauth2",
        IfMember(
            "use",
            &SECRET,
            &Rule(Guide::Members(&[&OAUTH2, &OAUTH2_ENDPOINTS]), |checker, pointer, value| {
                checker.members(pointer, value, &[&OAUTH2, &OAUTH2_ENDPOINTS])
            }),
        ),
    ),
    may("oidc", IfMember("use", &SECRET, &Shape::Object(&OAUTH2))),
];

const SECRET: Shape = Shape::Object(&closed(&[need("use", FilledText)]));
const USERNAME_AND_PASSWORD: Shape =
    Shape::Object(&closed(&[need("username", Text), need("password", Text)]));

const OAUTH2: Object = closed(&[
    need("authority", FIXED_URI),
    need(
        "grant",
        Word(&[
            "authorization_code",
            "client_credentials",
            "password",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ]),
    ),
    may(
        "client",
        Shape::Object(&closed(&[
            may("id", Text),
            may("secret", Text),
            may("assertion", Text),
            may(
                "authentication",
                Word(&[
                    "client_secret_basic",
                    "client_secret_post",
                    "client_secret_jwt",
                    "private_key_jwt",
                    "none",
                ]),
            ),
        ])),
    ),
    may(
        "request",
        Shape::Object(&open(&[may(
            "encoding",
            Word(&["application/x-www-form-urlencoded", "application/json"]),
        )])),
    ),
    may("issuers", List(&Text)),
    may("scopes", List(&Text)),
    may("audiences", List(&Text)),
    may("username", Text),
    may("password", Text),
    may("subject", TOKEN),
    may("actor", TOKEN),
]);

const OAUTH2_ENDPOINTS: Object = closed(&[may(
    "endpoints",
    Shape::Object(&open(&[may("token", PATH), may("revocation", PATH), may("introspection", PATH)])),
)]);

const TOKEN: Shape = Shape::Object(&closed(&[need("token", Text), need("type", Text)]));

pub(super) const SCHEDULE: Object = closed(&[
    may("every", DURATION),
    may("cron", Text),
    may("after", DURATION),
    may("on", Rule(Guide::Members(&[&EVENTS]), |checker, at, value| checker.events(at, value))),
    may("read", READ),
]);

pub(super) const READ: Shape = Word(&["data", "envelope", "raw"]);

pub(super) const EVENT: Object = open(EVENT_MEMBERS);

/// The properties of an event; others may be there, as CloudEvents allows.
const EVENT_MEMBERS: &[super::shape::Member] = &[
    may("id", Text),
    may("source", URI_OR_EXPRESSION),
    may("type", Text),
    may("time", MOMENT_OR_EXPRESSION),
    may("subject", Text),
    may("datacontenttype", Text),
    may("dataschema", URI_OR_EXPRESSION),
    may("data", Any),
];

pub(super) const EVENT_FILTER: Shape = Shape::Object(&closed(&[
    need(
        "with",
        Rule(Guide::Members(&[&EVENT]), |checker, pointer, value| {
            if value.as_object().is_some_and(serde_json::Map::is_empty) {
                checker.shape(pointer, value, &FilledObject);
            }
            checker.members(pointer, value, &[&EVENT]);
        }),
    ),
    may("correlate", Map(&Shape::Object(&open(&[need("from", Program), may("expect", Text)])))),
]));

/// What is done with each consumed event or message, which has a name of its own in there.
pub(super) const ITERATOR: Shape = Rule(Guide::Members(&[&ITERATION]), |checker, pointer, value| {
    let names = [named(Some(value), "item", "item"), named(Some(value), "at", "index")];
    checker.knowing(names, |checker| checker.members(pointer, value, &[&ITERATION]));
});

const ITERATION: Object = closed(&[
    may("item", Text),
    may("at", Text),
    may("do", TASKS),
    may("output", OUTPUT),
    may("export", EXPORT),
]);

/// A text for each name, or an expression that gives them.
pub(super) const TEXTS: Shape = ExpressionOr(&Map(&Text));

pub(super) const CONSUMPTION: Shape = Shape::Object(&Object {
    members: &[
        may("for", DURATION),
        may("amount", INTEGER),
        may("while", Expression),
        may("until", Expression),
    ],
    one_of: &[&["amount", "while", "until"]],
    open: false,
});

pub(super) const OUTPUT_FORMAT: Shape = Word(&["raw", "content", "response"]);
pub(super) const FLAG: Shape = Boolean;

pub(super) const HOST: Shape = Matching(&Pattern {
    accepts: patterns::is_host,
    code: "bad-name",
    en: "is no name of a host.",
    zh: "不是合法的主机名。",
});
