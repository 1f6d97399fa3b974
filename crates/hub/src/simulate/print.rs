//! A simulation as people and scripts read it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use flow::engine::TaskStatus;
use flow::simulate::{Limit, Outcome, Simulation, Source, Span, SpanKind, Step};
use flow::{Document, Pointer, Problem, Severity};
use serde_json::{Value, json};

use crate::check::Language;

/// Columns of the bars.
const WIDTH: usize = 32;
/// More steps are counted, not shown.
const MOST_STEPS: usize = 300;

pub(super) fn json(file: &str, simulation: &Simulation) -> String {
    let mut value = json!({"file": file, "passes": simulation.passes()});
    if let (Some(members), Ok(Value::Object(more))) =
        (value.as_object_mut(), serde_json::to_value(simulation))
    {
        members.extend(more);
    }
    format!("{value:#}\n")
}

/// Why a definition does not run at all.
pub(super) fn problems(file: &str, problems: &[Problem], language: Language) -> String {
    problems.iter().map(|problem| format!("{file}: {}\n", noted(problem, language))).collect()
}

pub(super) fn text(document: &Document, simulation: &Simulation, language: Language) -> String {
    let words = Words(language);
    let mut text = String::new();
    let view = document.view();
    // Writing into a string cannot fail.
    _ = writeln!(text, "{} {}: {}", view.name, view.version, words.outcome(simulation));
    if let Some(target) = simulation.target {
        let difference = clock((target.limit - simulation.total).abs());
        _ = writeln!(text, "{}", words.target(&clock(target.limit), &difference, simulation));
    }
    text.push('\n');
    let depths = depths(&simulation.steps);
    for (step, depth) in simulation.steps.iter().zip(depths).take(MOST_STEPS) {
        _ = writeln!(text, "{}", line(step, depth, simulation.total, words));
    }
    if let Some(more) = simulation.steps.len().checked_sub(MOST_STEPS).filter(|more| *more > 0) {
        _ = writeln!(text, "… +{more}");
    }
    _ = writeln!(text, "\n{}", words.legend());
    let chain: Vec<String> = simulation
        .critical_path()
        .filter(|(_, span)| span.to != Some(span.from))
        .map(|(step, span)| {
            let length = clock(span.to.unwrap_or(simulation.total) - span.from);
            format!("{} {length}", step.name)
        })
        .collect();
    if !chain.is_empty() {
        _ = writeln!(text, "{}: {}", words.pick("critical path", "关键路径"), chain.join(" → "));
    }
    let shares: Vec<String> = simulation
        .shares
        .iter()
        .map(|(kind, time)| format!("{} {}", words.kind(*kind), clock(*time)))
        .collect();
    if !shares.is_empty() {
        _ = writeln!(text, "{}", shares.join(words.pick(", ", "，")));
    }
    if simulation.assumed > 0 {
        let assumed = clock(simulation.assumed);
        _ = writeln!(
            text,
            "{}",
            words.pick(&format!("of this, {assumed} is assumed"), &format!("其中 {assumed} 为假定"))
        );
    }
    for remark in &simulation.remarks {
        _ = writeln!(text, "{}: {}", words.pick("note", "提示"), noted(remark, language));
    }
    text
}

/// `0:01:00 |   ████  | * slow (assumed)`
fn line(step: &Step, depth: usize, total: i64, words: Words) -> String {
    let mark = if step.spans.iter().any(|span| span.is_critical) { '*' } else { ' ' };
    let length = clock(step.to.unwrap_or(total) - step.from);
    let mut line =
        format!("{:>9} |{}| {mark} {length:>9}  {}", clock(step.from), bar(step, total), "  ".repeat(depth));
    line.push_str(&step.name);
    if let Some(iteration) = step.iteration {
        _ = write!(line, "[{iteration}]");
    }
    if step.attempt > 1 {
        _ = write!(line, " #{}", step.attempt);
    }
    if let Some(word) = words.status(step.status) {
        _ = write!(line, " · {word}");
    }
    if step.status == TaskStatus::Faulted
        && let Some(error) = &step.error
    {
        let title = error.title.as_deref().unwrap_or(&error.kind);
        _ = write!(line, ": {title} ({})", error.status);
    }
    let is_guess = |span: &Span| span.source == Some(Source::Assumed);
    if step.spans.iter().any(is_guess) {
        _ = write!(line, " ({})", words.pick("assumed", "假定"));
    }
    line
}

fn bar(step: &Step, total: i64) -> String {
    let mut columns = [' '; WIDTH];
    let column = |time: i64| {
        let place = i128::from(time) * WIDTH as i128 / i128::from(total.max(1));
        usize::try_from(place).unwrap_or(0).min(WIDTH)
    };
    let mut paint = |from: i64, to: i64, sign: char| {
        // Also what takes no time is somewhere.
        let first = column(from).min(WIDTH - 1);
        let last = column(to).max(first + 1);
        columns[first..last].fill(sign);
    };
    if step.is_box {
        paint(step.from, step.to.unwrap_or(total), '─');
    }
    for span in &step.spans {
        paint(span.from, span.to.unwrap_or(total), sign(span.kind));
    }
    columns.iter().collect()
}

fn sign(kind: SpanKind) -> char {
    match kind {
        SpanKind::Work => '█',
        SpanKind::People => '▒',
        SpanKind::Time | SpanKind::Event => '░',
        SpanKind::Retry => '·',
    }
}

/// How deep each step stands.
fn depths(steps: &[Step]) -> Vec<usize> {
    let mut known = BTreeMap::new();
    let mut depths = Vec::with_capacity(steps.len());
    for step in steps {
        let depth = step.parent.and_then(|parent| known.get(&parent)).map_or(0, |depth| depth + 1);
        known.insert(step.task, depth);
        depths.push(depth);
    }
    depths
}

fn noted(problem: &Problem, language: Language) -> String {
    let message = match language {
        Language::En => &problem.message_en,
        Language::Zh => &problem.message_zh,
    };
    let level = match problem.severity {
        Severity::Error => Words(language).pick("error: ", "错误: "),
        Severity::Warning => "",
    };
    let place = if problem.pointer.is_root() { String::new() } else { format!("{}: ", problem.pointer) };
    format!("{level}{place}{message} [{}]", problem.code)
}

/// `1:02:03`, with thousandths where there are any.
fn clock(milliseconds: i64) -> String {
    let (seconds, thousandths) = (milliseconds / 1000, milliseconds % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match thousandths {
        0 => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}.{thousandths:03}"),
    }
}

#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    fn pick<'w>(self, en: &'w str, zh: &'w str) -> &'w str {
        match self.0 {
            Language::En => en,
            Language::Zh => zh,
        }
    }

    fn outcome(self, simulation: &Simulation) -> String {
        let total = clock(simulation.total);
        let names = |tasks: &[Pointer]| {
            tasks.iter().map(Pointer::to_string).collect::<Vec<_>>().join(self.pick(", ", "、"))
        };
        match &simulation.outcome {
            Outcome::Completed => {
                self.pick(&format!("completes after {total}"), &format!("用时 {total} 完成")).to_owned()
            }
            Outcome::Faulted { tasks, error } => {
                let error = error.as_ref().map_or(String::new(), |error| {
                    let title = error.title.as_deref().unwrap_or(&error.kind);
                    let detail =
                        error.detail.as_deref().map_or(String::new(), |detail| format!(": {detail}"));
                    format!(": {title} ({}){detail}", error.status)
                });
                let at = if tasks.is_empty() {
                    String::new()
                } else {
                    self.pick(&format!(" at {}", names(tasks)), &format!("于 {}", names(tasks))).to_owned()
                };
                self.pick(
                    &format!("is at fault after {total}{at}{error}"),
                    &format!("{total} 后故障{at}{error}"),
                )
                .to_owned()
            }
            Outcome::Waiting { tasks } => self
                .pick(
                    &format!("waits for ever from {total} on, at {}", names(tasks)),
                    &format!("自 {total} 起一直等待：{}", names(tasks)),
                )
                .to_owned(),
            Outcome::Unending { limit } => {
                let (en, zh) = match limit {
                    Limit::Steps => ("it runs too many tasks", "任务执行次数过多"),
                    Limit::Events => ("too much happens in it", "事件过多"),
                    Limit::Time => ("it takes more than a year", "超过一年"),
                };
                self.pick(
                    &format!("does not end: {en}; given up at {total}"),
                    &format!("不会结束：{zh}，模拟止于 {total}"),
                )
                .to_owned()
            }
        }
    }

    fn target(self, limit: &str, difference: &str, simulation: &Simulation) -> String {
        let is_met = simulation.target.is_some_and(|target| target.is_met);
        let (en, zh) = match (is_met, simulation.outcome == Outcome::Completed) {
            (true, _) => (format!("met, {difference} to spare"), format!("达成，余 {difference}")),
            (false, true) => (format!("MISSED by {difference}"), format!("未达成，超出 {difference}")),
            (false, false) => {
                ("MISSED, the run does not complete".to_owned(), "未达成，运行未完成".to_owned())
            }
        };
        match self.0 {
            Language::En => format!("target (mas.rto) {limit}: {en}"),
            Language::Zh => format!("目标（mas.rto）{limit}：{zh}"),
        }
    }

    fn kind(self, kind: SpanKind) -> &'static str {
        let (en, zh) = match kind {
            SpanKind::Work => ("work", "执行"),
            SpanKind::People => ("people", "等待人工"),
            SpanKind::Time => ("time", "定时等待"),
            SpanKind::Event => ("events", "等待事件"),
            SpanKind::Retry => ("pauses before retries", "重试间隔"),
        };
        self.pick(en, zh)
    }

    fn status(self, status: TaskStatus) -> Option<&'static str> {
        let (en, zh) = match status {
            TaskStatus::Completed => return None,
            TaskStatus::Faulted => ("faulted", "故障"),
            TaskStatus::Skipped => ("skipped", "已跳过"),
            TaskStatus::Cancelled => ("cancelled", "已取消"),
            TaskStatus::Waiting => ("waits", "等待中"),
            TaskStatus::Pending | TaskStatus::Running | TaskStatus::Suspended => ("runs", "运行中"),
        };
        Some(self.pick(en, zh))
    }

    fn legend(self) -> &'static str {
        self.pick(
            "* critical path   █ work   ▒ people   ░ time, events   · pause before a retry   ─ holds others",
            "* 关键路径   █ 执行   ▒ 等待人工   ░ 等待时间或事件   · 重试间隔   ─ 包含其他任务",
        )
    }
}
