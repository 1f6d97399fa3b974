//! Gestures by scripted inputs, with the invariants checked after each one.

use flow::{
    Document, Pointer,
    edit::{Edit, Side, WrapKind},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

mod several;

use crate::{Badge, Direction, GestureKind, LayoutOptions, NodeKind, Point, Rect, Size, layout};

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).expect("a pointer")
}

fn open(list: Value) -> Session {
    let document = Document::from_value(json!({ "document": { "name": "test" }, "do": list }));
    let mut session = Session::new(document, LayoutOptions::default());
    session.handle(Input::Resized { size: Size { width: 1200.0, height: 900.0 } });
    session
}

/// Three tasks, the last a box with one.
fn three() -> Session {
    open(json!([
        { "a": { "set": { "x": 1 }, "then": "c" } },
        { "b": { "wait": "PT1S" } },
        { "c": { "do": [{ "inner": { "set": {} } }] } },
    ]))
}

/// Sends an input, and checks what must hold after each.
#[track_caller]
fn send(session: &mut Session, input: Input) -> Vec<Effect> {
    let before = session.clone();
    let effects = session.handle(input.clone());
    check_invariants(session, &input);
    let changed = before.document.to_json() != session.document.to_json();
    if changed {
        assert!(
            effects.contains(&Effect::DocumentChanged)
                && (effects.contains(&Effect::SceneChanged) || effects.contains(&Effect::TextsChanged)),
            "{input:?}"
        );
    }
    assert_eq!(
        before.selection != session.selection,
        effects.contains(&Effect::SelectionChanged),
        "{input:?}"
    );
    if effects.iter().any(|effect| matches!(effect, Effect::Refused { .. })) {
        assert!(!changed, "refused, and changed all the same: {input:?}");
    }
    effects
}

/// A scene that was shifted is off by what is lost in adding, far below what is seen.
fn rounded(scene: &Scene) -> Scene {
    let round = |value: &mut f64| *value = (*value * 1_024.0).round() / 1_024.0 + 0.0;
    let rect = |rect: &mut Rect| {
        [&mut rect.x, &mut rect.y, &mut rect.width, &mut rect.height].into_iter().for_each(round);
    };
    let mut scene = scene.clone();
    scene.nodes.iter_mut().for_each(|node| rect(&mut node.rect));
    scene.gaps.iter_mut().for_each(|gap| rect(&mut gap.rect));
    for edge in &mut scene.edges {
        let at = edge.label.as_mut().map(|label| &mut label.at);
        edge.points
            .iter_mut()
            .chain(at)
            .for_each(|point| [&mut point.x, &mut point.y].into_iter().for_each(round));
    }
    scene.find_areas();
    scene
}

#[track_caller]
fn check_invariants(session: &Session, input: &Input) {
    let (scene, anew) = (rounded(&session.scene), rounded(&layout(&session.document, &session.options)));
    assert_eq!(scene, anew, "stale scene after {input:?}");
    assert!(session.scene.index == anew.index, "stale index after {input:?}");
    for selected in &session.selection.marked {
        let node = session.scene.node(selected);
        assert!(
            node.is_some_and(|node| matches!(node.kind, NodeKind::Task(_))),
            "{selected} after {input:?}"
        );
    }
    let lead = session.selection.lead.as_ref();
    assert_eq!(lead.is_some(), !session.selection.marked.is_empty(), "{input:?}");
    assert!(lead.is_none_or(|lead| session.selection.marked.contains(lead)), "{input:?}");
    assert!(session.viewport.pan.is_sound() && session.viewport.zoom > 0.0, "{input:?}");
    if session.history.can_undo() {
        let mut copy = session.clone();
        let now = copy.document.to_json();
        copy.handle(Input::Do { act: Act::Undo });
        copy.handle(Input::Do { act: Act::Redo });
        assert_eq!(copy.document.to_json(), now, "undo and redo after {input:?}");
    }
}

fn center(session: &Session, task: &str) -> Point {
    let node = session.scene.node(&pointer(task)).expect("a node");
    let rect = match node.shape {
        crate::NodeShape::Card => node.rect,
        _ => Rect { height: crate::sizes::HEADER, ..node.rect },
    };
    session.viewport.to_screen(rect.center())
}

fn gap(session: &Session, list: &str, index: usize) -> Point {
    let gap = session.scene.gaps.iter().find(|gap| gap.list.as_str() == list && gap.index == index);
    session.viewport.to_screen(gap.expect("a gap").rect.center())
}

fn drag(session: &mut Session, from: Point, to: Point, alt: bool) -> Vec<Effect> {
    let modifiers = Modifiers { alt, ..Modifiers::default() };
    send(session, Input::PointerDown { position: from, button: PointerButton::Primary, modifiers });
    let half = Point { x: (from.x + to.x) / 2.0, y: (from.y + to.y) / 2.0 };
    send(session, Input::PointerMoved { position: half, modifiers });
    send(session, Input::PointerMoved { position: to, modifiers });
    send(session, Input::PointerUp { position: to, modifiers })
}

fn names(session: &Session) -> Vec<String> {
    flow::view::tasks(session.document()).map(|task| task.pointer.to_string()).collect()
}

fn act(session: &mut Session, act: Act) -> Vec<Effect> {
    send(session, Input::Do { act })
}

#[test]
fn a_task_dragged_onto_a_gap_moves_there_as_one_step() {
    let mut session = three();
    let first = session.document.to_json();
    let (from, to) = (center(&session, "/do/1/b"), gap(&session, "/do/2/c/do", 1));
    drag(&mut session, from, to, false);
    assert_eq!(names(&session), ["/do/0/a", "/do/1/c", "/do/1/c/do/0/inner", "/do/1/c/do/1/b"]);
    assert_eq!(session.selection(), Some(&pointer("/do/1/c/do/1/b")));
    act(&mut session, Act::Undo);
    assert_eq!(session.document.to_json(), first);
    assert!(!session.history().can_undo());
}

#[test]
fn alt_copies_and_a_box_does_not_go_into_itself() {
    let mut session = three();
    let (from, to) = (center(&session, "/do/1/b"), gap(&session, "/do", 0));
    drag(&mut session, from, to, true);
    assert_eq!(names(&session)[..2], ["/do/0/b-2", "/do/1/a"]);
    let (from, to) = (center(&session, "/do/3/c"), gap(&session, "/do/3/c/do", 1));
    let modifiers = Modifiers::default();
    send(&mut session, Input::PointerDown { position: from, button: PointerButton::Primary, modifiers });
    send(&mut session, Input::PointerMoved { position: to, modifiers });
    assert_eq!(session.gesture(), GestureKind::Dragging);
    // The nearest place that can take it lights up instead, outside the box.
    let target = session.preview().and_then(|preview| preview.target.clone());
    assert!(!matches!(target, Some(DropTarget::Gap { list, .. }) if list.as_str() == "/do/3/c/do"));
    act(&mut session, Act::Escape);
    assert_eq!(session.gesture(), GestureKind::Idle);
    assert!(session.preview().is_none());
}

#[test]
fn a_drop_far_from_everything_is_refused_with_its_reason() {
    let mut session = three();
    let from = center(&session, "/do/1/b");
    let effects = drag(&mut session, from, Point { x: 1190.0, y: 890.0 }, false);
    assert!(effects.contains(&Effect::Refused { refusal: Refusal::NoPlace }));
}

#[test]
fn the_side_of_a_task_makes_a_branch_and_then_extends_it() {
    let mut session = three();
    let side = |session: &Session, task: &str, x: f64| {
        let rect = session.scene.node(&pointer(task)).expect("a node").rect;
        session.viewport.to_screen(Point { x: rect.x + rect.width * x, y: rect.y + 30.0 })
    };
    let (from, to) = (center(&session, "/do/1/b"), side(&session, "/do/0/a", 0.9));
    drag(&mut session, from, to, false);
    assert_eq!(
        session.document.root()["do"][0],
        json!({ "fork": { "fork": { "branches": [{ "a": { "set": { "x": 1 } } }, { "b": { "wait": "PT1S" } }] }, "then": "c" } })
    );
    send(
        &mut session,
        Input::PaletteDragStarted { name: "gate".into(), task: json!({ "call": "manual-gate" }) },
    );
    let at = side(&session, "/do/0/fork/fork/branches/0/a", 0.1);
    send(&mut session, Input::PaletteDragMoved { position: at });
    let branch = session.preview().and_then(|preview| preview.target.clone());
    assert!(matches!(branch, Some(DropTarget::Branch { side: Side::Before, .. })));
    send(&mut session, Input::PaletteDropped { position: at });
    assert_eq!(session.selection(), Some(&pointer("/do/0/fork/fork/branches/0/gate")));
    act(&mut session, Act::Undo);
    act(&mut session, Act::Undo);
    assert_eq!(names(&session), names(&three()));
}

#[test]
fn the_palette_fills_an_empty_workflow_by_pointer_and_by_key() {
    let mut session = open(json!([]));
    let at = gap(&session, "/do", 0);
    send(&mut session, Input::PaletteDragStarted { name: "http".into(), task: json!({ "call": "http" }) });
    send(&mut session, Input::PaletteDragMoved { position: at });
    assert!(session.preview().is_some_and(DropPreview::is_valid));
    let effects = send(&mut session, Input::PaletteDropped { position: at });
    let name = "http".to_owned();
    assert!(effects.contains(&Effect::Announce { announcement: Announcement::Inserted { name } }));
    let insert =
        |place| Input::InsertFromPalette { name: "http".into(), task: json!({ "call": "http" }), place };
    send(&mut session, insert(InsertPlace::After));
    send(&mut session, insert(InsertPlace::Branch));
    assert_eq!(
        names(&session),
        ["/do/0/http", "/do/1/fork", "/do/1/fork/fork/branches/0/http-2", "/do/1/fork/fork/branches/1/http"]
    );
    let effects = send(&mut session, insert(InsertPlace::Inside));
    assert!(effects.contains(&Effect::Refused { refusal: Refusal::NotABox }));
}

#[test]
fn deleting_warns_of_what_pointed_there_and_keeps_the_focus() {
    let mut session = three();
    send(&mut session, Input::Select { pointer: Some(pointer("/do/2/c/do/0/inner/set")) });
    assert_eq!(session.selection(), Some(&pointer("/do/2/c/do/0/inner")));
    act(&mut session, Act::Delete);
    assert_eq!(session.selection(), Some(&pointer("/do/2/c")));
    let effects = act(&mut session, Act::Delete);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Warned { .. })));
    assert_eq!(session.selection(), Some(&pointer("/do/1/b")));
    act(&mut session, Act::Undo);
    assert_eq!(session.selection(), Some(&pointer("/do/2/c")));
}

#[test]
fn a_field_visit_is_one_step_and_escape_takes_it_back() {
    let mut session = three();
    let write = |session: &mut Session, text: &str| {
        send(session, Input::SetMember { at: pointer("/do/1/b/wait"), value: text.into() })
    };
    write(&mut session, "PT2");
    write(&mut session, "PT2S");
    send(&mut session, Input::FieldVisitEnded);
    write(&mut session, "PT3S");
    act(&mut session, Act::Escape);
    assert_eq!(session.document.root()["do"][1]["b"]["wait"], "PT2S");
    act(&mut session, Act::Undo);
    assert_eq!(session.document.root()["do"][1]["b"]["wait"], "PT1S");
    assert!(!session.history().can_undo());
    act(&mut session, Act::Redo);
    assert_eq!(session.document.root()["do"][1]["b"]["wait"], "PT2S");
}

#[test]
fn arrows_walk_the_flow_as_it_reads_and_across_branches() {
    let mut session = open(json!([
        { "a": { "set": {} } },
        { "both": { "fork": { "branches": [{ "left": { "do": [{ "deep": { "set": {} } }] } }, { "right": { "set": {} } }] } } },
        { "t": { "try": [{ "tried": { "set": {} } }], "catch": { "do": [{ "caught": { "set": {} } }] } } },
    ]));
    let mut walked = Vec::new();
    for step in [
        Act::Down,
        Act::Down,
        Act::Down,
        Act::Down,
        Act::Right,
        Act::Left,
        Act::Last,
        Act::Left,
        Act::Right,
        Act::Up,
        Act::Up,
        Act::Up,
        Act::First,
        Act::Up,
    ] {
        act(&mut session, step);
        walked.push(session.selection().and_then(Pointer::last).expect("a selection"));
    }
    assert_eq!(walked.join(" "), "a both left deep right left caught tried caught tried t right a a");
}

#[test]
fn a_click_selects_the_ground_clears_and_a_finger_on_it_pans() {
    let mut session = three();
    let at = center(&session, "/do/0/a");
    let modifiers = Modifiers::default();
    send(&mut session, Input::PointerDown { position: at, button: PointerButton::Primary, modifiers });
    send(&mut session, Input::PointerUp { position: at, modifiers });
    assert_eq!(session.selection(), Some(&pointer("/do/0/a")));
    let ground = Point { x: 5.0, y: 5.0 };
    let before = session.viewport();
    let touch = |session: &mut Session, to: Point| {
        send(session, Input::PointerDown { position: ground, button: PointerButton::Touch, modifiers });
        send(session, Input::PointerMoved { position: to, modifiers });
    };
    touch(&mut session, Point { x: 105.0, y: 55.0 });
    send(&mut session, Input::PointerUp { position: Point { x: 105.0, y: 55.0 }, modifiers });
    assert_eq!(session.viewport().pan.x, before.pan.x + 100.0);
    assert_eq!(session.selection(), Some(&pointer("/do/0/a")));
    touch(&mut session, Point { x: 50.0, y: 50.0 });
    let moved = session.viewport();
    act(&mut session, Act::Escape);
    assert!(moved != session.viewport() && session.viewport().pan.x == before.pan.x + 100.0);
    send(&mut session, Input::PointerDown { position: ground, button: PointerButton::Primary, modifiers });
    send(&mut session, Input::PointerUp { position: ground, modifiers });
    assert_eq!(session.selection(), None);
}

#[test]
fn a_collapsed_box_stays_collapsed_when_it_moves_and_opens_for_what_is_sought_in_it() {
    let mut session = three();
    send(&mut session, Input::Select { pointer: Some(pointer("/do/2/c/do/0/inner")) });
    send(&mut session, Input::ToggleCollapsed { task: pointer("/do/2/c") });
    assert_eq!(session.selection(), Some(&pointer("/do/2/c")));
    act(&mut session, Act::MoveEarlier);
    assert!(session.collapsed().contains(&pointer("/do/1/c")));
    send(&mut session, Input::Select { pointer: Some(pointer("/do/1/c/do/0/inner")) });
    assert!(session.collapsed().is_empty());
    let effects = send(&mut session, Input::ToggleCollapsed { task: pointer("/do/0/a") });
    assert!(effects.contains(&Effect::Refused { refusal: Refusal::NotABox }));
}

#[test]
fn what_was_above_an_edit_does_not_jump_on_the_screen() {
    let mut session = three();
    let before = center(&session, "/do/0/a");
    let edit =
        Edit::AddBranch { task: pointer("/do/1/b"), side: Side::Before, name: "n".into(), value: json!({}) };
    let viewport = session.viewport();
    send(&mut session, Input::Edit { edit });
    assert_eq!(session.viewport().zoom, viewport.zoom);
    assert!(center(&session, "/do/0/a").distance(before) < 1e-6);
}

#[test]
fn the_source_view_replaces_all_and_can_be_undone() {
    let mut session = three();
    let first = session.document.to_json();
    send(&mut session, Input::ReplaceDocument { root: json!({ "do": [] }) });
    let effects = send(&mut session, Input::ReplaceDocument { root: json!([]) });
    assert!(matches!(&effects[..], [Effect::Refused { refusal }] if refusal.code() == "not-an-object"));
    act(&mut session, Act::Undo);
    assert_eq!(session.document.to_json(), first);
}

fn position() -> impl Strategy<Value = Point> {
    prop_oneof![
        9 => (0.0..1200.0, 0.0..900.0).prop_map(|(x, y)| Point { x, y }),
        1 => Just(Point { x: f64::NAN, y: f64::INFINITY }),
    ]
}

/// Inputs name tasks by a number, resolved against the scene when they are sent.
fn input(session: &Session, kind: u8, at: Point, one: usize, two: usize) -> Input {
    let any = |number: usize| {
        let nodes = &session.scene.nodes;
        nodes.get(number % nodes.len().max(1)).map_or_else(Pointer::root, |node| node.pointer.clone())
    };
    let node = || {
        let nodes = &session.scene.nodes;
        let rect = nodes.get(one % nodes.len().max(1)).map_or(session.scene.start, |node| node.rect);
        let share = (two % 10) as f64 / 10.0;
        session.viewport.to_screen(Point { x: rect.x + rect.width * share, y: rect.y + 10.0 })
    };
    let gap = || {
        let gaps = &session.scene.gaps;
        let rect = gaps.get(two % gaps.len().max(1)).map_or(session.scene.end, |gap| gap.rect);
        session.viewport.to_screen(rect.center())
    };
    let modifiers =
        Modifiers { alt: one.is_multiple_of(4), space: two.is_multiple_of(9), shift: two.is_multiple_of(5) };
    let name = ["a", "b", "c", "end", ""][one % 5].to_owned();
    let task = || {
        [
            json!({ "set": {}, "then": "b" }),
            json!({ "do": [] }),
            json!({ "try": [{ "a": { "set": {} } }], "catch": { "then": "a" } }),
            json!({ "fork": { "branches": [{ "x": { "wait": "PT1S" } }] } }),
            json!({ "switch": [{ "y": { "when": ".y", "then": "a" } }] }),
            json!(null),
        ][two % 6]
            .clone()
    };
    let members: [&[&str]; 13] = [
        &["note"],
        &["if"],
        &["then"],
        &["set", "a"],
        &["wait"],
        &["with", "endpoint"],
        &["metadata", "mas.canvas", "note"],
        &["for", "each"],
        &["fork", "compete"],
        &["catch", "errors", "with", "type"],
        &["errors"],
        &["call"],
        &["do"],
    ];
    let places = [InsertPlace::After, InsertPlace::Before, InsertPlace::Inside, InsertPlace::Branch];
    let acts = [
        Act::Delete,
        Act::Undo,
        Act::Redo,
        Act::Escape,
        Act::Duplicate,
        Act::Up,
        Act::Down,
        Act::Left,
        Act::Right,
        Act::First,
        Act::Last,
        Act::MoveEarlier,
        Act::MoveLater,
        Act::MoveIn,
        Act::MoveOut,
        Act::ToggleDisabled,
        Act::ToggleCollapsed,
        Act::Undo,
        Act::Redo,
        Act::Cut,
        Act::Unwrap,
        Act::SelectAll,
        Act::ExtendEarlier,
        Act::ExtendLater,
    ];
    match kind {
        0 => Input::PointerDown { position: at, button: PointerButton::Primary, modifiers },
        1..=4 => Input::PointerDown { position: node(), button: PointerButton::Primary, modifiers },
        5 => Input::PointerMoved { position: at, modifiers },
        6..=8 => Input::PointerMoved { position: gap(), modifiers },
        9 => Input::PointerMoved { position: node(), modifiers },
        10..=12 => Input::PointerUp { position: gap(), modifiers },
        13 => Input::PointerUp { position: node(), modifiers },
        14 => Input::Wheel {
            position: at,
            delta: Point { x: one as f64 % 300.0, y: two as f64 % 300.0 - 150.0 },
            zoom: one.is_multiple_of(2),
        },
        15..=19 => Input::Do { act: acts[one % acts.len()] },
        20 | 21 => Input::PaletteDragStarted { name, task: task() },
        22 => Input::PaletteDragMoved { position: gap() },
        23 => Input::PaletteDropped { position: gap() },
        24 => Input::PaletteDropped { position: node() },
        25..=27 => Input::InsertFromPalette { name, task: task(), place: places[one % 4].clone() },
        28 => Input::Rename { task: any(one), name },
        29 => Input::SetMember {
            at: members[two % members.len()].iter().fold(any(one), |at, name| at.child(name)),
            value: [json!(two % 3), json!("${ false }"), json!({ "each": "x" })][one % 3].clone(),
        },
        30 => Input::RemoveMember {
            at: members[two % members.len()].iter().fold(any(one), |at, name| at.child(name)),
        },
        31 => Input::FieldVisitEnded,
        32 => Input::ReplaceDocument { root: json!({ "do": [{ "a": task() }] }) },
        33 => Input::Select { pointer: (!two.is_multiple_of(5)).then(|| any(one)) },
        34 => Input::ToggleCollapsed { task: any(one) },
        35 => Input::SetDirection {
            direction: if two.is_multiple_of(2) { Direction::TopDown } else { Direction::LeftRight },
        },
        36 => Input::ZoomBy { factor: (one % 5) as f64 / 2.0 },
        37 => Input::Fit,
        39 => Input::Wrap { kind: [WrapKind::Fork, WrapKind::Do, WrapKind::Try, WrapKind::For][two % 4] },
        40 => Input::ToggleSelected { task: any(two) },
        41 => Input::Paste { text: format!("[{{\"{name}\":{}}}]", task()) },
        42 => Input::Paste { text: session.copied().unwrap_or_default() },
        43 => Input::Tick { milliseconds: two as f64 % 40.0 },
        44 => Input::FitSelection,
        45 => Input::PointerDown {
            position: session
                .selection()
                .and_then(|lead| session.port(lead))
                .map_or(at, |port| session.viewport.to_screen(port)),
            button: PointerButton::Primary,
            modifiers: Modifiers::default(),
        },
        46 => Input::PointerDown { position: at, button: PointerButton::Touch, modifiers },
        38 => Input::Edit { edit: Edit::WrapTasks { tasks: vec![any(one)], kind: WrapKind::Try } },
        _ => Input::PointerCancelled,
    }
}

#[test]
fn typing_into_a_field_moves_nothing_and_is_read_at_once() {
    let mut session = three();
    send(&mut session, Input::Select { pointer: Some(pointer("/do/1/b")) });
    let before = session.scene().clone();
    let effects =
        send(&mut session, Input::SetMember { at: pointer("/do/1/b/if"), value: json!("${ false }") });
    assert!(effects.contains(&Effect::TextsChanged) && !effects.contains(&Effect::SceneChanged));
    let badges = |scene: &Scene| scene.node(&pointer("/do/1/b")).map(|node| node.badges.clone());
    assert_eq!(badges(session.scene()), Some(vec![Badge::Disabled]));
    assert_eq!(session.scene().edges, before.edges);
    act(&mut session, Act::Undo);
    assert_eq!(*session.scene(), before);
    // A line is drawn for it.
    let effects = send(&mut session, Input::SetMember { at: pointer("/do/0/a/then"), value: json!("end") });
    assert!(effects.contains(&Effect::SceneChanged));
}

/// Stages of sites of steps, a few hundred or many thousand tasks.
fn stages(stages: usize) -> Session {
    let steps = |stage: usize, site: usize| -> Value {
        (0..8).map(|step| json!({ format!("step{stage}-{site}-{step}"): { "wait": "PT1S" } })).collect()
    };
    let sites = |stage: usize| -> Value {
        (0..8).map(|site| json!({ format!("site{stage}-{site}"): { "do": steps(stage, site) } })).collect()
    };
    let list =
        (0..stages).map(|stage| json!({ format!("stage{stage}"): { "fork": { "branches": sites(stage) } } }));
    open(list.collect())
}

#[test]
fn an_edit_reads_what_it_changes_and_not_the_document() {
    let read = |count: usize| -> Vec<usize> {
        let mut session = stages(count);
        let task = pointer("/do/1/stage1/fork/branches/2/site1-2/do/3/step1-2-3");
        send(&mut session, Input::Select { pointer: Some(task.clone()) });
        let mut read = Vec::new();
        let mut note = |session: &mut Session, input: Input| {
            let effects = send(session, input);
            assert!(!effects.iter().any(|effect| matches!(effect, Effect::Refused { .. })), "{effects:?}");
            read.push(session.read_anew());
        };
        note(&mut session, Input::SetMember { at: task.child("wait"), value: json!("PT2S") });
        let new = json!({ "set": {} });
        note(
            &mut session,
            Input::InsertFromPalette { name: "new".into(), task: new, place: InsertPlace::After },
        );
        note(&mut session, Input::Do { act: Act::MoveEarlier });
        let task = pointer("/do/1/stage1/fork/branches/2/site1-2/do/4/step1-2-3");
        note(&mut session, Input::Rename { task, name: "z".into() });
        note(&mut session, Input::Do { act: Act::Undo });
        note(&mut session, Input::Do { act: Act::Undo });
        note(&mut session, Input::Do { act: Act::Undo });
        read
    };
    let (small, large) = (read(2), read(130));
    assert_eq!(small, large, "the same in 146 tasks and in 9,490");
    assert!(large.iter().all(|read| *read <= 8), "{large:?}");
}

#[test]
fn watched_tasks_are_followed_wherever_edits_take_them() {
    let mut session = three();
    let watched = ["/do/0/a", "/do/1/b", "/do/2/c"].map(pointer);
    session.watch((0..).zip(watched).collect());
    send(&mut session, Input::Select { pointer: Some(pointer("/do/1/b")) });
    act(&mut session, Act::MoveEarlier);
    send(&mut session, Input::Rename { task: pointer("/do/1/a"), name: "z".into() });
    let now: Vec<&str> = session.watched().values().map(Pointer::as_str).collect();
    assert_eq!(now, ["/do/1/z", "/do/0/b", "/do/2/c"]);
    act(&mut session, Act::Delete);
    act(&mut session, Act::Undo);
    assert_eq!(session.watched().len(), 2, "what was deleted is another one when it comes back");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn no_order_of_inputs_panics_and_undoing_all_returns_the_first_document(
        steps in prop::collection::vec((0..48u8, position(), any::<usize>(), any::<usize>()), 1..60),
    ) {
        let mut session = three();
        let first = session.document.to_json();
        for (kind, at, one, two) in steps {
            let next = input(&session, kind, at, one, two);
            send(&mut session, next);
        }
        while session.history().can_undo() {
            session.handle(Input::Do { act: Act::Undo });
        }
        prop_assert_eq!(session.document.to_json(), first);
    }
}
