//! Which key means which act on the canvas.

use canvas::{Act, Input};
use flow::edit::WrapKind;

/// What a key on the canvas asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyAct {
    Send(Input),
    /// To the form of the selected task.
    Open,
    /// To the field of its name.
    Rename,
    /// To the search for the next task.
    Add,
    /// Into the workflow that the task runs.
    Peek,
    /// To the menu of everything that can be done with the task.
    Menu,
    /// While it is held a drag pans; let go of without one, it folds.
    Space,
}

/// A key press, as the browser tells it. `command` is Ctrl, or Cmd on a Mac.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    pub(super) key: &'a str,
    pub(super) command: bool,
    pub(super) shift: bool,
    pub(super) alt: bool,
}

/// What the key means, or `None`: then it is the browser's.
pub(super) fn meaning(pressed: Key<'_>) -> Option<KeyAct> {
    let Key { key, command, shift, alt } = pressed;
    let act = match key {
        "Delete" | "Backspace" => Act::Delete,
        "Escape" => Act::Escape,
        "ArrowUp" | "ArrowLeft" if shift => Act::ExtendEarlier,
        "ArrowDown" | "ArrowRight" if shift => Act::ExtendLater,
        "ArrowUp" if alt => Act::MoveEarlier,
        "ArrowLeft" if alt => Act::MoveOut,
        "ArrowRight" if alt => Act::MoveIn,
        "ArrowDown" if alt => Act::MoveLater,
        "ArrowUp" => Act::Up,
        "ArrowDown" => Act::Down,
        "ArrowLeft" => Act::Left,
        "ArrowRight" => Act::Right,
        "Home" => Act::First,
        "End" => Act::Last,
        " " => return Some(KeyAct::Space),
        "a" | "A" if command => Act::SelectAll,
        "g" | "G" if command && shift => Act::Unwrap,
        "d" | "D" if command => Act::Duplicate,
        "z" if command && !shift => Act::Undo,
        "z" | "Z" if command => Act::Redo,
        "y" | "Y" if command => Act::Redo,
        "Enter" => return Some(KeyAct::Open),
        "F2" => return Some(KeyAct::Rename),
        "ContextMenu" => return Some(KeyAct::Menu),
        "F10" if shift => return Some(KeyAct::Menu),
        "a" | "A" if !alt => return Some(KeyAct::Add),
        "p" | "P" if !alt && !command => return Some(KeyAct::Peek),
        "d" | "D" if !alt => Act::ToggleDisabled,
        "g" if command => return Some(KeyAct::Send(Input::Wrap { kind: WrapKind::Do })),
        "F" if !command && !alt => return Some(KeyAct::Send(Input::FitSelection)),
        "+" | "=" if !command => return Some(KeyAct::Send(Input::ZoomBy { factor: 1.25 })),
        "-" if !command => return Some(KeyAct::Send(Input::ZoomBy { factor: 0.8 })),
        "0" if !command => return Some(KeyAct::Send(Input::ZoomTo { zoom: 1.0 })),
        "f" if !command && !alt => return Some(KeyAct::Send(Input::Fit)),
        _ => return None,
    };
    Some(KeyAct::Send(Input::Do { act }))
}

/// What a key means wherever tasks have the focus: on the canvas and in the outline beside it.
pub fn canvas_key(event: &leptos::ev::KeyboardEvent) -> Option<KeyAct> {
    let key = event.key();
    meaning(Key {
        key: &key,
        command: event.ctrl_key() || event.meta_key(),
        shift: event.shift_key(),
        alt: event.alt_key(),
    })
}

/// Whether an act leaves the document as it is.
pub(super) fn only_looks(act: Act) -> bool {
    match act {
        Act::Up
        | Act::Down
        | Act::Left
        | Act::Right
        | Act::First
        | Act::Last
        | Act::Escape
        | Act::SelectAll
        | Act::ExtendEarlier
        | Act::ExtendLater
        | Act::ToggleCollapsed => true,
        Act::Cut
        | Act::Unwrap
        | Act::Delete
        | Act::Undo
        | Act::Redo
        | Act::Duplicate
        | Act::MoveEarlier
        | Act::MoveLater
        | Act::MoveIn
        | Act::MoveOut
        | Act::ToggleDisabled => false,
    }
}
