//! `listen` (DSL reference, Listen, Subscription Iterator): waits for events, one after the other, in their order.
//!
//! A task that listens asks for one event at a time. What comes while it works on one waits outside, so that a burst
//! of events does not grow the state. What it gathers is its output and therefore part of the state: it is bounded.

pub(crate) mod matching;

use std::borrow::Cow;

use serde_json::{Value, json};

use self::matching::{Progress, View, read};
use super::errors::Standard;
use super::run::{Run, is_too_deep};
use super::state::{Body, Listening, Shared};
use super::{Command, LogLevel, TaskId, TaskStatus, Waiting, WorkflowError};
use crate::program::Action;
use crate::program::events::{Foreach, Listen, Mode, Until};

/// The most that one `listen` gathers. Who needs more handles each event with `foreach`, and listens `until: ${ false }`.
const MOST_EVENTS: usize = 10_000;
const MOST_BYTES: usize = 1024 * 1024;

impl Run<'_> {
    pub(super) fn listen(&mut self, task: TaskId, listen: &Listen) {
        let types = listen.to.types().join(", ");
        let what = if types.is_empty() { "events".to_owned() } else { format!("events: {types}") };
        if self.state.job.dry_run {
            return self.pretend(task, &format!("would wait for {what}"));
        }
        self.log(Some(task), LogLevel::Info, &format!("waiting for {what}"));
        // Of an attempt before this one.
        self.state.outputs.drop_of(task);
        let listening = Listening::default();
        if listen.to.mode == Mode::All && listen.to.filters.is_empty() {
            return self.finish_listening(task, listening);
        }
        self.await_event(task, listen, listening);
    }

    /// Takes the next event, if it is this task's turn.
    pub(super) fn delivered(&mut self, task: TaskId, attempt: u32, sequence: u64, event: Value) -> bool {
        let Some(Action::Listen(listen)) = self.node_of(task).map(|node| &node.action) else { return false };
        let Some(frame) = self.frame_mut(task) else { return false };
        let Body::Listening(listening) = &mut frame.body else { return false };
        if frame.attempt != attempt || sequence <= listening.last {
            return false;
        }
        // The event that was asked for is here: nothing is asked for until the task asks again.
        let mut listening = std::mem::take(listening);
        frame.body = Body::Handling(Listening::default());
        listening.last = sequence;
        match self.wanted(task, listen, &mut listening, &event) {
            Wanted::No => self.put_back(task, listen, listening),
            Wanted::Partly => {
                listening.spent.push(sequence);
                self.put_back(task, listen, listening);
            }
            Wanted::Enough => {
                self.log(Some(task), LogLevel::Info, &format!("ended by {}", super::emit::name(&event)));
                listening.spent.push(sequence);
                self.finish_listening(task, listening);
            }
            Wanted::Yes => {
                self.log(Some(task), LogLevel::Info, &format!("consumed {}", super::emit::name(&event)));
                listening.item = read(listen.read, &event).into();
                self.handle_event(task, listen, listening);
            }
        }
        true
    }

    /// The tasks for one event are done.
    pub(super) fn item_done(&mut self, task: TaskId, output: Shared) {
        let Some(Action::Listen(listen)) = self.node_of(task).map(|node| &node.action) else { return };
        if let Err(error) = self.keep_item(task, listen, output) {
            return self.fault(task, error);
        }
        let Some(frame) = self.frame_mut(task) else { return };
        let Body::Handling(listening) = &mut frame.body else { return };
        let mut listening = std::mem::take(listening);
        listening.count += 1;
        listening.item = Shared::default();
        if listen.foreach.is_some() {
            // What was done for an event is done, also where a later one faults and the task runs again.
            self.consume(task, vec![listening.last]);
        }
        match self.is_enough(task, listen, &listening.progress) {
            Ok(true) => self.finish_listening(task, listening),
            Ok(false) => self.await_event(task, listen, listening),
            Err(error) => self.fault(task, error),
        }
    }

    /// The outcome of a subscription that is open is not wanted any more.
    pub(super) fn unsubscribe(&mut self, task: TaskId) {
        if let Some(frame) = self.frame_mut(task)
            && let Body::Listening(_) = frame.body
        {
            let attempt = frame.attempt;
            frame.body = Body::Idle;
            self.commands.push(Command::Unsubscribe { task, attempt });
        }
    }

    fn wanted(&self, task: TaskId, listen: &Listen, listening: &mut Listening, event: &Value) -> Wanted {
        let Some(frame) = self.state.frames.get(&task) else { return Wanted::No };
        if is_too_deep(event) {
            return Wanted::No;
        }
        let scope = self.scope(Some(task), &[]);
        let view = View { input: frame.input(), arguments: &scope };
        // What ends the listening is not part of what was listened to, so it is asked first.
        if let Some(Until::Events(until)) = &listen.to.until
            && until.take(&mut listening.until, event, &view)
        {
            return if until.is_met(&listening.until) { Wanted::Enough } else { Wanted::Partly };
        }
        if listen.to.take(&mut listening.progress, event, &view) { Wanted::Yes } else { Wanted::No }
    }

    fn handle_event(&mut self, task: TaskId, listen: &Listen, listening: Listening) {
        let item = listening.item.clone();
        let Some(frame) = self.frame_mut(task) else { return };
        frame.body = Body::Handling(listening);
        frame.waiting = None;
        match listen.foreach.as_ref().and_then(|foreach| foreach.list) {
            Some(list) => {
                self.record(task, TaskStatus::Running, Value::Null);
                self.sequence(Some(task), list, item);
            }
            None => self.item_done(task, item),
        }
    }

    /// Adds to the output what the event has become: the event as it was read, or what `foreach.output.as` makes of
    /// what its tasks have yielded.
    fn keep_item(&mut self, task: TaskId, listen: &Listen, output: Shared) -> Result<(), WorkflowError> {
        let Some(Body::Handling(listening)) = self.state.frames.get(&task).map(|frame| &frame.body) else {
            return Ok(());
        };
        let (item, index) = (listening.item.clone(), Value::from(listening.count));
        let mut kept = item.clone().into_value();
        if let Some(foreach) = &listen.foreach {
            let local = |output| foreach.local(&item, &index, output);
            let mut yielded = output.into_value();
            if let Some(template) = &foreach.output_as {
                yielded = self.evaluate(task, template, &yielded, &local(None))?;
                kept = yielded.clone();
            }
            self.fits(Some(task), "output for an event", foreach.output_schema.as_ref(), &kept)?;
            if let Some(template) = &foreach.export_as {
                let context = self.evaluate(task, template, &yielded, &local(Some(&yielded)))?;
                self.fits(Some(task), "exported context", foreach.export_schema.as_ref(), &context)?;
                self.state.job.context = context.into();
            }
        }
        if matches!(listen.to.until, Some(Until::Never)) {
            return Ok(());
        }
        let pointer = self.pointer_of(Some(task));
        let Some(Body::Handling(listening)) = self.frame_mut(task).map(|frame| &mut frame.body) else {
            return Ok(());
        };
        listening.bytes += kept.to_string().len();
        if listening.count >= MOST_EVENTS || listening.bytes > MOST_BYTES {
            let detail = format!(
                "it has gathered more than {MOST_EVENTS} events or {MOST_BYTES} bytes; make its output smaller with `foreach.output.as`"
            );
            return Err(Standard::Runtime.at(&pointer, "Runtime Error", detail));
        }
        // With its event beside it, until that is consumed for good.
        let (place, entry) = (listening.count, json!([listening.last, kept]));
        self.state.outputs.insert(task, place, entry.into());
        Ok(())
    }

    fn is_enough(&self, task: TaskId, listen: &Listen, progress: &Progress) -> Result<bool, WorkflowError> {
        match &listen.to.until {
            None => Ok(listen.to.is_met(progress)),
            Some(Until::Never | Until::Events(_)) => Ok(false),
            Some(Until::Condition(condition)) => {
                let gathered = self.state.outputs.of(task).map(|entry| entry[1].clone()).collect();
                self.holds(task, condition, &gathered, &[])
            }
        }
    }

    /// Asks for the next event.
    fn await_event(&mut self, task: TaskId, listen: &Listen, listening: Listening) {
        let waiting = Waiting::Event { since: self.at, types: listen.to.types() };
        if let Some(frame) = self.frame_mut(task) {
            frame.waiting = Some(waiting);
        }
        self.put_back(task, listen, listening);
        self.record(task, TaskStatus::Waiting, Value::Null);
    }

    /// Asks again, with nothing that anybody would see.
    fn put_back(&mut self, task: TaskId, listen: &Listen, listening: Listening) {
        let since = self.state.job.hears_from.unwrap_or(self.state.job.started_at);
        let namespace =
            self.program.definition["document"]["namespace"].as_str().unwrap_or_default().to_owned();
        let Some(frame) = self.frame_mut(task) else { return };
        let (attempt, after) = (frame.attempt, listening.last);
        frame.body = Body::Listening(listening);
        let filters = listen.to.constants();
        self.commands.push(Command::Subscribe { task, attempt, namespace, after, since, filters });
    }

    fn finish_listening(&mut self, task: TaskId, listening: Listening) {
        if let Some(frame) = self.frame_mut(task) {
            frame.body = Body::Handling(Listening::default());
            frame.waiting = None;
        }
        let mut spent = listening.spent;
        let mut gathered = Vec::new();
        for entry in self.state.outputs.take_of(task).into_iter().map(Shared::into_value) {
            if let Value::Array(mut entry) = entry {
                gathered.extend(entry.pop());
                spent.extend(entry.first().and_then(Value::as_u64));
            }
        }
        self.leave(task, Value::Array(gathered), None);
        // A task that faults on its way out has consumed nothing: run again, it finds its events again.
        if !self.state.frames.contains_key(&task) {
            self.consume(task, spent);
        }
    }

    fn consume(&mut self, task: TaskId, sequences: Vec<u64>) {
        if !sequences.is_empty() {
            let next = TaskId(self.state.next_task);
            self.commands.push(Command::Consume { task, sequences, next });
        }
    }
}

/// What an event is to a task that listens.
enum Wanted {
    No,
    Yes,
    /// One of several that end it.
    Partly,
    /// It ends it.
    Enough,
}

impl Foreach {
    fn local<'v>(
        &'v self,
        item: &'v Value,
        index: &'v Value,
        output: Option<&'v Value>,
    ) -> Vec<(&'v str, Cow<'v, Value>)> {
        let mut local =
            vec![(self.item.as_str(), Cow::Borrowed(item)), (self.at.as_str(), Cow::Borrowed(index))];
        local.extend(output.map(|output| ("output", Cow::Borrowed(output))));
        local
    }
}

impl Listening {
    /// A variable of the tasks for an event.
    pub(super) fn variable(&self, listen: &Listen, name: &str) -> Option<Cow<'_, Value>> {
        let foreach = listen.foreach.as_ref()?;
        if name == foreach.item {
            return Some(Cow::Borrowed(&self.item));
        }
        (name == foreach.at).then(|| Cow::Owned(Value::from(self.count)))
    }
}
