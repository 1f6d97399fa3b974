//! The selection moved by keys: along its list, into the box before it, and out of the box around it. One step each.

use flow::{Pointer, edit::EditError, view::possible_child_lists};
use serde_json::Value;

use super::{Announcement, Effects, Refusal, Session, change::place_of};

#[derive(Clone, Copy)]
pub(super) enum Way {
    Earlier,
    Later,
    In,
    Out,
}

impl Session {
    pub(super) fn shift(&mut self, way: Way, effects: &mut Effects) -> Result<(), Refusal> {
        let tasks = self.acted_on()?;
        let (list, index) = self.shifted(&tasks, way)?;
        self.cancel_gesture(effects);
        let moved = self.one_step(effects, |session| session.move_all(tasks, list, index))?;
        match moved.as_deref() {
            None => {}
            Some([task]) => effects.announce(Announcement::Moved { name: task.last().unwrap_or_default() }),
            Some(tasks) => effects.announce(Announcement::MovedSeveral { count: tasks.len() }),
        }
        Ok(())
    }

    /// Where tasks of one list go; the index counts in the list as it is now.
    fn shifted(&self, tasks: &[Pointer], way: Way) -> Result<(Pointer, usize), Refusal> {
        let mut places = Vec::with_capacity(tasks.len());
        for task in tasks {
            places.push(place_of(task).ok_or(Refusal::OutOfStep)?);
        }
        let (list, first) = places.first().cloned().ok_or(Refusal::NothingSelected)?;
        if places.iter().any(|(other, _)| *other != list) {
            return Err(EditError::NotSiblings.into());
        }
        let last = places.last().map_or(first, |(_, last)| *last);
        let root = self.document.root();
        match way {
            Way::Earlier => Ok((list, first.checked_sub(1).ok_or(Refusal::AtTheEdge)?)),
            Way::Later => {
                let length = list.get(root).and_then(Value::as_array).map_or(0, Vec::len);
                if last + 1 >= length {
                    return Err(Refusal::AtTheEdge);
                }
                Ok((list, last + 2))
            }
            Way::In => {
                let before = first.checked_sub(1).ok_or(Refusal::NoBoxBefore)?;
                let entry = list.index(before).get(root).and_then(Value::as_object);
                let name = entry.and_then(|entry| entry.keys().next()).ok_or(Refusal::NoBoxBefore)?;
                let around = list.index(before).child(name);
                let value = around.get(root).ok_or(Refusal::NoBoxBefore)?;
                let inside = possible_child_lists(&around, value).into_iter().next();
                Ok((inside.ok_or(Refusal::NoBoxBefore)?.pointer, usize::MAX))
            }
            Way::Out => {
                let around = self.shown_task(&list).ok_or(Refusal::NoBoxAround)?;
                let (list, index) = place_of(&around).ok_or(Refusal::NoBoxAround)?;
                Ok((list, index + 1))
            }
        }
    }
}
