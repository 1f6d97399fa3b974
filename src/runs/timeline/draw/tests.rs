use std::collections::HashSet;
use std::sync::Arc;

use wire::{JobStatus, Status, Task};

use super::super::axis::{Span, View};
use super::super::chart::Chart;
use super::*;

const BAR: (f64, f64) = (6.0, 16.0);

fn time(milliseconds: u64) -> Option<String> {
    let (minutes, seconds) = (milliseconds / 60_000, milliseconds % 60_000);
    Some(format!(
        "2026-11-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        20 + minutes / 1440,
        minutes / 60 % 24,
        minutes % 60,
        seconds / 1000,
        seconds % 1000
    ))
}

fn task(number: u64, pointer: String, from: u64, to: Option<u64>) -> Task {
    Task {
        task_id: number.to_string(),
        name: pointer.rsplit('/').next().unwrap_or_default().to_owned(),
        pointer,
        attempt: 1,
        status: if to.is_some() { Status::Completed } else { Status::Running },
        started_at: time(from),
        ended_at: to.and_then(time),
        ..Task::default()
    }
}

fn chart(tasks: Vec<Task>) -> Chart {
    let mut status = JobStatus { tasks, ..JobStatus::default() };
    status.job.status = Status::Running;
    status.job.started_at = time(0).unwrap_or_default();
    Chart::of(None, &status, &HashSet::new())
}

fn drawn(chart: &Chart, view: View, now: f64, rows: Range<usize>) -> Vec<Drawing> {
    let scale = Scale { span: view.span(Span::of_run(chart, now)), width: 1200.0 };
    chart.rows[rows].iter().map(|row| drawing(row, scale, now, BAR)).collect()
}

fn nodes(drawings: &[Drawing]) -> usize {
    // A row, its name and its picture; its shapes; the line under them; the duration.
    drawings
        .iter()
        .map(|one| {
            6 + one.strips.len() + usize::from(one.critical.is_some()) + usize::from(one.label.is_some())
        })
        .sum()
}

#[test]
fn ten_thousand_tasks_cost_what_is_seen() {
    let tasks = (0..10_000).map(|n| task(n, format!("/do/{n}/t"), n * 100, Some(n * 100 + 90))).collect();
    let chart = chart(tasks);
    assert_eq!(chart.rows.len(), 10_000);
    assert!(chart.rows.iter().all(|row| row.bars.len() == 1 && row.bars[0].is_critical), "one after another");
    let rows = rows_in_view(140_000.0, 800.0, 28.0, chart.rows.len());
    assert!(rows.contains(&5_000) && rows.contains(&5_027), "{rows:?}");
    let drawings = drawn(&chart, View::Whole, chart.from + 1_000_000.0, rows);
    assert!(nodes(&drawings) < 600, "{}", nodes(&drawings));
}

#[test]
fn ten_thousand_iterations_are_one_shape_and_each_is_found_when_zoomed() {
    let tasks =
        (0..10_000).map(|n| task(n, "/do/0/each/do/0/t".to_owned(), n * 100, Some(n * 100 + 50))).collect();
    let chart = chart(tasks);
    let now = chart.from + 1_000_000.0;
    let whole = drawn(&chart, View::Whole, now, 0..1);
    assert!(nodes(&whole) < 10 && whole[0].strips[0].path.len() < 120_000);
    let view = View::Part(Span { from: chart.from + 500_000.0, to: chart.from + 501_000.0 });
    let scale = Scale { span: view.span(Span::of_run(&chart, now)), width: 1020.0 };
    let row = &chart.rows[0];
    assert_eq!(bars_in_view(&row.bars, scale).len(), 11);
    assert_eq!(
        bar_at(row, scale, now, scale.x(chart.from + 500_325.0)).map(|bar| bar.task_id.as_str()),
        Some("5003")
    );
    assert_eq!(bar_at(row, scale, now, scale.x(chart.from + 500_375.0)), None, "between two");
}

#[test]
fn a_fault_is_hit_before_the_wait_that_it_ends() {
    let bar = |kind, from, to| Bar {
        task_id: "1".to_owned(),
        kind,
        status: Status::Faulted,
        from,
        to: Some(to),
        attempt: 1,
        iteration: None,
        is_critical: false,
        reach: to,
    };
    let row = Row {
        bars: vec![bar(BarKind::People, 0.0, 500.0), bar(BarKind::Faulted, 500.0, 500.0)],
        ..Row::default()
    };
    let scale = Scale { span: Span { from: 0.0, to: 1000.0 }, width: 1020.0 };
    let kind = |x: f64| bar_at(&row, scale, 0.0, x).map(|bar| bar.kind);
    assert_eq!(
        (kind(100.0), kind(511.0), kind(700.0)),
        (Some(BarKind::People), Some(BarKind::Faulted), None)
    );
    assert_eq!(drawing(&row, scale, 0.0, BAR).label.map(|label| label.duration), Some(500.0));
}

#[test]
fn a_point_below_the_last_row_is_in_none() {
    assert_eq!(row_at(27.9, 28.0, 3), Some(0));
    assert_eq!(row_at(83.9, 28.0, 3), Some(2));
    assert_eq!((row_at(84.0, 28.0, 3), row_at(-1.0, 28.0, 3), row_at(0.0, 28.0, 0)), (None, None, None));
    assert_eq!(rows_in_view(10_000.0, 400.0, 28.0, 3), 2..3);
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use proptest::prelude::*;

    use super::*;

    fn any_run() -> impl Strategy<Value = Vec<Task>> {
        let one = (0..6_usize, 0..3_600_000_u64, prop::option::of(0..600_000_u64), 1..4_u32, 0..5_u8);
        let places = [
            "/do/0/a",
            "/do/0/a/try/0/b",
            "/do/0/a/try/1/c",
            "/do/1/d/fork/branches/0/e",
            "/do/1/d/fork/branches/1/f",
            "/do/2/g",
        ];
        prop::collection::vec(one, 0..40).prop_map(move |all| {
            let mut tasks: Vec<(usize, Task)> = all
                .into_iter()
                .enumerate()
                .map(|(number, (place, from, length, attempt, status))| {
                    let to = length.map(|length| from + length);
                    let mut task = task(number as u64, places[place].to_owned(), from, to);
                    task.attempt = attempt;
                    if to.is_some() && status == 0 {
                        task.status = Status::Faulted;
                    }
                    (place, task)
                })
                .collect();
            tasks.sort_by_key(|(place, _)| *place);
            tasks.into_iter().map(|(_, task)| task).collect()
        })
    }

    /// The left and right ends of the rectangles of a path.
    fn extents(path: &str) -> Vec<(f64, f64)> {
        path.split('M')
            .skip(1)
            .map(|shape| {
                let (x, rest) = shape.split_once(' ').expect("a start");
                let across = rest.split(['h', 'a']).nth(1).expect("a width");
                let (x, across): (f64, f64) = (x.parse().expect("x"), across.parse().expect("across"));
                (x, x + across)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn bars_are_in_order_and_within_the_axis(tasks in any_run(), late in 0.0..4_000_000.0_f64) {
            let count = tasks.len();
            let chart = chart(tasks);
            let now = chart.from + late;
            let span = Span::of_run(&chart, now);
            let bars: Vec<&Bar> = chart.rows.iter().flat_map(|row| &row.bars).collect();
            prop_assert!(bars.len() >= count, "each instance has a bar");
            for row in &chart.rows {
                prop_assert!(row.bars.is_sorted_by(|one, other| one.from <= other.from && one.reach <= other.reach));
            }
            for bar in bars {
                prop_assert!(bar.from >= chart.from && bar.to.is_none_or(|to| to >= bar.from && to <= bar.reach));
            }
            prop_assert!(span.from <= chart.from && span.to >= now);
            let scale = Scale { span, width: 900.0 };
            for row in &chart.rows {
                for strip in drawing(row, scale, now, BAR).strips {
                    let ends = extents(&strip.path);
                    prop_assert!(ends.iter().all(|(from, to)| from <= to && *from >= -EDGE_OUTSIDE && *to <= 900.0 + 2.0 * EDGE_OUTSIDE));
                    prop_assert!(ends.windows(2).all(|pair| pair[0].1 < pair[1].0), "shapes do not overlap: {ends:?}");
                }
            }
        }

        #[test]
        fn the_critical_path_is_a_chain_to_the_end(tasks in any_run()) {
            let chart = chart(tasks);
            let rows: Vec<&Row> = chart.rows.iter().map(Arc::as_ref).collect();
            let mut chain: Vec<&Bar> = rows.iter().flat_map(|row| &row.bars).filter(|bar| bar.is_critical).collect();
            chain.sort_by(|one, other| one.from.total_cmp(&other.from));
            for pair in chain.windows(2) {
                prop_assert!(pair[0].to.is_some_and(|to| to <= pair[1].from + 1.0), "one after another");
            }
            let own = |bar: &&Bar| !matches!(bar.kind, BarKind::Scope | BarKind::Skipped);
            let end = |bar: &Bar| bar.to.unwrap_or(f64::INFINITY);
            let last = rows.iter().flat_map(|row| &row.bars).filter(own).map(end).reduce(f64::max);
            prop_assert_eq!(chain.last().map(|bar| end(bar)), last);
        }

        #[test]
        fn every_bar_that_is_drawn_is_found_where_it_is(tasks in any_run()) {
            let chart = chart(tasks);
            let now = chart.from + 4_000_000.0;
            let scale = Scale { span: Span::of_run(&chart, now), width: 900.0 };
            for row in &chart.rows {
                for bar in &row.bars {
                    let middle = (bar.from + bar.to.unwrap_or(now).max(bar.from)) / 2.0;
                    prop_assert!(bar_at(row, scale, now, scale.x(middle)).is_some());
                }
            }
        }
    }
}
