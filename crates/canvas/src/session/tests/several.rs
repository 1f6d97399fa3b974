//! Gestures and acts on several tasks: marquee, moves, the clipboard, boxes, ports, and the canvas under a held pointer.

use super::*;
use crate::session::{ConnectionTarget, Effects};

fn press(session: &mut Session, task: &str, modifiers: Modifiers) {
    let position = center(session, task);
    send(session, Input::PointerDown { position, button: PointerButton::Primary, modifiers });
    send(session, Input::PointerUp { position, modifiers });
}

fn shift() -> Modifiers {
    Modifiers { shift: true, ..Modifiers::default() }
}

fn selected(session: &Session) -> Vec<String> {
    session.selected_tasks().iter().filter_map(Pointer::last).collect()
}

/// Draws a marquee between two points of the scene.
fn marquee(session: &mut Session, from: Point, to: Point, modifiers: Modifiers) {
    let (from, to) = (session.viewport.to_screen(from), session.viewport.to_screen(to));
    send(session, Input::PointerDown { position: from, button: PointerButton::Primary, modifiers });
    send(session, Input::PointerMoved { position: to, modifiers });
    assert_eq!(session.gesture(), GestureKind::Marquee);
    assert!(session.marquee().is_some());
    send(session, Input::PointerUp { position: to, modifiers });
}

#[test]
fn a_marquee_takes_what_it_touches_and_shift_adds() {
    let mut session = three();
    let rect = session.scene.node(&pointer("/do/1/b")).expect("a node").rect;
    let corner = Point { x: rect.x - 30.0, y: rect.y + 10.0 };
    marquee(&mut session, corner, Point { x: rect.x + 20.0, y: rect.y + 20.0 }, Modifiers::default());
    assert_eq!(selected(&session), ["b"]);
    let first = session.scene.node(&pointer("/do/0/a")).expect("a node").rect;
    let corner = Point { x: first.x - 30.0, y: first.y + 5.0 };
    marquee(&mut session, corner, Point { x: first.x + 5.0, y: first.y + 8.0 }, shift());
    assert_eq!(selected(&session), ["a", "b"]);
    // The whole scene: the box is taken, not what stands in it.
    let far = Point { x: session.scene.bounds.right(), y: session.scene.bounds.bottom() };
    marquee(&mut session, Point { x: 1.0, y: 1.0 }, far, Modifiers::default());
    assert_eq!(selected(&session), ["a", "b", "c"]);
}

#[test]
fn a_marquee_that_is_given_up_leaves_the_selection_as_it_was() {
    let mut session = three();
    press(&mut session, "/do/2/c/do/0/inner", Modifiers::default());
    let from = session.viewport.to_screen(Point { x: 1.0, y: 1.0 });
    let modifiers = Modifiers::default();
    send(&mut session, Input::PointerDown { position: from, button: PointerButton::Primary, modifiers });
    {
        let position = center(&session, "/do/1/b");
        send(&mut session, Input::PointerMoved { position, modifiers });
    }
    assert!(!selected(&session).contains(&"inner".to_owned()));
    act(&mut session, Act::Escape);
    assert_eq!(selected(&session), ["inner"]);
}

#[test]
fn shift_selects_several_and_one_drag_moves_them_as_one_step() {
    let mut session = three();
    let first = session.document.to_json();
    press(&mut session, "/do/0/a", Modifiers::default());
    press(&mut session, "/do/1/b", shift());
    let (from, to) = (center(&session, "/do/0/a"), gap(&session, "/do/2/c/do", 1));
    drag(&mut session, from, to, false);
    assert_eq!(names(&session), ["/do/0/c", "/do/0/c/do/0/inner", "/do/0/c/do/1/a", "/do/0/c/do/2/b"]);
    assert_eq!(selected(&session), ["a", "b"]);
    act(&mut session, Act::Undo);
    assert_eq!(session.document.to_json(), first);
    assert!(!session.history().can_undo());
}

#[test]
fn tasks_that_lead_to_each_other_still_do_where_they_go_together() {
    let mut session = open(json!([
        { "a": { "set": {}, "then": "c" } },
        { "b": { "set": {} } },
        { "c": { "set": {}, "then": "b" } },
        { "box": { "do": [{ "inner": { "set": {} } }] } },
    ]));
    press(&mut session, "/do/0/a", Modifiers::default());
    press(&mut session, "/do/2/c", shift());
    let (from, to) = (center(&session, "/do/0/a"), gap(&session, "/do/3/box/do", 0));
    let effects = drag(&mut session, from, to, false);
    assert_eq!(
        session.document.root()["do"][1]["box"]["do"],
        json!([{ "a": { "set": {}, "then": "c" } }, { "c": { "set": {} } }, { "inner": { "set": {} } }])
    );
    // Only what is really gone is told: c led to b, which it left.
    let warned: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Warned { warning } => Some((warning.task().last().unwrap_or_default(), warning.target())),
            _ => None,
        })
        .collect();
    assert_eq!(warned, [("c".to_owned(), "b")]);
}

#[test]
fn what_is_copied_is_text_and_comes_back_with_free_names() {
    let mut session = three();
    press(&mut session, "/do/0/a", Modifiers::default());
    press(&mut session, "/do/2/c/do/0/inner", shift());
    let text = session.copied().expect("text");
    let mut other = open(json!([{ "a": { "set": {} } }]));
    send(&mut other, Input::Paste { text: text.clone() });
    assert_eq!(names(&other), ["/do/0/a", "/do/1/a-2", "/do/2/inner"]);
    assert_eq!(selected(&other), ["a-2", "inner"]);
    let effects = send(&mut other, Input::Paste { text: "a shopping list".into() });
    assert!(effects.contains(&Effect::Refused { refusal: Refusal::NoTasksInText }));
    act(&mut other, Act::Cut);
    assert_eq!(names(&other), ["/do/0/a"]);
    act(&mut other, Act::Undo);
    act(&mut other, Act::Undo);
    assert_eq!(names(&other), ["/do/0/a"]);
    assert!(!other.history().can_undo());
}

#[test]
fn several_are_wrapped_in_one_box_and_the_box_taken_away_again() {
    let mut session = three();
    press(&mut session, "/do/1/b", Modifiers::default());
    press(&mut session, "/do/2/c", shift());
    send(&mut session, Input::Wrap { kind: WrapKind::Try });
    assert_eq!(names(&session)[..3], ["/do/0/a", "/do/1/try", "/do/1/try/try/0/b"]);
    act(&mut session, Act::Unwrap);
    assert_eq!(names(&session)[..3], ["/do/0/a", "/do/1/b", "/do/2/c"]);
    press(&mut session, "/do/0/a", Modifiers::default());
    press(&mut session, "/do/2/c", shift());
    let effects = send(&mut session, Input::Wrap { kind: WrapKind::Do });
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Refused { refusal } if refusal.code() == "not-siblings"))
    );
}

#[test]
fn shift_and_arrows_grow_and_shrink_the_selection() {
    let mut session = three();
    press(&mut session, "/do/0/a", Modifiers::default());
    act(&mut session, Act::ExtendLater);
    act(&mut session, Act::ExtendLater);
    assert_eq!(selected(&session), ["a", "b", "c"]);
    act(&mut session, Act::ExtendEarlier);
    assert_eq!(selected(&session), ["a", "b"]);
    act(&mut session, Act::SelectAll);
    assert_eq!(selected(&session), ["a", "b", "c"]);
    act(&mut session, Act::Delete);
    assert!(names(&session).is_empty());
    act(&mut session, Act::Undo);
    assert_eq!(names(&session).len(), 4);
}

#[test]
fn a_line_from_a_port_sets_where_the_flow_goes() {
    let mut session = three();
    press(&mut session, "/do/1/b", Modifiers::default());
    let line = |session: &mut Session, to: Point| {
        let port = session.selection().and_then(|lead| session.port(lead)).expect("a port");
        let from = session.viewport.to_screen(port);
        let modifiers = Modifiers::default();
        send(session, Input::PointerDown { position: from, button: PointerButton::Primary, modifiers });
        send(session, Input::PointerMoved { position: to, modifiers });
        assert_eq!(session.gesture(), GestureKind::Connecting);
        send(session, Input::PointerUp { position: to, modifiers })
    };
    let then = |session: &Session| session.document.root()["do"][1]["b"].get("then").cloned();
    let back = center(&session, "/do/0/a");
    line(&mut session, back);
    assert_eq!(then(&session), Some(json!("a")));
    // The very next task needs no directive, whatever part of its box is aimed at.
    let next = center(&session, "/do/2/c/do/0/inner");
    line(&mut session, next);
    assert_eq!(then(&session), None);
    let end = session.viewport.to_screen(session.scene.end.center());
    line(&mut session, end);
    assert_eq!(then(&session), Some(json!("end")));
    press(&mut session, "/do/2/c/do/0/inner", Modifiers::default());
    let other = center(&session, "/do/0/a");
    let effects = line(&mut session, other);
    assert!(effects.contains(&Effect::Refused { refusal: Refusal::OtherScope }));
    let header = center(&session, "/do/2/c");
    line(&mut session, header);
    assert_eq!(session.document.root()["do"][2]["c"]["do"][0]["inner"]["then"], "exit");
}

#[test]
fn a_line_says_where_it_would_lead_and_escape_forgets_it() {
    let mut session = three();
    press(&mut session, "/do/0/a", Modifiers::default());
    let port = session.viewport.to_screen(session.port(&pointer("/do/0/a")).expect("a port"));
    let modifiers = Modifiers::default();
    send(&mut session, Input::PointerDown { position: port, button: PointerButton::Primary, modifiers });
    {
        let position = center(&session, "/do/2/c");
        send(&mut session, Input::PointerMoved { position, modifiers });
    }
    let target = session.connection().and_then(|line| line.target.clone());
    assert!(matches!(target, Some(ConnectionTarget::Task { task, .. }) if task == pointer("/do/2/c")));
    {
        let position = center(&session, "/do/0/a");
        send(&mut session, Input::PointerMoved { position, modifiers });
    }
    assert_eq!(session.connection().and_then(|line| line.refusal.clone()), Some(Refusal::LeadsToItself));
    act(&mut session, Act::Escape);
    assert!(session.connection().is_none() && !session.history().can_undo());
}

#[test]
fn the_canvas_moves_under_a_held_task_at_its_edge() {
    let mut session = three();
    let modifiers = Modifiers::default();
    let from = center(&session, "/do/0/a");
    send(&mut session, Input::PointerDown { position: from, button: PointerButton::Primary, modifiers });
    send(&mut session, Input::PointerMoved { position: Point { x: 600.0, y: 450.0 }, modifiers });
    assert!(!session.pans_by_itself());
    send(&mut session, Input::PointerMoved { position: Point { x: 600.0, y: 895.0 }, modifiers });
    assert!(session.pans_by_itself());
    let before = session.viewport();
    let effects = send(&mut session, Input::Tick { milliseconds: 16.0 });
    assert!(session.viewport().pan.y < before.pan.y && session.viewport().pan.x == before.pan.x);
    assert!(effects.contains(&Effect::PreviewChanged));
    act(&mut session, Act::Escape);
    assert!(!session.pans_by_itself());
    let before = session.viewport();
    session.tick(16.0, &mut Effects::default());
    assert_eq!(session.viewport(), before);
}

#[test]
fn keys_move_the_selection_along_into_a_box_and_out_of_it_one_step_each() {
    let mut session = three();
    let first = session.document.to_json();
    send(&mut session, Input::Select { pointer: Some(pointer("/do/0/a")) });
    send(&mut session, Input::ToggleSelected { task: pointer("/do/1/b") });
    act(&mut session, Act::MoveLater);
    assert_eq!(names(&session), ["/do/0/c", "/do/0/c/do/0/inner", "/do/1/a", "/do/2/b"]);
    act(&mut session, Act::MoveIn);
    assert_eq!(names(&session), ["/do/0/c", "/do/0/c/do/0/inner", "/do/0/c/do/1/a", "/do/0/c/do/2/b"]);
    assert_eq!(session.selected_tasks(), ["/do/0/c/do/1/a", "/do/0/c/do/2/b"].map(pointer));
    act(&mut session, Act::MoveEarlier);
    act(&mut session, Act::MoveOut);
    assert_eq!(names(&session), ["/do/0/c", "/do/0/c/do/0/inner", "/do/1/a", "/do/2/b"]);
    let refused = |session: &mut Session, way, refusal| {
        let effects = act(session, way);
        assert!(effects.contains(&Effect::Refused { refusal }), "{way:?}: {effects:?}");
    };
    refused(&mut session, Act::MoveLater, Refusal::AtTheEdge);
    refused(&mut session, Act::MoveOut, Refusal::NoBoxAround);
    send(&mut session, Input::Select { pointer: Some(pointer("/do/2/b")) });
    refused(&mut session, Act::MoveIn, Refusal::NoBoxBefore);
    for _ in 0..4 {
        act(&mut session, Act::Undo);
    }
    assert_eq!(session.document.to_json(), first);
    assert!(!session.history().can_undo());
}

#[test]
fn tasks_are_switched_off_and_on_together_and_keep_their_conditions() {
    let mut session = open(json!([
        { "a": { "set": {}, "if": "${ .ready }" } },
        { "b": { "wait": "PT1S" } },
        { "c": { "set": {}, "if": "${ false }" } },
    ]));
    let first = session.document.to_json();
    act(&mut session, Act::First);
    act(&mut session, Act::SelectAll);
    let effects = act(&mut session, Act::ToggleDisabled);
    let announcement = Announcement::SwitchedOff { count: 3 };
    assert!(effects.contains(&Effect::Announce { announcement }));
    assert_eq!(session.document.root()["do"][0]["a"]["if"], "${ false and (.ready) }");
    let off = |node: &crate::SceneNode| node.badges.contains(&Badge::Disabled);
    assert!(session.scene.nodes.iter().all(off));
    assert_eq!(session.selected_tasks().len(), 3);
    act(&mut session, Act::ToggleDisabled);
    assert_eq!(session.document.root()["do"][0]["a"]["if"], "${ .ready }");
    assert!(!session.scene.nodes.iter().any(off));
    act(&mut session, Act::Undo);
    act(&mut session, Act::Undo);
    assert_eq!(session.document.to_json(), first);
}
