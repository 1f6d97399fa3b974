//! Lines as a file or the clipboard holds them.

use wire::log::LogLine;

use crate::ansi::plain;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `time LEVEL [task] message`, without terminal colours.
    Plain,
    /// The line as the service told it, one JSON object a line.
    JsonLines,
}

/// Writes one line and its end; `writer` is the name of the task, where the log is of several.
pub fn write_line(out: &mut String, line: &LogLine, writer: Option<&str>, format: Format) {
    match format {
        Format::Plain => {
            for part in [line.time.as_str(), " ", line.level.as_str(), " "] {
                out.push_str(part);
            }
            if let Some(name) = writer {
                for part in ["[", name, "] "] {
                    out.push_str(part);
                }
            }
            out.push_str(&plain(&line.message));
        }
        Format::JsonLines => {
            // A line is strings and numbers: writing it cannot fail, and one that did would be left out whole.
            out.push_str(&serde_json::to_string(line).unwrap_or_default());
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use wire::log::Level;

    use super::*;

    fn check(format: Format, writer: Option<&str>) -> String {
        let line = LogLine {
            offset: 7,
            time: "2026-11-23T03:00:04.125Z".to_owned(),
            level: Level::Warn,
            message: "\u{1b}[33mslow\u{1b}[0m".to_owned(),
            ..LogLine::default()
        };
        let mut out = String::new();
        write_line(&mut out, &line, writer, format);
        out
    }

    #[test]
    fn a_file_is_read_by_people_or_by_programs() {
        assert_eq!(check(Format::Plain, None), "2026-11-23T03:00:04.125Z WARN slow\n");
        assert_eq!(check(Format::Plain, Some("switch")), "2026-11-23T03:00:04.125Z WARN [switch] slow\n");
        let json = check(Format::JsonLines, None);
        assert!(
            json.ends_with("}\n") && json.contains("\"offset\":7") && json.contains("\\u001b[33mslow"),
            "{json}"
        );
    }
}
