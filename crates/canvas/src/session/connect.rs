//! Drawing a line from a task's port to where its `then` shall lead.

use flow::{Pointer, TaskKind, edit::Edit};
use serde_json::Value;

use super::{Announcement, Effects, Refusal, Session, change::place_of};
use crate::{Direction, Hit, NodeKind, Point, Rect};

/// A line under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    pub task: Pointer,
    /// The port, in the scene.
    pub from: Point,
    /// The pointer, in the scene.
    pub to: Point,
    pub target: Option<ConnectionTarget>,
    /// Why it would lead nowhere.
    pub refusal: Option<Refusal>,
}

/// Where a `then` can lead; `rect` is what lights up.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectionTarget {
    /// The task right after: no directive is needed.
    Next {
        task: Pointer,
        rect: Rect,
    },
    Task {
        task: Pointer,
        rect: Rect,
    },
    /// Out of the box around the task.
    Exit {
        rect: Rect,
    },
    /// The end of the workflow.
    End {
        rect: Rect,
    },
}

impl ConnectionTarget {
    pub fn rect(&self) -> Rect {
        match self {
            Self::Next { rect, .. } | Self::Task { rect, .. } | Self::Exit { rect } | Self::End { rect } => {
                *rect
            }
        }
    }

    /// What `then` says; `None` where it is not written at all.
    fn directive(&self) -> Option<String> {
        match self {
            Self::Next { .. } => None,
            Self::Task { task, .. } => task.last(),
            Self::Exit { .. } => Some("exit".to_owned()),
            Self::End { .. } => Some("end".to_owned()),
        }
    }
}

/// How far from its middle a port is grabbed, in screen pixels.
const PORT_REACH: f64 = 9.0;

impl Session {
    /// Where a task's port is: in the middle of the side that the flow leaves by. Branches of a fork have none.
    pub fn port(&self, task: &Pointer) -> Option<Point> {
        let node = self.scene.node(task)?;
        let parent = node.parent.and_then(|parent| self.scene.nodes.get(parent));
        let is_branch = parent.is_some_and(|parent| parent.kind == NodeKind::Task(Some(TaskKind::Fork)));
        if node.kind == NodeKind::CatchLane || is_branch {
            return None;
        }
        let center = node.rect.center();
        Some(match self.options.direction {
            Direction::TopDown => Point { x: center.x, y: node.rect.bottom() },
            Direction::LeftRight => Point { x: node.rect.right(), y: center.y },
        })
    }

    /// The selected task whose port is under a point of the screen. Ports are there for selected tasks only, so that no
    /// other press is taken for one.
    pub(super) fn port_under(&self, position: Point) -> Option<Pointer> {
        let reach = PORT_REACH.max(PORT_REACH * self.viewport.zoom);
        let near = |task: &&Pointer| {
            self.port(task).is_some_and(|port| self.viewport.to_screen(port).distance(position) <= reach)
        };
        self.selection.lead.iter().find(near).cloned()
    }

    pub(super) fn connection_at(&self, task: Pointer, screen: Point) -> Option<Connection> {
        let from = self.port(&task)?;
        let to = self.viewport.to_scene(screen);
        let (target, refusal) = match self.aim_connection(&task, to) {
            Ok(target) => (Some(target), None),
            Err(refusal) => (None, Some(refusal)),
        };
        Some(Connection { task, from, to, target, refusal })
    }

    fn aim_connection(&self, task: &Pointer, at: Point) -> Result<ConnectionTarget, Refusal> {
        if self.scene.end.contains(at) {
            return Ok(ConnectionTarget::End { rect: self.scene.end });
        }
        let Hit::Node { node, .. } = self.scene.hit(at) else { return Err(Refusal::NoPlace) };
        let (list, index) = place_of(task).ok_or(Refusal::OutOfStep)?;
        let mut around = self.scene.task_of(node).map(|node| node.pointer.clone());
        while let Some(other) = around {
            let rect = self.scene.node(&other).map(|node| node.rect).unwrap_or_default();
            match place_of(&other) {
                Some((other_list, _)) if other_list == list && other == *task => {
                    return Err(Refusal::LeadsToItself);
                }
                Some((other_list, at)) if other_list == list && at == index + 1 => {
                    return Ok(ConnectionTarget::Next { task: other, rect });
                }
                Some((other_list, _)) if other_list == list => {
                    return Ok(ConnectionTarget::Task { task: other, rect });
                }
                _ if task.is_within(&other) => return Ok(ConnectionTarget::Exit { rect }),
                _ => around = other.parent().and_then(|parent| self.shown_task(&parent)),
            }
        }
        Err(Refusal::OtherScope)
    }

    pub(super) fn connect(&mut self, connection: Connection, effects: &mut Effects) -> Result<(), Refusal> {
        let Connection { task, target, refusal, .. } = connection;
        let target = target.ok_or(refusal.unwrap_or(Refusal::NoPlace))?;
        let at = task.child("then");
        let directive = target.directive();
        let edit = match &directive {
            Some(then) => Edit::SetMember { at, value: Value::from(then.as_str()) },
            None if at.get(self.document.root()).is_none() => return Ok(()),
            None => Edit::RemoveMember { at },
        };
        let revision = self.revision;
        self.commit(&edit, effects)?;
        if self.revision != revision {
            let name = task.last().unwrap_or_default();
            let target = match &target {
                ConnectionTarget::Next { task, .. } | ConnectionTarget::Task { task, .. } => task.last(),
                ConnectionTarget::Exit { .. } | ConnectionTarget::End { .. } => directive,
            };
            effects.announce(Announcement::Connected { name, target: target.unwrap_or_default() });
        }
        Ok(())
    }
}
