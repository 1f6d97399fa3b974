//! The first load's size against its budget: what a person on duty waits for at three in the morning.
//!
//! Counted are the page, all scripts and styles, and the module that every visit needs, each compressed by brotli 11
//! as the hub sends them; icons, manifest and `config.json` are not. What a page fetches when it is opened
//! (`later/`) is shown beside it, but is no part of the first load.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use brotli::enc::BrotliEncoderParams;
use serde_json::{Value, json};

use crate::source_editor;
use crate::split::LATER;

/// 450 KB of 1,000 bytes.
const BUDGET: u64 = 450_000;
const COUNTED: [&str; 4] = ["html", "js", "css", "wasm"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FirstLoad {
    /// The heaviest first.
    pub(crate) files: Vec<Weight>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Relative to the console's folder.
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) compressed: u64,
}

impl Weight {
    fn is_later(&self) -> bool {
        self.name.starts_with(LATER) && (self.name.ends_with(".wasm") || self.is_source_editor())
    }

    fn is_source_editor(&self) -> bool {
        self.name.contains(source_editor::STEM)
    }
}

impl FirstLoad {
    /// Measures, and leaves each file's compressed form beside it, as `.br`.
    pub(crate) fn compress(dist: &Path) -> Result<Self> {
        Self::weigh(dist, |path, compressed| {
            let mut name = path.as_os_str().to_owned();
            name.push(".br");
            std::fs::write(&name, compressed).with_context(|| name.display().to_string())
        })
    }

    pub(crate) fn measure(dist: &Path) -> Result<Self> {
        Self::weigh(dist, |_, _| Ok(()))
    }

    fn weigh(dist: &Path, keep: impl Fn(&Path, &[u8]) -> Result<()>) -> Result<Self> {
        if !dist.join("index.html").is_file() {
            bail!("{} holds no built console; run `cargo xtask build`", dist.display());
        }
        let mut paths = Vec::new();
        crate::stamp::collect(dist, &mut paths)?;
        paths.retain(|path| is_counted(path));
        let mut files = Vec::new();
        for path in paths {
            let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
            let name = path.strip_prefix(dist).unwrap_or(&path).display().to_string();
            let compressed = compressed(&bytes)?;
            keep(&path, &compressed)?;
            files.push(Weight { name, bytes: bytes.len() as u64, compressed: compressed.len() as u64 });
        }
        files.sort_by(|one, other| {
            other.compressed.cmp(&one.compressed).then_with(|| one.name.cmp(&other.name))
        });
        Ok(Self { files })
    }

    pub(crate) fn total(&self) -> u64 {
        self.files.iter().filter(|file| !file.is_later()).map(|file| file.compressed).sum()
    }

    /// Fails above the budget.
    pub(crate) fn check(&self) -> Result<()> {
        if self.total() > BUDGET {
            bail!(
                "the first load is {} by brotli, over its budget of {}",
                kilobytes(self.total()),
                kilobytes(BUDGET)
            );
        }
        Ok(())
    }

    /// Whether the folder still holds these very files, by name and length.
    pub(crate) fn is_in(&self, dist: &Path) -> bool {
        dist.join("index.html").is_file()
            && self.files.iter().all(|file| {
                std::fs::metadata(dist.join(&file.name)).is_ok_and(|found| found.len() == file.bytes)
            })
    }

    pub(crate) fn to_json(&self) -> Value {
        self.files.iter().map(|file| json!([file.name, file.bytes, file.compressed])).collect()
    }

    pub(crate) fn from_json(json: &Value) -> Option<Self> {
        let weight = |file: &Value| {
            Some(Weight {
                name: file[0].as_str()?.to_owned(),
                bytes: file[1].as_u64()?,
                compressed: file[2].as_u64()?,
            })
        };
        Some(Self { files: json.as_array()?.iter().map(weight).collect::<Option<_>>()? })
    }
}

impl fmt::Display for FirstLoad {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{:>12} {:>12}  first load", "plain", "brotli 11")?;
        let (later, first): (Vec<&Weight>, Vec<&Weight>) =
            self.files.iter().partition(|file| file.is_later());
        for file in &first {
            let (plain, brotli) = (kilobytes(file.bytes), kilobytes(file.compressed));
            writeln!(formatter, "{plain:>12} {brotli:>12}  {}", file.name)?;
        }
        let plain = |files: &[&Weight]| kilobytes(files.iter().map(|file| file.bytes).sum());
        write!(
            formatter,
            "{:>12} {:>12}  total; budget {}",
            plain(&first),
            kilobytes(self.total()),
            kilobytes(BUDGET)
        )?;
        let (editor, pages): (Vec<&Weight>, Vec<&Weight>) =
            later.into_iter().partition(|file| file.is_source_editor());
        let brotli = |files: &[&Weight]| kilobytes(files.iter().map(|file| file.compressed).sum());
        for (files, what) in [
            (&pages, format!("{} modules of pages", pages.len())),
            (&editor, "the editor of the source tab".to_owned()),
        ] {
            if !files.is_empty() {
                write!(formatter, "\n{:>12} {:>12}  later: {what}", plain(files), brotli(files))?;
            }
        }
        Ok(())
    }
}

fn is_counted(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| COUNTED.contains(&extension))
}

fn compressed(mut bytes: &[u8]) -> Result<Vec<u8>> {
    let mut output = Vec::new();
    let parameters = BrotliEncoderParams { quality: 11, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut bytes, &mut output, &parameters).context("brotli")?;
    Ok(output)
}

fn kilobytes(bytes: u64) -> String {
    format!("{:.1} KB", bytes as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_first_load_fetches_is_counted() {
        let counted = ["index.html", "app_bg.wasm", "snippets/a/inline0.js", "base.css"];
        let others = ["config.json", "favicon.svg", "manifest.webmanifest", "LICENSE"];
        assert!(counted.iter().all(|name| is_counted(Path::new(name))));
        assert!(!others.iter().any(|name| is_counted(Path::new(name))));
    }

    #[test]
    fn the_budget_is_a_limit_and_says_so() {
        let load = |compressed| FirstLoad {
            files: vec![Weight { name: "a.wasm".into(), bytes: 1_500_000, compressed }],
        };
        assert!(load(BUDGET).check().is_ok());
        let error = load(BUDGET + 100).check().unwrap_err().to_string();
        assert_eq!(error, "the first load is 450.1 KB by brotli, over its budget of 450.0 KB");
        assert!(load(321_000).to_string().ends_with("321.0 KB  total; budget 450.0 KB"));
    }

    #[test]
    fn what_a_page_fetches_when_opened_is_shown_but_not_counted() {
        let weight = |name: &str, compressed| Weight { name: name.into(), bytes: 1_000, compressed };
        let files =
            vec![weight("later/split_editor-0123.wasm", 500_000), weight("later/links-0123.js", 2_000)];
        let load = FirstLoad { files };
        assert_eq!(load.total(), 2_000);
        assert!(load.to_string().ends_with("1.0 KB     500.0 KB  later: 1 modules of pages"), "{load}");
        let files = vec![
            weight("later/source-editor-0123456789abcdef.js", 130_000),
            weight("later/links-0123.js", 2_000),
        ];
        let load = FirstLoad { files };
        assert_eq!(load.total(), 2_000);
        assert!(
            load.to_string().ends_with("1.0 KB     130.0 KB  later: the editor of the source tab"),
            "{load}"
        );
    }

    #[test]
    fn the_size_is_that_of_brotli() {
        assert!(compressed(&[b'a'; 10_000]).unwrap().len() < 30);
        assert!(FirstLoad::measure(Path::new("/no/such/folder")).is_err());
    }
}
