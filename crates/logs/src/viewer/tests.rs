//! A viewer and a service in one process: whatever order the answers come in, what is shown is the log.

use proptest::prelude::*;
use wire::log::{LogLine, LogQuery, SortOrder};

use super::*;
use crate::pattern::Query;

/// A log behind the API, as a hub answers for it.
struct Service {
    lines: Vec<LogLine>,
    asked: u64,
    /// Offsets that are kept no more.
    lost: Vec<u64>,
}

impl Service {
    fn new(count: u64) -> Self {
        let mut service = Self { lines: Vec::new(), asked: 0, lost: Vec::new() };
        service.write(count);
        service
    }

    fn write(&mut self, count: u64) {
        for offset in self.lines.len() as u64..self.lines.len() as u64 + count {
            let level = if offset % 1000 == 777 { Level::Error } else { Level::ALL[(offset % 3) as usize] };
            self.lines.push(LogLine {
                offset,
                time: crate::time::rfc3339(1_760_000_000_000 + offset as i64 * 10),
                level,
                task_id: Some(format!("t{}", offset % 4)),
                attempt: if offset > 5_000 { 2 } else { 1 },
                message: format!("line {offset} {}", "x".repeat((offset % 90) as usize)),
            });
        }
    }

    fn answer(&mut self, query: &LogQuery) -> LogPage {
        let total = self.lines.len() as u64;
        let end = match query.end_offset.parse().unwrap_or(0) {
            0 => total,
            end => total.min(end),
        };
        let start = query.start_offset.parse::<u64>().unwrap_or(0).min(end);
        let (mut from, mut to) = (start, end);
        let passes = |line: &&LogLine| {
            (!query.filter || line.level >= query.level) && !self.lost.contains(&line.offset)
        };
        let range = &self.lines[start as usize..end as usize];
        let lines: Vec<LogLine> = match query.sort {
            SortOrder::Asc => range.iter().filter(passes).take(query.size as usize).cloned().collect(),
            SortOrder::Desc => range.iter().rev().filter(passes).take(query.size as usize).cloned().collect(),
        };
        if let (true, Some(last)) = (lines.len() == query.size as usize, lines.last()) {
            match query.sort {
                SortOrder::Asc => to = last.offset + 1,
                SortOrder::Desc => from = last.offset,
            }
        }
        self.asked += lines.len() as u64;
        let next_offset = if query.sort == SortOrder::Asc { to } else { from };
        LogPage { lines, start_offset: from, end_offset: to, next_offset, complete: false }
    }

    /// Answers until nothing more is wanted; `pick` says which of the open questions is answered next.
    fn serve(&mut self, viewer: &mut Viewer, mut pick: impl FnMut(usize) -> usize) {
        let mut open = Vec::new();
        for round in 0.. {
            assert!(round < 3_000, "it never stops asking: {open:?}");
            while viewer.work(700) {}
            open.extend(viewer.wanted());
            if open.is_empty() {
                return;
            }
            let request: Request = open.remove(pick(open.len()) % open.len());
            let page = self.answer(&request.query());
            viewer.answered(&request, &page, &|id| Some(id.replace('t', "task-")));
        }
    }
}

fn opened(service: &mut Service, at: Option<Selection>) -> Viewer {
    let mut viewer = Viewer::new(at);
    viewer.resize(400.0, None);
    service.serve(&mut viewer, |_| 0);
    viewer
}

fn pattern(text: &str) -> Option<Pattern> {
    Pattern::compile(&Query { text: text.to_owned(), is_regular: text.contains('*'), minds_case: false })
        .unwrap_or_default()
}

/// First and last line in the window, all there.
fn window(viewer: &mut Viewer) -> (u64, u64) {
    let frame = viewer.frame();
    let shown = viewer.shown_rows();
    let offsets: Vec<u64> = shown.filter_map(|row| viewer.offset_at(row)).collect();
    for offset in &offsets {
        let drawn = frame.rows.iter().find(|row| row.offset == *offset).map(|row| row.state);
        assert_eq!(drawn, Some(RowState::Here), "line {offset}");
    }
    (offsets.first().copied().unwrap_or(u64::MAX), offsets.last().copied().unwrap_or(u64::MAX))
}

#[test]
fn opening_a_million_lines_reads_a_thousand() {
    let mut service = Service::new(1_000_000);
    let mut viewer = opened(&mut service, None);
    assert_eq!(window(&mut viewer), (999_980, 999_999));
    assert!(service.asked < 2_000, "{}", service.asked);
    viewer.scrolled(10_000_000.0 - 200.0);
    service.serve(&mut viewer, |_| 0);
    assert!(!viewer.follows());
    let (first, _) = window(&mut viewer);
    assert!(first.abs_diff(500_000) < 700_000, "{first}");
}

#[test]
fn a_permalink_opens_at_its_lines_and_stays_there() {
    let mut service = Service::new(100_000);
    let mut viewer = opened(&mut service, Selection::parse("50001-50010"));
    let (first, last) = window(&mut viewer);
    assert!(first <= 50_000 && last >= 50_000, "{first} {last}");
    service.write(100);
    viewer.poll();
    service.serve(&mut viewer, |_| 0);
    assert_eq!(window(&mut viewer), (first, last));
    assert_eq!(viewer.unseen(), 100);
    assert!(service.asked < 4_000);
    // A link to lines that are not there ends at the last one.
    let viewer = opened(&mut service, Selection::parse("999999999"));
    assert_eq!(viewer.selection(), Some(Selection::line(100_099)));
}

#[test]
fn following_misses_no_line_and_lets_go_when_one_scrolls_up() {
    let mut service = Service::new(0);
    let mut viewer = opened(&mut service, None);
    for _ in 0..20 {
        service.write(500);
        viewer.poll();
        service.serve(&mut viewer, |_| 0);
        let last = service.lines.len() as u64 - 1;
        assert_eq!(window(&mut viewer).1, last);
    }
    assert!((0..10_000).all(|offset| matches!(viewer.line(offset), Held::Here(_))));
    viewer.scrolled(100_000.0);
    assert!(!viewer.follows());
    let before = window(&mut viewer);
    service.write(1_234);
    viewer.poll();
    service.serve(&mut viewer, |_| 0);
    assert_eq!((window(&mut viewer), viewer.unseen()), (before, 1_234));
    viewer.follow(true);
    service.serve(&mut viewer, |_| 0);
    assert_eq!((window(&mut viewer).1, viewer.unseen()), (11_233, 0));
}

#[test]
fn what_came_in_the_meantime_is_skipped_and_read_when_it_is_seen() {
    let mut service = Service::new(1_000);
    let mut viewer = opened(&mut service, None);
    service.write(200_000);
    let asked = service.asked;
    viewer.poll();
    service.serve(&mut viewer, |_| 0);
    assert_eq!(window(&mut viewer).1, 200_999);
    assert!(service.asked - asked < 15_000, "{}", service.asked - asked);
    assert_eq!(viewer.line(100_000), Held::Missing);
    viewer.reveal(100_000);
    service.serve(&mut viewer, |_| 0);
    window(&mut viewer);
}

#[test]
fn a_search_reads_on_while_it_looks_and_reads_no_line_twice() {
    let mut service = Service::new(60_000);
    let mut viewer = opened(&mut service, None);
    viewer.set_find(pattern("line 12345 "));
    while viewer.work(700) {}
    let pages: Vec<Request> = viewer.wanted();
    assert_eq!(pages.len(), 3, "{pages:?}");
    assert!(pages.windows(2).all(|pair| pair[0].start == pair[1].end.unwrap_or_default()), "{pages:?}");
    let before = service.asked;
    for page in pages {
        let answer = service.answer(&page.query());
        viewer.answered(&page, &answer, &|_| None);
    }
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.find_state().map(|state| (state.count, state.looked_at)), Some((1, 60_000)));
    assert!(service.asked - before <= 62_000, "{} lines for 60,000", service.asked - before);
}

#[test]
fn find_goes_to_lines_that_were_never_read() {
    let mut service = Service::new(60_000);
    let mut viewer = opened(&mut service, None);
    viewer.set_find(pattern("line 12345 "));
    service.serve(&mut viewer, |_| 0);
    let state = viewer.find_state().unwrap_or_default();
    assert_eq!((state.count, state.index, state.looked_at), (1, Some(1), 60_000));
    let (first, last) = window(&mut viewer);
    assert!((first..=last).contains(&12_345));
    // Lines that come are searched too.
    viewer.set_find(pattern("line .*00 "));
    service.serve(&mut viewer, |_| 0);
    service.write(1_000);
    viewer.poll();
    service.serve(&mut viewer, |_| 0);
    let expected = service
        .lines
        .iter()
        .filter(|line| pattern("line .*00 ").is_some_and(|pattern| pattern.is_in(&line.message)));
    assert_eq!(viewer.find_state().unwrap_or_default().count, expected.count() as u64);
}

#[test]
fn errors_are_found_by_the_service() {
    let mut service = Service::new(300_000);
    let mut viewer = opened(&mut service, None);
    let asked = service.asked;
    viewer.seek(Seek::First(Level::Error));
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.selection(), Some(Selection::line(777)));
    viewer.seek(Seek::From(Level::Error, Step::Next));
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.selection(), Some(Selection::line(1_777)));
    viewer.seek(Seek::From(Level::Error, Step::Previous));
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.selection(), Some(Selection::line(777)));
    window(&mut viewer);
    viewer.seek(Seek::From(Level::Error, Step::Previous));
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.take_news(), Some(News::NoSuchLine));
    assert!(service.asked - asked < 10_000);

    let asked = service.asked;
    viewer.set_filter(Filter { level: Level::Error, ..Filter::default() });
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.rows(), 300);
    assert!(service.asked - asked <= 1_500, "{}", service.asked - asked);
    window(&mut viewer);
}

#[test]
fn a_time_and_an_attempt_are_jumped_to() {
    let mut service = Service::new(20_000);
    let mut viewer = opened(&mut service, None);
    viewer.seek(Seek::Time(1_760_000_000_000 + 7_000 * 10 - 3));
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.selection(), Some(Selection::line(7_000)));
    viewer.seek(Seek::Attempt(2));
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.selection(), Some(Selection::line(5_001)));
    viewer.seek(Seek::Time(i64::MAX));
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.selection(), Some(Selection::line(19_999)));
    viewer.seek(Seek::Attempt(9));
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.take_news(), Some(News::NoSuchLine));
}

#[test]
fn several_tasks_are_read_interleaved() {
    let mut service = Service::new(9_000);
    let mut viewer = opened(&mut service, None);
    let writers = Some(["task-1".to_owned(), "task-3".to_owned()].into());
    viewer.set_filter(Filter { writers, ..Filter::default() });
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.rows(), 4_500);
    let (first, last) = window(&mut viewer);
    assert_eq!((first % 2, last), (1, 8_999));
}

#[test]
fn memory_stays_within_its_budget_while_everything_is_read() {
    let mut service = Service::new(200_000);
    let mut viewer = Viewer::with_budget(None, 1 << 20);
    viewer.resize(400.0, Some(40));
    service.serve(&mut viewer, |_| 0);
    viewer.set_find(pattern("never there"));
    service.serve(&mut viewer, |_| 0);
    assert_eq!(viewer.find_state().map(|state| state.looked_at), Some(200_000));
    for place in [0, 150_000, 60_000, 199_000] {
        viewer.reveal(place);
        service.serve(&mut viewer, |_| 0);
        window(&mut viewer);
        assert!(viewer.bytes() < 3 << 19, "{}", viewer.bytes());
    }
}

#[test]
fn long_lines_are_read_in_small_windows_and_only_once() {
    let mut service = Service::new(2_000);
    for line in &mut service.lines {
        line.message = "long ".repeat(2_000);
    }
    let mut viewer = Viewer::with_budget(None, 4 << 20);
    viewer.resize(400.0, None);
    service.serve(&mut viewer, |_| 0);
    viewer.reveal(1_000);
    service.serve(&mut viewer, |_| 0);
    window(&mut viewer);
    assert!(service.asked < 800, "{}", service.asked);
}

#[test]
fn lines_that_the_service_lost_are_said_once_and_asked_for_once() {
    let mut service = Service::new(5_000);
    service.lost = (4_985..4_990).collect();
    let mut viewer = opened(&mut service, None);
    let frame = viewer.frame();
    let told: Vec<RowState> =
        frame.rows.iter().filter(|row| row.state != RowState::Here).map(|row| row.state).collect();
    assert_eq!(told.first(), Some(&RowState::Lost(Some((4_985, 4_989)))));
    assert_eq!(told.len(), 5);
    assert!(viewer.wanted().is_empty());
}

#[test]
fn another_log_is_seen_through_the_same_window_and_filter() {
    let mut service = Service::new(3_000);
    let mut viewer = opened(&mut service, None);
    viewer.set_filter(Filter { level: Level::Error, ..Filter::default() });
    let mut other = viewer.another(None);
    assert_ne!(viewer.edition(), other.edition());
    service.serve(&mut other, |_| 0);
    assert_eq!((other.rows(), window(&mut other)), (3, (777, 2_777)));
}

#[test]
fn wrapped_lines_keep_the_line_that_one_reads() {
    let mut service = Service::new(50_000);
    let mut viewer = opened(&mut service, None);
    viewer.resize(400.0, Some(30));
    viewer.reveal(20_000);
    service.serve(&mut viewer, |_| 0);
    let (first, last) = window(&mut viewer);
    assert!((first..=last).contains(&20_000) && last - first < 19, "{first} {last}");
    viewer.scroll_page(-3.0);
    service.serve(&mut viewer, |_| 0);
    assert!(window(&mut viewer).0 < first);
    viewer.scroll_page(3.0);
    assert_eq!(window(&mut viewer).0, first);
    viewer.follow(true);
    service.serve(&mut viewer, |_| 0);
    assert_eq!(window(&mut viewer).1, 49_999);
}

#[test]
fn messages_are_cut_by_colour_and_by_hit() {
    let (pieces, more) = pieces("a\u{1b}[31mbcd\u{1b}[0me", &pattern("cde").into_iter().collect::<Vec<_>>());
    let told: Vec<(&str, bool, bool)> =
        pieces.iter().map(|piece| (piece.text.as_str(), piece.style.ink.is_some(), piece.hit)).collect();
    assert_eq!(told, [("a", false, false), ("b", true, false), ("cd", true, true), ("e", false, true)]);
    assert_eq!(more, 0);
    let (pieces, more) = super::pieces(&"切".repeat(9_000), &[]);
    assert_eq!((pieces.len(), pieces[0].text.len() + more), (1, 27_000));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Inputs of any kind, answers in any order: the window shows the log's own lines, and searches find what a naive
    /// search finds.
    #[test]
    fn any_order_of_answers_ends_in_the_same_view(
        count in 0_u64..9_000,
        inputs in prop::collection::vec((0_u8..12, 0.0_f64..1.0), 0..14),
        order in prop::collection::vec(0_usize..5, 64),
    ) {
        let mut service = Service::new(count);
        let mut viewer = Viewer::with_budget(None, 200_000);
        viewer.resize(300.0, None);
        let mut turn = 0;
        for (kind, amount) in inputs {
            let length = viewer.rows() as f64 * crate::ROW_HEIGHT;
            match kind {
                0 => viewer.scrolled((length - 300.0).max(0.0) * amount),
                1 => viewer.scroll_page(amount * 8.0 - 4.0),
                2 => viewer.follow(amount > 0.5),
                3 => { service.write((amount * 700.0) as u64); viewer.poll(); }
                4 => viewer.resize(300.0, (amount > 0.3).then_some((amount * 90.0) as u32)),
                5 => viewer.set_filter(Filter { level: Level::ALL[(amount * 3.9) as usize], ..Filter::default() }),
                6 => viewer.set_filter(Filter { pattern: pattern(&format!("{}x", (amount * 9.0) as u8)), ..Filter::default() }),
                7 => viewer.set_find(pattern("7 xx*")),
                8 => viewer.find_step(if amount > 0.5 { Step::Next } else { Step::Previous }),
                9 => viewer.seek(Seek::Time(1_760_000_000_000 + (amount * 90_000.0) as i64)),
                10 => viewer.mark_by((amount * 100.0) as i64 - 50, amount > 0.5),
                _ => { let _ = viewer.frame(); }
            }
            if amount > 0.4 {
                service.serve(&mut viewer, |_| { turn += 1; order[turn % order.len()] });
            }
        }
        viewer.poll();
        service.serve(&mut viewer, |_| { turn += 1; order[turn % order.len()] });
        let total = service.lines.len() as u64;
        prop_assert_eq!(viewer.total(), total);
        window(&mut viewer);
        for row in viewer.frame().rows {
            if let Held::Here(line) = viewer.line(row.offset) {
                prop_assert_eq!(line.message, &service.lines[row.offset as usize].message);
            }
        }
        let passing: Vec<u64> =
            service.lines.iter().filter(|line| viewer.filter().passes(&viewer.view(line))).map(|line| line.offset).collect();
        prop_assert_eq!((0..viewer.rows()).filter_map(|row| viewer.offset_at(row)).collect::<Vec<_>>(), passing.clone());
        if let Some(state) = viewer.find_state() {
            let find = viewer.find_pattern();
            let found = passing.iter().filter(|offset| find.as_ref().is_some_and(|find| find.is_in(&service.lines[**offset as usize].message)));
            prop_assert_eq!(state.count, found.count() as u64);
        }
    }
}
