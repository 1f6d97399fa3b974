//! Acts on the whole selection, each as one step: delete, duplicate, move, copy, paste, wrap, unwrap.

use flow::{
    Pointer,
    edit::{Edit, Warning, WrapKind, plan},
};
use serde_json::Value;

use super::{Announcement, Effects, Refusal, Session, change::place_of, selection::Selection};
use crate::fields::disabled::{is_disabled, switched_off, switched_on};

/// What a step left behind.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The tasks to select.
    pub(super) tasks: Vec<Pointer>,
    pub(super) warnings: Vec<Warning>,
}

impl Session {
    /// Makes several edits as one step, or none of them. `None` where they changed nothing.
    pub(super) fn one_step(
        &mut self,
        effects: &mut Effects,
        make: impl FnOnce(&mut Self) -> Result<Done, Refusal>,
    ) -> Result<Option<Vec<Pointer>>, Refusal> {
        self.end_visit();
        let (mark, revision) = (self.history.mark(), self.revision);
        let done = match make(self) {
            Ok(done) => done,
            Err(refusal) => {
                if let Some(diff) = self.history.bail_to_mark(&mut self.document, mark) {
                    self.follow(&diff);
                    self.refresh(effects);
                }
                return Err(refusal);
            }
        };
        self.history.squash_to_mark(mark);
        if self.revision == revision {
            return Ok(None);
        }
        if !done.tasks.is_empty() {
            self.selection = Selection::of(done.tasks.clone());
        }
        self.refresh(effects);
        self.reveal_selection();
        effects.warn(done.warnings);
        Ok(Some(done.tasks))
    }

    pub(super) fn delete_selected(&mut self, effects: &mut Effects) -> Result<(), Refusal> {
        let tasks = self.acted_on()?;
        if let [task] = tasks.as_slice() {
            return self.commit(&Edit::RemoveTask { task: task.clone() }, effects);
        }
        self.cancel_gesture(effects);
        let count = tasks.len();
        let removed = self.one_step(effects, |session| {
            let mut done = Done::default();
            let mut left = tasks;
            while !left.is_empty() {
                let task = left.remove(0);
                session.step(&Edit::RemoveTask { task }, &mut done, &mut left)?;
            }
            Ok(done)
        })?;
        if removed.is_some() {
            effects.announce(Announcement::RemovedSeveral { count });
        }
        Ok(())
    }

    pub(super) fn duplicate_selected(&mut self, effects: &mut Effects) -> Result<(), Refusal> {
        let tasks = self.acted_on()?;
        if let [task] = tasks.as_slice() {
            let (list, index) = place_of(task).ok_or(Refusal::OutOfStep)?;
            return self.commit(&Edit::CopyTask { task: task.clone(), list, index: index + 1 }, effects);
        }
        let (list, index) = tasks.last().and_then(place_of).ok_or(Refusal::OutOfStep)?;
        let copies = self.entries(&tasks);
        self.insert_all(list, index + 1, copies, effects)
    }

    /// Puts tasks into a list as one step.
    pub(super) fn insert_all(
        &mut self,
        list: Pointer,
        index: usize,
        tasks: Vec<(String, Value)>,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        self.cancel_gesture(effects);
        let count = tasks.len();
        let inserted = self.one_step(effects, |session| session.insert_entries(list, index, tasks))?;
        if inserted.is_some() {
            effects.announce(Announcement::InsertedSeveral { count });
        }
        Ok(())
    }

    /// Puts copies of tasks into a list.
    pub(super) fn copy_all(
        &mut self,
        tasks: &[Pointer],
        list: Pointer,
        index: usize,
    ) -> Result<Done, Refusal> {
        if let [task] = tasks {
            let mut done = Done::default();
            let focus =
                self.step(&Edit::CopyTask { task: task.clone(), list, index }, &mut done, &mut Vec::new())?;
            done.tasks.extend(focus);
            return Ok(done);
        }
        let copies = self.entries(tasks);
        self.insert_entries(list, index, copies)
    }

    fn insert_entries(
        &mut self,
        list: Pointer,
        index: usize,
        tasks: Vec<(String, Value)>,
    ) -> Result<Done, Refusal> {
        let count = tasks.len();
        let mut done = Done::default();
        let focus = self.step(&Edit::InsertTasks { list, index, tasks }, &mut done, &mut Vec::new())?;
        if let Some((list, first)) = focus.as_ref().and_then(place_of) {
            done.tasks = self.tasks_at(&list, first, count);
        }
        Ok(done)
    }

    /// Moves tasks to a place, in their order. Where they come from one list, a `then` among them still stands after.
    pub(super) fn move_all(
        &mut self,
        tasks: Vec<Pointer>,
        list: Pointer,
        index: usize,
    ) -> Result<Done, Refusal> {
        let then_among = self.then_among(&tasks);
        let mut done = Done::default();
        let (mut left, mut list, mut index) = (tasks, list, index);
        while !left.is_empty() {
            let task = left.remove(0);
            let edit = Edit::MoveTask { task, list: list.clone(), index };
            let focus = self.step(&edit, &mut done, &mut left)?.ok_or(Refusal::OutOfStep)?;
            let (next_list, at) = place_of(&focus).ok_or(Refusal::OutOfStep)?;
            (list, index) = (next_list, at + 1);
            done.tasks.push(focus);
        }
        for (from, to) in then_among {
            let (Some(holder), Some(target)) =
                (done.tasks.get(from).cloned(), done.tasks.get(to).and_then(Pointer::last))
            else {
                continue;
            };
            let at = holder.child("then");
            if at.get(self.document.root()).is_none() {
                self.step(&Edit::SetMember { at, value: target.into() }, &mut done, &mut Vec::new())?;
                // It was dropped on the way, and is there again.
                let is_back = |warning: &Warning| matches!(warning, Warning::ThenRemoved { task, .. } if *task == holder);
                done.warnings.retain(|warning| !is_back(warning));
            }
        }
        Ok(done)
    }

    pub(super) fn wrap_selected(&mut self, kind: WrapKind, effects: &mut Effects) -> Result<(), Refusal> {
        let tasks = self.acted_on()?;
        self.commit(&Edit::WrapTasks { tasks, kind }, effects)
    }

    pub(super) fn unwrap_selected(&mut self, effects: &mut Effects) -> Result<(), Refusal> {
        let [task] = <[Pointer; 1]>::try_from(self.acted_on()?).map_err(|_| Refusal::NotABox)?;
        self.commit(&Edit::UnwrapTask { task }, effects)
    }

    /// All of them off; where all of them are, on. What a task's condition was comes back with it.
    pub(super) fn toggle_disabled(&mut self, effects: &mut Effects) -> Result<(), Refusal> {
        let tasks = self.acted_on()?;
        let conditions: Vec<(Pointer, Option<Value>)> = tasks
            .iter()
            .map(|task| task.child("if"))
            .map(|at| (at.clone(), at.get(self.document.root()).cloned()))
            .collect();
        let on = conditions.iter().all(|(_, condition)| is_disabled(condition.as_ref()));
        let edits = conditions.into_iter().filter_map(|(at, condition)| match condition {
            Some(condition) if on => Some(match switched_on(&condition) {
                Some(value) => Edit::SetMember { at, value },
                None => Edit::RemoveMember { at },
            }),
            condition if is_disabled(condition.as_ref()) => None,
            condition => Some(Edit::SetMember { at, value: switched_off(condition.as_ref()) }),
        });
        self.cancel_gesture(effects);
        let (edits, count) = (edits.collect::<Vec<_>>(), tasks.len());
        self.one_step(effects, |session| {
            let mut done = Done { tasks, ..Done::default() };
            for edit in &edits {
                session.step(edit, &mut done, &mut Vec::new())?;
            }
            Ok(done)
        })?;
        effects.announce(if on {
            Announcement::SwitchedOn { count }
        } else {
            Announcement::SwitchedOff { count }
        });
        Ok(())
    }

    /// The selected tasks as entries of a list: their names and themselves.
    pub(super) fn entries(&self, tasks: &[Pointer]) -> Vec<(String, Value)> {
        let root = self.document.root();
        tasks.iter().filter_map(|task| Some((task.last()?, task.get(root)?.clone()))).collect()
    }

    /// The outermost selected tasks.
    pub(super) fn acted_on(&self) -> Result<Vec<Pointer>, Refusal> {
        let tasks = self.outermost();
        if tasks.is_empty() { Err(Refusal::NothingSelected) } else { Ok(tasks) }
    }

    /// Makes one edit of a step; what was done before and the tasks that are left follow it. Gives the task that it
    /// leads to.
    pub(super) fn step(
        &mut self,
        edit: &Edit,
        done: &mut Done,
        left: &mut Vec<Pointer>,
    ) -> Result<Option<Pointer>, Refusal> {
        let diff = plan(&self.document, edit)?;
        let following =
            |pointers: &Vec<Pointer>| pointers.iter().filter_map(|pointer| diff.follow(pointer)).collect();
        (done.tasks, *left) = (following(&done.tasks), following(left));
        let warnings = std::mem::take(&mut done.warnings);
        done.warnings = warnings.into_iter().filter_map(|warning| warning.follow(&diff)).collect();
        let outcome = self.make(diff)?;
        done.warnings.extend(outcome.warnings);
        Ok(outcome.focus)
    }

    fn tasks_at(&self, list: &Pointer, first: usize, count: usize) -> Vec<Pointer> {
        let items = list.get(self.document.root()).and_then(Value::as_array);
        let items = items.into_iter().flatten().enumerate().skip(first).take(count);
        let named = items.filter_map(|(index, item)| Some((index, item.as_object()?.keys().next()?)));
        named.map(|(index, name)| list.index(index).child(name)).collect()
    }

    /// Which of the tasks lead to which by their `then`, by position, where both stand in one list.
    fn then_among(&self, tasks: &[Pointer]) -> Vec<(usize, usize)> {
        let root = self.document.root();
        let place = |task: &Pointer| Some((place_of(task)?.0, task.last()?));
        let places: Vec<_> = tasks.iter().map(place).collect();
        let leads = tasks.iter().enumerate().filter_map(|(from, task)| {
            let target = task.child("then").get(root)?.as_str()?;
            let (list, _) = places.get(from)?.as_ref()?;
            let to = places.iter().position(|place| {
                place.as_ref().is_some_and(|(other, name)| other == list && name == target)
            })?;
            Some((from, to))
        });
        leads.collect()
    }
}
