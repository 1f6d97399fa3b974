//! What somebody has to know about a simulated run before relying on it, in both languages.

use std::collections::BTreeSet;

use serde_json::Value;

use super::estimate::{DURATION, SAMPLE, Source, TARGET, metadata, target};
use super::scenario::Scenario;
use super::simulation::{Simulation, Step};
use crate::engine::TaskStatus;
use crate::engine::errors::{Standard, same_type};
use crate::program::milliseconds;
use crate::{Pointer, Problem, Program};

/// More names than these are counted, not listed.
const MOST_NAMES: usize = 5;

/// What the run found out beside its path.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Members of the input that were made up.
    pub(super) input: Vec<String>,
    /// Calls of which nobody knows what they yield, in the order in which they were made.
    pub(super) unknown: Vec<Pointer>,
    /// Listeners that were given an event that was made up.
    pub(super) invented: BTreeSet<Pointer>,
    /// Tasks whose skip was refused.
    pub(super) not_skipped: BTreeSet<Pointer>,
    /// Other workflows, each taken as one call.
    pub(super) workflows: BTreeSet<Pointer>,
}

pub(super) fn of(
    program: &Program,
    scenario: &Scenario,
    found: &Found,
    simulation: &Simulation,
) -> Vec<Problem> {
    let mut remarks = Vec::new();
    unreadable(program, &mut remarks);
    unknown_outputs(found, simulation, &mut remarks);
    unheard(program, scenario, simulation, &mut remarks);
    if !found.input.is_empty() {
        let names = found.input.iter().map(|path| path.trim_start_matches('/')).collect();
        remarks.push(Problem::warning(
            Pointer::root().child("input"),
            "simulated-input",
            format!(
                "The input does not say {0}: something of the right type was taken. Give an input.",
                listed(&names, ", ")
            ),
            format!("输入未给出 {0}，已代以类型相符的值。请给出输入。", listed(&names, "、")),
        ));
    }
    let each = |pointers: &BTreeSet<Pointer>, code: &'static str, en: &'static str, zh: &'static str| {
        pointers
            .iter()
            .map(move |pointer| Problem::warning(pointer.clone(), code, en, zh))
            .collect::<Vec<_>>()
    };
    remarks.extend(each(
        &found.invented,
        "simulated-event",
        "Nobody sends the event that this task waits for: one was made up of what the task asks for.",
        "没有任务发出此处等待的事件，已按其条件虚拟一个。",
    ));
    remarks.extend(each(
        &found.workflows,
        "simulated-workflow",
        "The other workflow is taken as one call: its own tasks are not simulated.",
        "子工作流按一次调用计算，其内部任务未模拟。",
    ));
    remarks.extend(each(
        &found.not_skipped,
        "skip-refused",
        "Nobody may skip this task: a gate in it is passed by approvals only.",
        "此任务不可跳过：其中的卡点只能审核通过。",
    ));
    assumed(simulation, &mut remarks);
    remarks
}

/// Durations in the metadata that are none.
fn unreadable(program: &Program, remarks: &mut Vec<Problem>) {
    let is_bad = |value: Option<&Value>| value.is_some_and(|value| milliseconds(value).is_none());
    let bad = |pointer: Pointer, member: &str| {
        Problem::error(
            pointer,
            "bad-duration",
            format!("`{member}` has to be a duration such as `PT5M` or {{\"minutes\": 5}}; it was left out."),
            format!("`{member}` 应为时长，如 `PT5M` 或 {{\"minutes\": 5}}，已忽略。"),
        )
    };
    if is_bad(target(program)) {
        let pointer = Pointer::root().child("document").child("metadata").child(TARGET);
        remarks.push(bad(pointer, TARGET));
    }
    for node in &program.nodes {
        if is_bad(metadata(program, &node.pointer, DURATION)) {
            remarks.push(bad(node.pointer.child("metadata").child(DURATION), DURATION));
        }
    }
}

/// What failed because a call's output is not known.
fn unknown_outputs(found: &Found, simulation: &Simulation, remarks: &mut Vec<Problem>) {
    if found.unknown.is_empty() {
        return;
    }
    let names: BTreeSet<String> = found.unknown.iter().filter_map(Pointer::last).collect();
    let names = names.iter().map(String::as_str).collect();
    let reads = [Standard::Expression, Standard::Validation].map(Standard::uri);
    let failed = |step: &&Step| {
        step.status == TaskStatus::Faulted
            && step.error.as_ref().is_some_and(|error| {
                error.instance.as_deref() == Some(step.pointer.as_str())
                    && reads.iter().any(|kind| same_type(kind, &error.kind))
            })
    };
    let mut told = BTreeSet::new();
    for step in simulation.steps.iter().filter(failed).filter(|step| told.insert(&step.pointer)) {
        let detail = step.error.as_ref().and_then(|error| error.detail.as_deref()).unwrap_or_default();
        remarks.push(Problem::warning(
            step.pointer.clone(),
            "unknown-output",
            format!(
                "This failed on data that nobody knows: {detail}. What {} yields was taken as empty; put an example into `metadata`, `{SAMPLE}`.",
                listed(&names, ", ")
            ),
            format!(
                "此处因数据未知而失败：{detail}。{} 的输出按空值处理，可在 `metadata` 的 `{SAMPLE}` 中给出示例。",
                listed(&names, "、")
            ),
        ));
    }
}

/// What the scenario says of tasks that the run did not come to.
fn unheard(program: &Program, scenario: &Scenario, simulation: &Simulation, remarks: &mut Vec<Problem>) {
    let reached: BTreeSet<&Pointer> = simulation.steps.iter().map(|step| &step.pointer).collect();
    for pointer in scenario.rules.keys().filter(|pointer| !reached.contains(pointer)) {
        let is_known = program.pointers().any(|known| known == pointer);
        let (en, zh) = if is_known {
            (
                "The run did not come to this task: what was chosen for it had no effect.",
                "运行未到达此任务，对它的设定未生效。",
            )
        } else {
            ("The definition has no such task.", "定义中没有此任务。")
        };
        remarks.push(Problem::warning(pointer.clone(), "not-reached", en, zh));
    }
}

fn assumed(simulation: &Simulation, remarks: &mut Vec<Problem>) {
    let mut names: Vec<&str> = Vec::new();
    for (step, span) in simulation.critical_path() {
        let has_length = span.to.is_none_or(|to| to > span.from);
        if span.source == Some(Source::Assumed) && has_length && !names.contains(&step.name.as_str()) {
            names.push(&step.name);
        }
    }
    if names.is_empty() {
        return;
    }
    remarks.push(Problem::warning(
        Pointer::root(),
        "assumed-duration",
        format!("Nobody knows how long these take, so it was assumed: {}. Write `{DURATION}` into their `metadata`.", listed(&names, ", ")),
        format!("以下任务的耗时未知，按假定值计算：{}。可在其 `metadata` 中写明 `{DURATION}`。", listed(&names, "、")),
    ));
}

fn listed(names: &Vec<&str>, between: &str) -> String {
    let shown =
        names.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between);
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => format!("{shown} (+{more})"),
    }
}
