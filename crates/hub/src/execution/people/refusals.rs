//! What people are told when they may not do what they asked for: why, and what would help.

use flow::engine::Refusal;

use super::CurrentTask;
use crate::clock;
use crate::error::HubError;
use crate::execution::plan::word;

/// Why a decision at this gate does not count.
pub(super) fn of_decision(task: &CurrentTask, by: &str, refusal: &Refusal) -> HubError {
    let name = &task.name;
    match refusal {
        Refusal::NotAsked { approvers } => {
            let names = approvers.join(", ");
            HubError::not_permitted(
                format!("task {name} is decided by: {names}"),
                format!("任务 {name} 只能由以下用户或角色审核：{names}"),
            )
        }
        Refusal::Starter => HubError::not_permitted(
            format!(
                "task {name} takes no decision of {by}, who has started this run: somebody else has to decide"
            ),
            format!("任务 {name} 不接受发起人 {by} 的审核，需由其他人审核"),
        ),
        Refusal::Approved { at } => {
            let at = clock::rfc3339(at.0);
            HubError::conflict(
                format!("task {name} was approved by {by} at {at} already; one person counts once"),
                format!("任务 {name} 已由 {by} 于 {at} 审核通过，同一人只计一次"),
            )
        }
        Refusal::Overdue { deadline } => {
            let deadline = clock::rfc3339(deadline.0);
            HubError::conflict(
                format!(
                    "task {name} has failed closed at its deadline, {deadline}; a retry lets it ask again"
                ),
                format!("任务 {name} 已于截止时间 {deadline} 按失败处理，重试后可重新审核"),
            )
        }
        Refusal::Guarded { gate } => guarded(name, gate.as_str()),
    }
}

/// Why this task may not be skipped.
pub(super) fn of_skip(task: &CurrentTask, refusal: &Refusal) -> HubError {
    let name = &task.name;
    match refusal {
        Refusal::NotAsked { approvers } => {
            let names = approvers.join(", ");
            HubError::not_permitted(
                format!("task {name} is a gate that is decided by: {names}; nobody else may skip it"),
                format!("任务 {name} 是人工卡点，只能由以下用户或角色审核：{names}，其他人不能跳过"),
            )
        }
        Refusal::Guarded { gate } => guarded(name, gate.as_str()),
        Refusal::Starter | Refusal::Approved { .. } | Refusal::Overdue { .. } => guarded(name, name),
    }
}

fn guarded(name: &str, gate: &str) -> HubError {
    HubError::not_permitted(
        format!(
            "task {name} cannot be skipped: the gate {gate} is passed by its approvals only; retry lets a failed gate ask \
             again, and other tasks can be skipped one by one"
        ),
        format!(
            "任务 {name} 不能跳过：卡点 {gate} 只能审核通过；失败的卡点可重试后重新审核，其他任务可逐个跳过"
        ),
    )
}

/// Stages that go round a gate.
pub(in crate::execution) fn gate_left_out(gate: &str) -> HubError {
    HubError::not_permitted(
        format!(
            "stages: the gate {gate} stands before what you chose and is left out; choose its stage too, or leave stages out"
        ),
        format!("stages：所选阶段之前的卡点 {gate} 未被选中；请同时选择其所在阶段，或执行全部阶段"),
    )
}

pub(super) fn other_definition(job_name: &str) -> HubError {
    HubError::conflict(
        format!(
            "definition_digest: job {job_name} runs another definition than the one that was decided on; look again"
        ),
        format!("definition_digest：作业 {job_name} 执行的定义与所审核的定义不一致，请重新查看"),
    )
}

pub(super) fn already_over(job_name: &str, status: &str) -> HubError {
    HubError::conflict(
        format!("job {job_name} is {status} already"),
        format!("作业 {job_name} 已结束，状态为 {status}"),
    )
}

pub(super) fn nothing_to_retry(job_name: &str, status: &str) -> HubError {
    HubError::conflict(
        format!("job {job_name} is {status}: it has no faulted task to retry"),
        format!("作业 {job_name} 状态为 {status}，没有可重试的失败任务"),
    )
}

/// Every task is through or none has begun; what fails is an expression of the workflow, and it gives the same again.
pub(super) fn fault_of_workflow(job_name: &str) -> HubError {
    HubError::conflict(
        format!(
            "job {job_name} is at fault in the workflow's own input or output, not in a task; that would give the same \
             again: stop the job, and correct the definition"
        ),
        format!(
            "作业 {job_name} 的错误在工作流自身的输入或输出，而非任务；重试结果相同，请停止作业并修正定义"
        ),
    )
}

pub(super) fn broken(job_name: &str) -> HubError {
    HubError::conflict(
        format!("the hub cannot carry job {job_name} on; it can only be stopped, and started anew"),
        format!("作业 {job_name} 无法继续执行，只能停止后重新启动"),
    )
}

pub(super) fn wrong_status(task: &CurrentTask, en: &str, zh: &str) -> HubError {
    let status = word(task.status);
    HubError::conflict(
        format!("task {} is {status}, not {en}", task.name),
        format!("任务 {} 状态为 {status}，不是{zh}", task.name),
    )
}
