//! Tests, experiments and applications: what is started, stopped and switched as a whole.

use serde::Deserialize;
use serde_json::{Value, json};
use wire::resource::PrivateResourceGroup;

use super::Failure;
use super::bench::{Attributes as _, Bench, Place, StartStop, conflict, missing, parameters};
use super::inventory::Resource;
use crate::clock;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PerformanceTest {
    #[serde(flatten)]
    place: Place,
    suite: Number,
    task: Number,
    /// Needed to start.
    #[serde(default)]
    resource_group: Option<Number>,
    action: StartStop,
}

/// CPTS numbers its things; a form or an expression may send the number as text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number {
    Number(i64),
    Text(String),
}

impl std::fmt::Display for Number {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Experiment {
    #[serde(flatten)]
    place: Place,
    experiment: String,
    action: StartStop,
}

#[derive(Debug, Deserialize)]
struct SwitchSite {
    #[serde(flatten)]
    place: Place,
    instance: String,
    action: SwitchAction,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SwitchAction {
    Switch,
    Failback,
}

#[derive(Debug, Deserialize)]
struct RunJob {
    #[serde(flatten)]
    place: Place,
    job: String,
    #[serde(default)]
    parameters: Value,
}

#[derive(Debug, Deserialize)]
struct Connect {
    #[serde(flatten)]
    place: Place,
    task: String,
    action: ConnectAction,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ConnectAction {
    Start,
    Pause,
    Restart,
}

pub(super) async fn performance_test(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let PerformanceTest { place, suite, task, resource_group, action } = parameters(with)?;
    let suite = bench.find(&place, "cpts-suite", &suite.to_string()).await?;
    let mut task = bench.find(&place, "cpts-task", &task.to_string()).await?;
    if task.attributes.number("suite_id").to_string() != suite.id {
        return Err(missing(format!("test task {} in test suite {}", task.name, suite.name)));
    }
    let running = task.attributes.get("is_starting") == Some(&Value::Bool(true));
    let start = action == StartStop::Start;
    if start && running {
        return Err(conflict(format!("test task {} runs already", task.name)));
    }
    if start {
        let group = resource_group
            .ok_or_else(|| crate::execution::faults::validation("with.resourceGroup: a start needs one"))?;
        let group = bench.find(&place, "cce-group", &group.to_string()).await?;
        check_usable(&group)?;
        bench.log.info(format!("test task {} starts on resource group {}", task.name, group.name));
    } else {
        bench.log.info(format!("test task {} stops", task.name));
    }
    task.attributes.set("is_starting", start);
    task.attributes.set("update_time", clock::rfc3339(bench.now));
    bench.save(&task).await?;
    Ok(json!({"suite": suite.id, "task": task.id, "running": start, "previous": running}))
}

fn check_usable(group: &Resource) -> Result<(), Failure> {
    let usable = |name| group.attributes.number(name) == PrivateResourceGroup::USABLE;
    (usable("status") && usable("summary_status")).then_some(()).ok_or_else(|| {
        conflict(format!(
            "resource group {} is not usable: status {}, summary_status {}",
            group.name,
            group.attributes.number("status"),
            group.attributes.number("summary_status")
        ))
    })
}

pub(super) async fn experiment(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let Experiment { place, experiment, action } = parameters(with)?;
    let mut experiment = bench.find(&place, "chaos-experiment", &experiment).await?;
    let before = experiment.attributes.text("status");
    let after = match action {
        StartStop::Start if before == "running" => {
            return Err(conflict(format!("experiment {} runs already", experiment.name)));
        }
        StartStop::Start => "running",
        StartStop::Stop => "stopped",
    };
    if after == "running" {
        let runs = experiment.attributes.number("runs") + 1;
        experiment.attributes.set("runs", runs);
    }
    experiment.attributes.set("status", after);
    bench.save(&experiment).await?;
    bench.log.info(format!("experiment {}: {before} -> {after}", experiment.name));
    Ok(json!({"experiment": experiment.id, "status": after, "previousStatus": before}))
}

pub(super) async fn switch_site(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let SwitchSite { place, instance, action } = parameters(with)?;
    let mut instance = bench.find(&place, "mas-instance", &instance).await?;
    let before = instance.attributes.text("active_region");
    let after = match action {
        SwitchAction::Switch => instance.attributes.text("standby_region"),
        SwitchAction::Failback => instance.attributes.text("home_region"),
    };
    instance.attributes.set("active_region", after.as_str());
    bench.save(&instance).await?;
    bench.log.info(format!("active region of {}: {before} -> {after}", instance.name));
    Ok(json!({"instance": instance.id, "activeRegion": after, "previousRegion": before}))
}

pub(super) async fn run_job(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let RunJob { place, job, parameters } = parameters(with)?;
    let mut job = bench.find(&place, "aom-job", &job).await?;
    let runs = job.attributes.number("runs") + 1;
    job.attributes.set("runs", runs);
    job.attributes.set("last_parameters", parameters);
    job.attributes.set("last_run_at", clock::rfc3339(bench.now));
    bench.save(&job).await?;
    bench.log.info(format!("job {} ran: {}", job.name, job.attributes.text("description")));
    Ok(json!({"job": job.id, "run": runs, "status": "succeeded"}))
}

pub(super) async fn connect(bench: &mut Bench<'_>, with: &Value) -> Result<Value, Failure> {
    let Connect { place, task, action } = parameters(with)?;
    let mut task = bench.find(&place, "smart-connect-task", &task).await?;
    let before = task.attributes.text("status");
    let after = match action {
        ConnectAction::Start | ConnectAction::Restart => "running",
        ConnectAction::Pause => "paused",
    };
    task.attributes.set("status", after);
    bench.save(&task).await?;
    bench.log.info(format!("Smart Connect task {}: {before} -> {after}", task.name));
    Ok(json!({"task": task.id, "status": after, "previousStatus": before}))
}
