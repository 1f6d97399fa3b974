//! The scenario that a command line describes. What names no task, or asks of a task what it cannot do, is refused: a
//! simulation that passes over what it was told would be believed.

use flow::duration::milliseconds;
use flow::simulate::{ByHand, Control, Happens, Rule, Scenario, error_named, error_words};
use flow::view::tasks;
use flow::{Document, Pointer, Program};

use super::Arguments;

/// How long it takes until somebody sees to a fault, where nothing else is said: five minutes.
const UNTIL_SEEN_TO: i64 = 300_000;

pub(super) fn scenario(arguments: &Arguments, document: &Document) -> Result<Scenario, String> {
    // One that does not compile is told by whoever runs it.
    let Ok(program) = Program::compile(document) else { return Ok(Scenario::default()) };
    let mut choices = Choices { document, program, scenario: Scenario::default() };
    for given in &arguments.fault {
        choices.fault(given).map_err(|wrong| format!("--fault {given}: {wrong}"))?;
    }
    for given in &arguments.decide {
        choices.decide(given).map_err(|wrong| format!("--decide {given}: {wrong}"))?;
    }
    for given in &arguments.duration {
        choices.takes(given).map_err(|wrong| format!("--duration {given}: {wrong}"))?;
    }
    for given in &arguments.retry {
        let retry = |after| ByHand::Retry { after };
        choices.by_hand(given, retry).map_err(|wrong| format!("--retry {given}: {wrong}"))?;
    }
    for given in &arguments.skip {
        let skip = |after| ByHand::Skip { after };
        choices.by_hand(given, skip).map_err(|wrong| format!("--skip {given}: {wrong}"))?;
    }
    Ok(choices.scenario)
}

struct Choices<'d> {
    document: &'d Document,
    program: Program,
    scenario: Scenario,
}

impl Choices<'_> {
    fn fault(&mut self, given: &str) -> Result<(), String> {
        let (task, kind) = self.task(given)?;
        let (kind, times) = match kind.as_deref().map(|kind| kind.rsplit_once('*').unwrap_or((kind, ""))) {
            None => ("communication".to_owned(), ""),
            Some(("", times)) => ("communication".to_owned(), times),
            Some((kind, times)) => (kind.to_owned(), times),
        };
        let attempts = match times {
            "" => None,
            times => {
                let times: u32 = times.parse().map_err(|_| format!("`{times}` is no number of attempts"))?;
                Some(1..=times)
            }
        };
        match self.program.control(&task) {
            Some(Control::Call) => {}
            Some(Control::Event) if kind == "silent" => {}
            Some(Control::Gate) => return Err("that is a gate: use --decide".to_owned()),
            _ => return Err("this task calls nothing that could fail".to_owned()),
        }
        let happens = match kind.as_str() {
            "silent" => Happens::Silence,
            kind => Happens::Faults(error_named(kind).ok_or_else(|| {
                let words: Vec<&str> = error_words().collect();
                format!("`{kind}` is no status, no URI and none of {}, silent", words.join(", "))
            })?),
        };
        self.add(task, Rule { attempts, ..Rule::always(happens) });
        Ok(())
    }

    fn decide(&mut self, given: &str) -> Result<(), String> {
        let (task, decision) = self.task(given)?;
        if self.program.control(&task) != Some(Control::Gate) {
            return Err("this task is no gate".to_owned());
        }
        let happens = match decision.as_deref() {
            Some("approve") => Happens::Completes,
            Some("reject") => Happens::Rejected,
            Some("ignore") => Happens::Silence,
            _ => return Err("it takes approve, reject or ignore".to_owned()),
        };
        self.add(task, Rule::always(happens));
        Ok(())
    }

    fn takes(&mut self, given: &str) -> Result<(), String> {
        let (task, written) = self.task(given)?;
        let written = written.unwrap_or_default();
        let takes = milliseconds(&written.as_str().into())
            .ok_or_else(|| format!("`{written}` is no duration such as PT5M"))?;
        if self.program.control(&task).is_none() {
            return Err("how long this task takes follows from the definition".to_owned());
        }
        self.add(task, Rule { takes: Some(takes), ..Rule::default() });
        Ok(())
    }

    fn by_hand(&mut self, given: &str, act: impl Fn(i64) -> ByHand) -> Result<(), String> {
        let (task, written) = self.task(given)?;
        let after = match written {
            None => UNTIL_SEEN_TO,
            Some(written) => milliseconds(&written.as_str().into())
                .ok_or_else(|| format!("`{written}` is no duration such as PT5M"))?,
        };
        self.add(task, Rule { by_hand: Some(act(after)), ..Rule::default() });
        Ok(())
    }

    fn add(&mut self, task: Pointer, rule: Rule) {
        self.scenario.rules.entry(task).or_default().push(rule);
    }

    /// The task that is meant, and what stands behind it. A name may have `=` or `*` in it: the longest that fits counts.
    fn task(&self, given: &str) -> Result<(Pointer, Option<String>), String> {
        let cuts = given.char_indices().filter(|(_, sign)| matches!(sign, '=' | '*')).map(|(at, _)| at);
        let cuts: Vec<usize> = cuts.chain([given.len()]).collect();
        for cut in cuts.iter().rev() {
            let (task, rest) = given.split_at(*cut);
            let rest = (!rest.is_empty()).then(|| rest.strip_prefix('=').unwrap_or(rest).to_owned());
            if let Some(found) = self.named(task)? {
                return Ok((found, rest));
            }
        }
        Err("the definition has no such task".to_owned())
    }

    fn named(&self, task: &str) -> Result<Option<Pointer>, String> {
        let mut found = tasks(self.document)
            .filter(|view| view.name == task || view.pointer.as_str() == task)
            .map(|view| view.pointer);
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(_) => Err(format!("several tasks are called `{task}`: give the pointer")),
        }
    }
}
