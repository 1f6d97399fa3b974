//! What a person sees: nothing overlaps, everything stands in its box, and the same definition looks the same.

use flow::Document;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Badge, EdgeEnd, EdgeKind, NodeShape, Rect};

/// A drawing in text: nodes with their place, then lines by what they join, then gaps.
fn check(document: Value, direction: Direction) -> String {
    let scene =
        layout(&Document::from_value(document), &LayoutOptions { direction, ..LayoutOptions::default() });
    assert_sound(&scene);
    let mut text = String::new();
    let rect = |rect: Rect| format!("{},{} {}×{}", rect.x, rect.y, rect.width, rect.height);
    for node in &scene.nodes {
        let indent = "  ".repeat(node.depth);
        let name = node.pointer.last().unwrap_or_default();
        text.push_str(&format!("{indent}{name} {:?} [{}]", node.shape, rect(node.rect)));
        if !node.subtitle.is_empty() {
            text.push_str(&format!(" {}", node.subtitle));
        }
        node.badges.iter().for_each(|badge| text.push_str(&format!(" {badge:?}")));
        text.push('\n');
    }
    let end = |end: EdgeEnd| match end {
        EdgeEnd::Node(node) => scene.nodes[node].pointer.last().unwrap_or_default(),
        other => format!("({other:?})"),
    };
    for edge in &scene.edges {
        let label = edge.label.as_ref().map_or(String::new(), |label| format!(" \"{}\"", label.text));
        text.push_str(&format!("{} → {} {:?}{label}\n", end(edge.from), end(edge.to), edge.kind));
    }
    for gap in &scene.gaps {
        text.push_str(&format!("gap {}[{}] {}\n", gap.list, gap.index, rect(gap.rect)));
    }
    text.push_str(&format!("bounds {}×{}\n", scene.bounds.width, scene.bounds.height));
    text
}

#[track_caller]
fn assert_sound(scene: &Scene) {
    let mut children: Vec<Vec<Rect>> = vec![Vec::new(); scene.nodes.len() + 1];
    for (index, node) in scene.nodes.iter().enumerate() {
        let around = node.parent.map_or(scene.bounds, |parent| scene.nodes[parent].rect);
        assert!(around.encloses(&node.rect), "{} leaves its box", node.pointer);
        assert!(node.parent.is_none_or(|parent| parent < index));
        children[node.parent.map_or(0, |parent| parent + 1)].push(node.rect);
    }
    children[0].extend([scene.start, scene.end]);
    for mut siblings in children {
        siblings.sort_by(|left, right| left.x.total_cmp(&right.x).then(left.y.total_cmp(&right.y)));
        for (index, rect) in siblings.iter().enumerate() {
            for other in siblings[index + 1..].iter().take_while(|other| other.x < rect.right()) {
                assert!(!rect.overlaps(other), "{rect:?} overlaps {other:?}");
            }
        }
    }
    for gap in &scene.gaps {
        assert!(scene.bounds.encloses(&gap.rect), "{gap:?}");
        let cards = scene.nodes.iter().filter(|node| node.shape == NodeShape::Card);
        cards.for_each(|card| assert!(!card.rect.overlaps(&gap.rect), "{gap:?} lies on {}", card.pointer));
    }
    for edge in &scene.edges {
        assert!(edge.points.len() >= 2);
        edge.points.iter().for_each(|point| assert!(scene.bounds.contains(*point), "{edge:?}"));
        for pair in edge.points.windows(2) {
            assert!(pair[0].x == pair[1].x || pair[0].y == pair[1].y, "{edge:?} is not right-angled");
        }
    }
}

fn failover() -> Value {
    json!({ "do": [
        { "checks": { "fork": { "compete": true, "branches": [
            { "a": { "call": "http", "with": { "method": "get", "endpoint": "https://a.example/health" } } },
            { "b": { "wait": { "minutes": 1, "seconds": 30 }, "if": "${ .slow }" } },
        ] } } },
        { "approve": { "call": "manual-gate:1.0.0@default", "with": { "message": "Fail over?" }, "timeout": "PT1H" } },
        { "decide": { "switch": [
            { "no": { "when": ".no", "then": "end" } },
            { "again": { "when": ".again", "then": "checks" } },
            { "yes": { "then": "continue" } },
        ] } },
        { "guarded": { "try": [{ "dns": { "call": "dns-record-add:1.0.0@default", "with": { "region": "site-b", "ttl": 300 } } }],
            "catch": { "retry": { "limit": {} } } } },
    ] })
}

#[test]
fn a_runbook_reads_from_top_to_bottom() {
    insta::assert_snapshot!(check(failover(), Direction::TopDown), @r#"
checks Box [40,108 600×142] Compete
  a Card [100,166 220×60] GET https://a.example/health
  b Card [360,166 220×60] 1 min 30 s Condition { expression: "${ .slow }" }
approve Card [230,290 220×60] Fail over? Gate Timeout
decide Card [230,390 220×66] no · again · yes
guarded Box [210,496 540×208] Retry
  dns Card [230,570 220×60] site-b · 300
  catch Lane [470,550 260×134]
checks → a Branch
a → checks Join
checks → b Branch
b → checks Join
guarded → dns Enter
dns → guarded Leave
guarded → catch Catch
(Start) → checks Sequence
checks → approve Sequence
approve → decide Sequence
decide → guarded Case "yes"
guarded → (End) Sequence
decide → (End) Case "no"
decide → checks Case "again"
gap /do[0] 230,68 220×40
gap /do/0/checks/fork/branches[0] 60,166 40×60
gap /do/0/checks/fork/branches[1] 320,166 40×60
gap /do/0/checks/fork/branches[2] 580,166 40×60
gap /do[1] 230,250 220×40
gap /do[2] 230,350 220×40
gap /do[3] 230,456 220×40
gap /do/3/guarded/try[0] 230,530 220×40
gap /do/3/guarded/try[1] 230,630 220×40
gap /do/3/guarded/catch/do[0] 490,604 220×60
gap /do[4] 230,704 220×40
bounds 838×812
"#);
}

#[test]
fn a_runbook_reads_from_left_to_right() {
    insta::assert_snapshot!(check(failover(), Direction::LeftRight), @r#"
checks Box [108,40 268×314] Compete
  a Card [132,134 220×60] GET https://a.example/health
  b Card [132,234 220×60] 1 min 30 s Condition { expression: "${ .slow }" }
approve Card [416,184 220×60] Fail over? Gate Timeout
decide Card [676,184 220×60] no · again · yes
guarded Box [936,130 300×288] Retry
  dns Card [976,184 220×60] site-b · 300
  catch Lane [956,264 260×134]
checks → a Branch
a → checks Join
checks → b Branch
b → checks Join
guarded → dns Enter
dns → guarded Leave
guarded → catch Catch
(Start) → checks Sequence
checks → approve Sequence
approve → decide Sequence
decide → guarded Case "yes"
guarded → (End) Sequence
decide → (End) Case "no"
decide → checks Case "again"
gap /do[0] 68,184 40×60
gap /do/0/checks/fork/branches[0] 132,94 220×40
gap /do/0/checks/fork/branches[1] 132,194 220×40
gap /do/0/checks/fork/branches[2] 132,294 220×40
gap /do[1] 376,184 40×60
gap /do[2] 636,184 40×60
gap /do[3] 896,184 40×60
gap /do/3/guarded/try[0] 936,184 40×60
gap /do/3/guarded/try[1] 1196,184 40×60
gap /do/3/guarded/catch/do[0] 976,318 220×60
gap /do[4] 1236,184 40×60
bounds 1344×506
"#);
}

#[test]
fn an_empty_definition_has_one_large_place_for_the_first_task() {
    for empty in [json!({}), json!({ "do": [] }), json!(null), json!({ "do": [7, "no task"] })] {
        let scene = layout(&Document::from_value(empty), &LayoutOptions::default());
        assert!(scene.nodes.is_empty());
        assert_eq!(scene.gaps.len(), 1);
        assert!(scene.gaps[0].empty && scene.gaps[0].list.as_str() == "/do");
    }
}

#[test]
fn a_jump_out_of_a_box_and_one_to_nowhere_are_both_seen() {
    let scene = layout(
        &Document::from_value(json!({ "do": [{ "box": { "do": [
            { "a": { "set": {}, "then": "exit" } },
            { "b": { "set": {}, "then": "ghost" } },
        ] } }] })),
        &LayoutOptions::default(),
    );
    assert_sound(&scene);
    let seen: Vec<_> = scene
        .edges
        .iter()
        .filter(|edge| edge.to == EdgeEnd::Open)
        .map(|edge| (edge.kind, edge.label.as_ref().map(|label| label.text.as_str())))
        .collect();
    assert_eq!(seen, [(EdgeKind::Then, Some("exit")), (EdgeKind::Dangling, Some("ghost"))]);
}

#[test]
fn a_collapsed_box_is_a_card_that_counts_what_it_hides() {
    let task = Pointer::parse("/do/0/checks").expect("a pointer");
    let options = LayoutOptions { collapsed: [task.clone()].into(), ..LayoutOptions::default() };
    let scene = layout(&Document::from_value(failover()), &options);
    assert_sound(&scene);
    let node = scene.node(&task).expect("the box");
    assert_eq!(node.shape, NodeShape::Card);
    assert!(node.badges.contains(&Badge::Collapsed { tasks: 2 }));
    assert!(scene.gaps.iter().all(|gap| !gap.list.is_within(&task)));
}

#[test]
fn ten_thousand_tasks_are_laid_out_in_linear_time() {
    let list = |length: usize| -> Value {
        (0..length)
            .map(|index| {
                let name = format!("task-{index}");
                let next = format!("task-{}", (index + 7) % length);
                match index % 5 {
                    0 => json!({ name: { "call": "http", "then": next } }),
                    1 => json!({ name: { "switch": [{ "far": { "when": ".x", "then": next } }] } }),
                    2 => json!({ name: { "fork": { "branches": [{ "a": { "set": {} } }, { "b": { "set": {} } }] } } }),
                    _ => json!({ name: { "set": { "x": 1 } } }),
                }
            })
            .collect()
    };
    // Quadratic work would take minutes here; no clock is needed to notice.
    let document = Document::from_value(json!({ "do": list(7_200) }));
    let scene = layout(&document, &LayoutOptions::default());
    assert_eq!(scene.nodes.len(), 7_200 + 2 * 1_440);
}

fn task() -> impl Strategy<Value = Value> {
    let name = || prop::sample::select(vec!["a", "b", "c", "d"]);
    let target = || prop::sample::select(vec!["a", "b", "c", "end", "exit", "continue", "ghost"]);
    let leaf = (0..4u8, prop::option::of(target()), target(), target()).prop_map(|(kind, then, one, two)| {
        let mut task = match kind {
            0 => json!({ "call": "http" }),
            1 => json!({ "switch": [{ "x": { "when": ".x", "then": one } }, { "y": { "then": two } }] }),
            2 => json!({ "switch": [{ "x": { "when": ".x", "then": one } }, { "y": { "when": ".y", "then": two } }] }),
            _ => json!({ "listen": {} }),
        };
        if let (Some(then), Some(members)) = (then, task.as_object_mut()) {
            members.insert("then".into(), then.into());
        }
        task
    });
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let list = || {
            prop::collection::vec((name(), inner.clone()), 0..5).prop_map(|tasks| {
                Value::Array(tasks.into_iter().map(|(name, task)| json!({ name: task })).collect())
            })
        };
        (0..6u8, list(), list(), target()).prop_map(|(kind, list, other, then)| match kind {
            0 => json!({ "do": list, "then": then }),
            1 => json!({ "fork": { "branches": list }, "then": then }),
            2 => json!({ "try": list, "catch": { "do": other, "then": then } }),
            3 => json!({ "try": list, "then": then }),
            4 => json!({ "listen": {}, "foreach": { "do": list } }),
            _ => json!({ "for": {}, "do": list }),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_definition_overlaps_itself(tasks in prop::collection::vec(task(), 0..5), collapse in any::<bool>(), sideways in any::<bool>()) {
        let list: Vec<Value> = tasks.into_iter().zip(["a", "b", "c", "d", "e"])
            .map(|(task, name)| json!({ name: task })).collect();
        let document = Document::from_value(json!({ "do": list }));
        let mut options = LayoutOptions {
            direction: if sideways { Direction::LeftRight } else { Direction::TopDown },
            ..LayoutOptions::default()
        };
        let scene = layout(&document, &options);
        assert_sound(&scene);
        prop_assert_eq!(&scene, &layout(&document, &options));
        let tasks = flow::view::tasks(&document).count();
        let drawn = scene.nodes.iter().filter(|node| node.shape != NodeShape::Lane).count();
        prop_assert_eq!(tasks, drawn);
        if collapse {
            options.collapsed = scene.nodes.iter().step_by(3).map(|node| node.pointer.clone()).collect();
            assert_sound(&layout(&document, &options));
        }
    }
}
