//! What an edit costs in documents of different size, measured in one run: the ratio is what counts, not the figures.
//!
//! Typing into a field must cost the same everywhere. An edit that moves tasks reads what it changes, which is counted in
//! the tests of the session; shifting the rest is linear, and must stay a small part of a layout.

#![expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
#![expect(clippy::expect_used, reason = "what is measured here is written here")]

use std::time::Instant;

use canvas::{Act, Input, InsertPlace, LayoutOptions, Point, Session, Size, layout};
use flow::{Document, Pointer};
use serde_json::{Value, json};

const SIZES: [usize; 4] = [100, 1_000, 5_000, 10_000];

fn main() {
    let rows: Vec<[f64; 5]> = SIZES.into_iter().map(measure).collect();
    println!("microseconds, median; the last column is the ratio of the largest to the smallest document");
    for (what, name) in ["typing", "undo of it", "insertion", "drag step", "layout"].iter().enumerate() {
        let figures: Vec<String> = rows.iter().map(|row| format!("{:>10.1}", row[what])).collect();
        let ratio = rows.last().map_or(1.0, |last| last[what] / rows[0][what]);
        println!("{name:<12}{} {ratio:>8.1} x", figures.concat());
    }
    println!("{:<12}{}", "tasks", SIZES.map(|size| format!("{size:>10}")).concat());
}

fn measure(size: usize) -> [f64; 5] {
    let document = Document::from_value(runbook(size));
    let laid_out = median(9, |_| {
        std::hint::black_box(layout(&document, &LayoutOptions::default()));
    });
    let mut session = Session::new(document, LayoutOptions::default());
    session.handle(Input::Resized { size: Size { width: 1000.0, height: 800.0 } });
    let cards: Vec<Pointer> = session
        .scene()
        .nodes
        .iter()
        .filter(|node| node.shape == canvas::NodeShape::Card)
        .map(|node| node.pointer.clone())
        .collect();
    let middle = cards.get(cards.len() / 2).cloned().expect("a card");
    session.handle(Input::Select { pointer: Some(middle.clone()) });
    let typed = median(99, |turn| {
        let value = json!(format!("https://a.example/{turn}"));
        session.handle(Input::SetMember { at: middle.child("with").child("endpoint"), value });
    });
    session.handle(Input::FieldVisitEnded);
    let undone = median(9, |_| {
        session.handle(Input::Do { act: Act::Undo });
        session.handle(Input::Do { act: Act::Redo });
    }) / 2.0;
    let inserted = median(9, |turn| {
        let task = json!({ "set": { "turn": turn } });
        session.handle(Input::InsertFromPalette { name: "new".into(), task, place: InsertPlace::After });
    });
    session.handle(Input::PaletteDragStarted { name: "new".into(), task: json!({ "set": {} }) });
    let dragged = median(99, |turn| {
        let position = Point { x: 300.0 + turn as f64 * 3.0, y: 300.0 + turn as f64 };
        session.handle(Input::PaletteDragMoved { position });
    });
    [typed, undone, inserted, dragged, laid_out]
}

fn median(turns: usize, mut act: impl FnMut(usize)) -> f64 {
    let mut times: Vec<f64> = (0..turns)
        .map(|turn| {
            let before = Instant::now();
            act(turn);
            before.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Stages of parallel sites with steps, as `bench/runbook.mjs` has them.
fn runbook(size: usize) -> Value {
    let wide = ((size as f64).sqrt() / 3.2).round().max(2.0) as usize;
    let (mut left, mut stages) = (size, Vec::new());
    while left > 0 {
        let mut sites = Vec::new();
        while sites.len() < wide && left > 0 {
            let steps: Vec<Value> = (0..left.min(12))
                .map(|step| {
                    let endpoint = format!("https://site-{step}.example/health");
                    let task = json!({ "call": "http", "with": { "method": "get", "endpoint": endpoint } });
                    json!({ format!("check{}", left - step): task })
                })
                .collect();
            left -= steps.len();
            sites.push(json!({ format!("site{left}"): { "do": steps } }));
        }
        stages.push(json!({ format!("stage{left}"): { "fork": { "branches": sites } } }));
    }
    json!({ "do": stages })
}
