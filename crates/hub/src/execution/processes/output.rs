//! What a process writes: kept for its output up to a limit, and line by line in the log as it comes.

use std::sync::{Arc, Mutex, PoisonError};

use flow::engine::LogLevel;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::execution::runner::LogSink;

pub(super) const STDOUT: &str = "standard output";
pub(super) const STDERR: &str = "standard error";
/// So many lines of one stream go into the log; a process that writes more has them in its output. The limit of its output
/// ends most of them long before.
const LINES: usize = 1_000_000;
/// A line that is longer is broken.
const LONGEST: usize = 16 * 1024;
/// So much of standard error explains an exit code, in characters.
const EXPLANATION: usize = 1_000;

/// One stream, read by a task of its own until it ends.
pub(super) struct Stream {
    kept: Arc<Mutex<Vec<u8>>>,
    ended: CancellationToken,
}

impl Stream {
    pub(super) fn read(
        name: &'static str,
        pipe: Option<impl AsyncRead + Unpin + Send + 'static>,
        limit: usize,
        log: LogSink,
        too_much: mpsc::Sender<&'static str>,
    ) -> Self {
        let stream = Self { kept: Arc::default(), ended: CancellationToken::new() };
        let kept = Arc::clone(&stream.kept);
        let ended = stream.ended.clone().drop_guard();
        tokio::spawn(async move {
            let _ended = ended;
            let Some(mut pipe) = pipe else { return };
            let mut lines = Lines::new(name, log);
            let mut buffer = vec![0; 16 * 1024];
            // A pipe that fails is at its end.
            while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
                let room = {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    let room = (limit - kept.len()).min(length);
                    kept.extend_from_slice(&buffer[..room]);
                    room
                };
                lines.take(&buffer[..room]);
                // Who writes faster than the disk takes waits at the pipe, not in this hub's memory.
                lines.log.room().await;
                if room < length {
                    // There is room for one of each stream.
                    let _ = too_much.try_send(name);
                    break;
                }
            }
            lines.finish();
        });
        stream
    }

    pub(super) async fn ended(&self) {
        self.ended.cancelled().await;
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

struct Lines {
    log: LogSink,
    level: LogLevel,
    name: &'static str,
    open: Vec<u8>,
    written: usize,
}

impl Lines {
    fn new(name: &'static str, log: LogSink) -> Self {
        let level = if name == STDOUT { LogLevel::Info } else { LogLevel::Warn };
        Self { log, level, name, open: Vec::new(), written: 0 }
    }

    fn take(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.open.extend_from_slice(part);
            if self.open.ends_with(b"\n") || self.open.len() >= LONGEST {
                self.write();
            }
        }
    }

    fn finish(&mut self) {
        if !self.open.is_empty() {
            self.write();
        }
    }

    fn write(&mut self) {
        let line = std::mem::take(&mut self.open);
        self.written += 1;
        if self.written <= LINES {
            let line = String::from_utf8_lossy(&line);
            self.log.write(self.level, line.trim_end_matches(['\n', '\r']));
        } else if self.written == LINES + 1 {
            let name = self.name;
            self.log.warn(format!("{name} has more than {LINES} lines; the others are not in the log"));
        }
    }
}

/// The end of a text, in whole lines where they are short enough.
pub(super) fn last_lines(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().rev().nth(EXPLANATION) {
        Some((cut, _)) => {
            let rest = &text[cut..];
            let rest = rest.split_once('\n').map_or(rest, |(_, rest)| rest);
            format!("… {rest}")
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(bytes: &'static [u8], limit: usize) -> (Vec<String>, String, bool) {
        let (log, lines) = LogSink::collecting();
        let (too_much, mut overflow) = mpsc::channel(2);
        let stream = Stream::read(STDOUT, Some(bytes), limit, log, too_much);
        stream.ended().await;
        let lines = lines.lock().unwrap().iter().map(|(_, line)| line.clone()).collect();
        (lines, stream.text(), overflow.try_recv().is_ok())
    }

    #[tokio::test]
    async fn lines_are_told_as_they_are_written_and_the_last_one_too() {
        let (lines, text, full) = check(b"one\r\n\x1b[31mtwo\x1b[0m\n\nthr\xffee", 100).await;
        assert_eq!(lines, ["one", "\u{1b}[31mtwo\u{1b}[0m", "", "thr\u{fffd}ee"]);
        assert!(text.starts_with("one\r\n") && !full);
    }

    #[tokio::test]
    async fn what_is_too_much_is_cut_and_said() {
        let (lines, text, full) = check(b"abcdef", 4).await;
        assert_eq!((lines, text.as_str(), full), (vec!["abcd".to_owned()], "abcd", true));
        assert!(!check(b"abcd", 4).await.2);
    }

    #[test]
    fn the_explanation_is_the_end_of_the_error() {
        assert_eq!(last_lines(" a\nb\n"), "a\nb");
        let long = "x".repeat(900) + "\nlast line is here " + &"y".repeat(200);
        assert!(
            last_lines(&long).starts_with("… last line") && last_lines(&"ü".repeat(5000)).starts_with("… ü")
        );
    }
}
