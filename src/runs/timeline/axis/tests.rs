use super::super::moment::milliseconds;
use super::*;

const RUN: Span = Span { from: 0.0, to: 100_000.0 };

fn labels(from: &str, to: &str, offset: f64) -> String {
    let span = Span { from: milliseconds(from).expect("a time"), to: milliseconds(to).expect("a time") };
    let ticks = ticks(Scale { span, width: 520.0 }, offset);
    ticks.iter().map(|tick| tick.label.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn ticks_stand_at_the_times_that_people_count_in() {
    assert_eq!(
        labels("2026-11-23T03:00:07Z", "2026-11-23T03:00:52Z", 0.0),
        "03:00:10 03:00:20 03:00:30 03:00:40 03:00:50"
    );
    assert_eq!(labels("2026-11-23T22:10:00Z", "2026-11-24T03:50:00Z", 0.0), "23:00 11-24 01:00 02:00 03:00");
    assert_eq!(
        labels("2026-11-23T14:10:00Z", "2026-11-23T19:50:00Z", 8.0 * HOUR),
        "23:00 11-24 01:00 02:00 03:00",
        "midnight is the reader's"
    );
    assert_eq!(
        labels("2026-11-23T03:00:00Z", "2026-11-23T03:00:00.05Z", 0.0),
        "00:00.000 00:00.010 00:00.020 00:00.030 00:00.040 00:00.050"
    );
    assert_eq!(labels("2026-11-23T03:00:00Z", "2026-12-23T03:00:00Z", 0.0), "11-26 12-03 12-10 12-17");
}

#[test]
fn zooming_keeps_what_is_under_the_pointer_and_ends_in_the_whole() {
    let half = View::Whole.zoomed(RUN, 0.5, 2.0);
    assert_eq!(half, View::Part(Span { from: 25_000.0, to: 75_000.0 }));
    assert_eq!(half.zoomed(RUN, 0.5, 0.5), View::Whole);
    let View::Part(deep) = View::Whole.zoomed(RUN, 0.0, 1e12) else { panic!("a part") };
    assert_eq!(deep.length(), SHORTEST);
    assert_eq!(half.zoomed(RUN, 0.5, f64::NAN), half);
}

#[test]
fn one_cannot_lose_the_run_by_moving() {
    let half = View::Whole.zoomed(RUN, 0.5, 2.0);
    assert_eq!(half.panned(RUN, 9.0), View::Part(Span { from: 62_500.0, to: 112_500.0 }));
    assert_eq!(half.panned(RUN, -9.0), View::Part(Span { from: -12_500.0, to: 37_500.0 }));
    assert_eq!(View::Whole.panned(RUN, 9.0), View::Whole);
}

#[test]
fn two_fingers_keep_what_is_under_them() {
    let View::Part(span) = View::Whole.pinched(RUN, (0.4, 0.6), (0.3, 0.7)) else { panic!("a part") };
    let at = |part: f64| span.from + span.length() * part;
    assert!((at(0.3) - 40_000.0).abs() < 1e-6 && (at(0.7) - 60_000.0).abs() < 1e-6, "{span:?}");
}

#[test]
fn what_is_looked_for_comes_into_view() {
    let part = View::Part(Span { from: 0.0, to: 10_000.0 });
    assert_eq!(part.showing(RUN, 5_000.0), part);
    assert_eq!(part.showing(RUN, 50_000.0), View::Part(Span { from: 47_500.0, to: 57_500.0 }));
}

#[test]
fn the_axis_of_a_run_that_goes_on_grows_in_steps() {
    let chart = Chart { from: 0.0, ..Chart::default() };
    let ends: Vec<f64> = (0..600).map(|second| Span::of_run(&chart, f64::from(second) * SECOND).to).collect();
    let steps = ends.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(steps < 60, "{steps} in ten minutes");
    assert!(ends.iter().enumerate().all(|(second, end)| *end > second as f64 * SECOND));
    let over = Chart { to: Some(100_000.0), ..chart };
    assert_eq!(Span::of_run(&over, 9e9), Span::of_run(&over, 0.0));
}
