//! What a `call` is given, by what it calls (DSL reference, Call).

use serde_json::Value;

use super::Checker;
use super::shape::{Object, Shape, closed, may, need, open};
use super::tables::{
    AUTHENTICATION_OR_NAME, CONSUMPTION, DURATION, ENDPOINT, EXTERNAL_RESOURCE, FLAG, HOST, ITERATOR,
    OUTPUT_FORMAT, PROGRAM_OR_OBJECT, TEXTS,
};
use crate::Pointer;

use Shape::{Any, AnyObject, FilledObject, List, ProgramOr, Text, Word};

impl Checker<'_> {
    pub(super) fn call(&mut self, pointer: &Pointer, task: &Value) {
        let Some(called) = task.get("call").and_then(Value::as_str) else { return };
        let at = pointer.child("with");
        let protocol = protocol(called);
        let (shape, needed) = (protocol.unwrap_or(&FUNCTION), protocol.is_some());
        match task.get("with") {
            Some(with) => self.shape(&at, with, shape),
            None if needed => self.missing(pointer, &["with"]),
            None => {}
        }
        if !needed {
            self.function_call(pointer, called, task.get("with"));
        }
    }
}

/// What the language itself can call.
pub(super) const PROTOCOLS: [&str; 6] = ["http", "grpc", "openapi", "asyncapi", "a2a", "mcp"];

/// The shape of `with` for what the language itself can call.
pub(super) fn protocol(called: &str) -> Option<&'static Shape> {
    Some(match called {
        "http" => &HTTP,
        "grpc" => &GRPC,
        "openapi" => &OPENAPI,
        "asyncapi" => &ASYNCAPI,
        "a2a" => &A2A,
        "mcp" => &MCP,
        _ => return None,
    })
}

static FUNCTION: Shape = AnyObject;
static HTTP: Shape = Shape::Object(&closed(&[
    need("method", Text),
    need("endpoint", ENDPOINT),
    may("headers", TEXTS),
    may("body", Any),
    may("query", TEXTS),
    may("output", OUTPUT_FORMAT),
    may("redirect", FLAG),
]));
static GRPC: Shape = Shape::Object(&closed(&[
    need("proto", EXTERNAL_RESOURCE),
    need(
        "service",
        Shape::Object(&closed(&[
            need("name", Text),
            need("host", HOST),
            may("port", Shape::Integer { least: 0, most: 65_535 }),
            may("authentication", AUTHENTICATION_OR_NAME),
        ])),
    ),
    need("method", Text),
    may("arguments", AnyObject),
]));
static OPENAPI: Shape = Shape::Object(&closed(&[
    need("document", EXTERNAL_RESOURCE),
    need("operationId", Text),
    may("parameters", AnyObject),
    may("authentication", AUTHENTICATION_OR_NAME),
    may("output", OUTPUT_FORMAT),
    may("redirect", FLAG),
]));
static ASYNCAPI: Shape = Shape::Object(&Object {
    members: &[
        need("document", EXTERNAL_RESOURCE),
        may("channel", Text),
        may("operation", Text),
        may("server", Shape::Object(&closed(&[need("name", Text), may("variables", AnyObject)]))),
        may(
            "protocol",
            Word(&[
                "amqp",
                "amqp1",
                "anypointmq",
                "googlepubsub",
                "http",
                "ibmmq",
                "jms",
                "kafka",
                "mercure",
                "mqtt",
                "mqtt5",
                "nats",
                "pulsar",
                "redis",
                "sns",
                "solace",
                "sqs",
                "stomp",
                "ws",
            ]),
        ),
        may("message", Shape::Object(&closed(&[may("payload", AnyObject), may("headers", AnyObject)]))),
        may(
            "subscription",
            Shape::Object(&closed(&[
                may("filter", Shape::Expression),
                need("consume", CONSUMPTION),
                may("foreach", ITERATOR),
            ])),
        ),
        may("authentication", AUTHENTICATION_OR_NAME),
    ],
    one_of: &[&["operation", "channel"], &["message", "subscription"]],
    open: false,
});
static A2A: Shape = Shape::Object(&closed(&[
    may("agentCard", EXTERNAL_RESOURCE),
    may("server", ENDPOINT),
    need(
        "method",
        Word(&[
            "message/send",
            "message/stream",
            "tasks/get",
            "tasks/list",
            "tasks/cancel",
            "tasks/resubscribe",
            "tasks/pushNotificationConfig/set",
            "tasks/pushNotificationConfig/get",
            "tasks/pushNotificationConfig/list",
            "tasks/pushNotificationConfig/delete",
            "agent/getAuthenticatedExtendedCard",
        ]),
    ),
    may("parameters", ProgramOr(&FilledObject)),
]));
static MCP: Shape = Shape::Object(&open(&[
    may("protocolVersion", Text),
    need(
        "method",
        Word(&[
            "tools/list",
            "tools/call",
            "prompts/list",
            "prompts/get",
            "resources/list",
            "resources/read",
            "resources/templates/list",
        ]),
    ),
    may("parameters", PROGRAM_OR_OBJECT),
    may("timeout", DURATION),
    need(
        "transport",
        Shape::Object(&Object {
            members: &[
                may("http", Shape::Object(&open(&[need("endpoint", ENDPOINT), may("headers", TEXT_MAP)]))),
                may(
                    "stdio",
                    Shape::Object(&open(&[
                        need("command", Text),
                        may("arguments", List(&Text)),
                        may("environment", TEXT_MAP),
                    ])),
                ),
                may("options", TEXT_MAP),
            ],
            one_of: &[&["http", "stdio"]],
            open: true,
        }),
    ),
    may("client", Shape::Object(&open(&[need("name", Text), need("version", Text)]))),
]));
const TEXT_MAP: Shape = Shape::Map(&Text);
