//! How kinds of task look and are called.

use canvas::{NodeKind, SceneNode};
use flow::TaskKind;
use leptos_i18n::I18nContext;

use crate::i18n::*;
use crate::ui::Icon;

/// The icon of a node: of what it calls, else of its kind.
pub(super) fn node_icon(node: &SceneNode) -> Icon {
    match (&node.function, node.kind) {
        (Some(function), NodeKind::Task(Some(TaskKind::Call))) => function_icon(function),
        (_, NodeKind::Task(kind)) => kind.map_or(Icon::Alert, kind_icon),
        (_, NodeKind::CatchLane) => Icon::Shield,
    }
}

/// The icon of a function: `http`, or a plugin's `dns-record-add:1.0.0@default`.
pub fn function_icon(call: &str) -> Icon {
    match base_name(call) {
        "http" | "http-request" | "openapi" => Icon::Http,
        "wait" => Icon::Wait,
        "manual-gate" => Icon::Gate,
        "dns-record-add" | "dns-record-delete" | "dns-record-weight" => Icon::Dns,
        "dcs-whitelist" | "dcs-failover" | "rds-read-write" | "rds-backup" | "ddm-read-write" | "dws-dr"
        | "opengauss-dr" => Icon::Database,
        "obs-bucket-policy" | "obs-replication" | "obs-compare" => Icon::Storage,
        "perftest-task" | "chaos" => Icon::Flask,
        "drs-switch" | "mas-switch" | "load-balancer-job" | "smart-connect" => Icon::Switch,
        "drs-check-rto-rpo" => Icon::Clock,
        "aom-job" => Icon::Gear,
        _ => Icon::Bolt,
    }
}

pub fn kind_icon(kind: TaskKind) -> Icon {
    match kind {
        TaskKind::Call => Icon::Bolt,
        TaskKind::Do => Icon::Workflow,
        TaskKind::Fork => Icon::Fork,
        TaskKind::Emit => Icon::External,
        TaskKind::For => Icon::Loop,
        TaskKind::Listen => Icon::Log,
        TaskKind::Raise => Icon::Alert,
        TaskKind::Run => Icon::Play,
        TaskKind::Set => Icon::Variable,
        TaskKind::Switch => Icon::Filter,
        TaskKind::Try => Icon::Shield,
        TaskKind::Wait => Icon::Wait,
    }
}

/// What people call this kind of task.
pub fn kind_label(i18n: I18nContext<Locale>, kind: Option<TaskKind>) -> String {
    let label = match kind {
        None => t_string!(i18n, editor.kind.unknown),
        Some(TaskKind::Call) => t_string!(i18n, editor.kind.call),
        Some(TaskKind::Do) => t_string!(i18n, editor.kind.group),
        Some(TaskKind::Fork) => t_string!(i18n, editor.kind.fork),
        Some(TaskKind::Emit) => t_string!(i18n, editor.kind.emit),
        Some(TaskKind::For) => t_string!(i18n, editor.kind.each),
        Some(TaskKind::Listen) => t_string!(i18n, editor.kind.listen),
        Some(TaskKind::Raise) => t_string!(i18n, editor.kind.raise),
        Some(TaskKind::Run) => t_string!(i18n, editor.kind.run),
        Some(TaskKind::Set) => t_string!(i18n, editor.kind.set),
        Some(TaskKind::Switch) => t_string!(i18n, editor.kind.switch),
        Some(TaskKind::Try) => t_string!(i18n, editor.kind.attempt),
        Some(TaskKind::Wait) => t_string!(i18n, editor.kind.wait),
    };
    label.to_string()
}

/// The function's name without version and catalog.
pub(super) fn base_name(call: &str) -> &str {
    call.split([':', '@']).next().unwrap_or_default()
}

/// The word for CSS and tests: the defining member, `gate`, `lane` or `unknown`.
pub(super) fn kind_word(node: &SceneNode) -> &'static str {
    match node.kind {
        NodeKind::CatchLane => "lane",
        NodeKind::Task(None) => "unknown",
        NodeKind::Task(Some(TaskKind::Call))
            if node.function.as_deref().is_some_and(|call| base_name(call) == "manual-gate") =>
        {
            "gate"
        }
        NodeKind::Task(Some(TaskKind::Call))
            if node.function.as_deref().is_some_and(|call| base_name(call) == "wait") =>
        {
            "wait"
        }
        NodeKind::Task(Some(kind)) => kind.key(),
    }
}
