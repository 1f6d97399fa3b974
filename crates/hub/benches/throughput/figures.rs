//! Durations as percentiles, and the table at the end.

use std::time::Duration;

/// What was measured of one thing, many times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Durations(Vec<Duration>);

impl Durations {
    pub(crate) fn push(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The duration that so many of a hundred do not exceed.
    pub(crate) fn percentile(&self, percent: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

impl std::fmt::Display for Durations {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [half, most, longest] = [50.0, 99.0, 100.0].map(|percent| milliseconds(self.percentile(percent)));
        write!(formatter, "p50 {half}, p99 {most}, longest {longest} ({} times)", self.len())
    }
}

pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

/// Figures beside what they should be.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<[String; 4]>);

impl Table {
    pub(crate) fn at_least(&mut self, what: &str, aim: f64, figure: f64) {
        self.row(what, format!("≥ {aim:.0}"), format!("{figure:.0}"), Some(figure >= aim));
    }

    pub(crate) fn at_most(&mut self, what: &str, aim: Duration, figure: Duration) {
        let aim_text = format!("≤ {}", milliseconds(aim));
        self.row(what, aim_text, milliseconds(figure), Some(figure <= aim));
    }

    /// A figure that has no aim.
    pub(crate) fn shown(&mut self, what: &str, figure: String) {
        self.row(what, String::new(), figure, None);
    }

    fn row(&mut self, what: &str, aim: String, figure: String, is_met: Option<bool>) {
        let met = match is_met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        };
        self.0.push([what.to_owned(), aim, figure, met.to_owned()]);
    }

    pub(crate) fn print(&self) {
        println!("\n{:<58} {:>12} {:>22}", "what", "aim", "figure");
        for [what, aim, figure, met] in &self.0 {
            println!("{what:<58} {aim:>12} {figure:>22} {met}");
        }
    }
}
