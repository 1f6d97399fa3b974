use super::*;
use crate::runs::report::record::tests::drill;

/// Says the names of the words, and times as they are.
struct Plain;

impl Teller for Plain {
    fn word(&self, word: Word) -> String {
        format!("{word:?}")
    }
    fn status(&self, status: &Status) -> String {
        status.as_str().to_owned()
    }
    fn kind(&self, kind: BarKind) -> String {
        kind.as_str().to_owned()
    }
    fn act(&self, act: &str) -> String {
        act.to_owned()
    }
    fn time(&self, time: &str) -> String {
        time.get(11..19).unwrap_or(time).to_owned()
    }
    fn span(&self, milliseconds: f64) -> String {
        format!("{} s", milliseconds / 1_000.0)
    }
}

#[test]
fn the_markdown_says_who_did_what_and_why_and_lets_no_text_be_markup() {
    let mut status = drill();
    status.reason = Some("quarterly <b>drill</b>".to_owned());
    let text = Sheet::of(&Record::of(None, &status, 0.0), &Plain).markdown();
    assert!(text.contains("- **Reason**: quarterly \\<b\\>drill\\</b\\>\n"), "{text}");
    assert!(text.contains("| gate | 03:00:00 | 03:00:20 | 20 s | ann approve |\n"), "{text}");
    assert!(text.contains("| 03:00:40 | ann | skip switch | as agreed |\n"), "{text}");
    assert!(text.contains("| switch | 2 | Timeout: no \\| answer |\n"), "{text}");
    // Every row of a table has as many cells as its head.
    for block in text.split("\n\n").filter(|block| block.starts_with('|')) {
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let widths: Vec<usize> = block.lines().filter(|line| line.starts_with('|')).map(cells).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{block}");
    }
}

#[test]
fn that_nothing_was_skipped_is_said() {
    let mut status = drill();
    status.tasks.remove(1);
    let sheet = Sheet::of(&Record::of(None, &status, 0.0), &Plain);
    let skipped = sheet.tables.iter().find(|table| table.heading == "Skipped");
    assert_eq!(skipped.map(|table| (table.rows.len(), table.empty.as_str())), Some((0, "None")));
    assert!(sheet.markdown().contains("## Skipped\n\nNone\n"));
}
