//! Serves the console's files: from a directory, or from inside of the binary.
//!
//! A page of the console is its `index.html`, whatever its path; files whose name holds their hash are kept for ever
//! by browsers, everything else is asked for again. It knows nothing of the API.

mod policy;

use std::path::{Component, Path, PathBuf};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The console's files and how browsers may use them.
#[derive(Clone, Debug)]
pub struct Console {
    source: Source,
    /// Origins that may show the console in a frame, besides the hub itself.
    embedding: Vec<String>,
}

#[derive(Clone, Debug)]
enum Source {
    Directory(PathBuf),
    Embedded,
    None,
}

#[cfg(feature = "embed-console")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../../dist/"]
struct Embedded;

/// What the hub's own console is told: the API is where the console came from, and every path is a page.
const CONFIG: &str = "{\"endpoint\":\"\",\"links\":\"path\"}\n";

impl Console {
    /// The files of `directory`, else those inside of the binary, if it was built with them.
    pub fn new(directory: Option<PathBuf>, embedding: Vec<String>) -> Self {
        let inside = if cfg!(feature = "embed-console") { Source::Embedded } else { Source::None };
        Self { source: directory.map_or(inside, Source::Directory), embedding }
    }

    pub(crate) async fn answer(&self, request: Request) -> Response {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered here\n");
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let Some(name) = file_name(request.uri().path()) else {
            return plain(StatusCode::BAD_REQUEST, "this is not a path\n");
        };
        let headers = request.headers();
        if name == "config.json" {
            return self.file("config.json", Bytes::from_static(CONFIG.as_bytes()), None, headers);
        }
        if !name.is_empty() && name != "index.html" {
            if let Some((bytes, encoding)) = self.encoded(&name, headers).await {
                return self.file(&name, bytes, encoding, headers);
            }
            if !accepts(headers, header::ACCEPT.as_str(), "text/html") {
                return plain(StatusCode::NOT_FOUND, "there is no such file\n");
            }
        }
        match self.read("index.html").await {
            Some(page) => self.page(with_base(&page, request.uri().path()), headers),
            None => self.page(Bytes::from_static(include_bytes!("console/missing.html")), headers),
        }
    }

    /// The file, in the best encoding that lies beside it and that the browser takes.
    async fn encoded(&self, name: &str, headers: &HeaderMap) -> Option<(Bytes, Option<&'static str>)> {
        for (encoding, extension) in [("br", "br"), ("gzip", "gz")] {
            if accepts(headers, header::ACCEPT_ENCODING.as_str(), encoding)
                && let Some(bytes) = self.read(&format!("{name}.{extension}")).await
            {
                return Some((bytes, Some(encoding)));
            }
        }
        Some((self.read(name).await?, None))
    }

    async fn read(&self, name: &str) -> Option<Bytes> {
        match &self.source {
            Source::Directory(directory) => read_within(directory, name).await,
            #[cfg(feature = "embed-console")]
            Source::Embedded => Embedded::get(name).map(|file| Bytes::from(file.data.into_owned())),
            #[cfg(not(feature = "embed-console"))]
            Source::Embedded => None,
            Source::None => None,
        }
    }

    fn page(&self, page: Bytes, headers: &HeaderMap) -> Response {
        let policy = policy::of(&String::from_utf8_lossy(&page), &self.embedding);
        let mut response = self.file("index.html", page, None, headers);
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if self.embedding.is_empty() {
            response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
        }
        response
    }

    fn file(
        &self,
        name: &str,
        bytes: Bytes,
        encoding: Option<&'static str>,
        headers: &HeaderMap,
    ) -> Response {
        let immutable = is_hashed(name);
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..12]));
        let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
        let unchanged = known
            .is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
        let mut response = Response::new(if unchanged { Body::empty() } else { Body::from(bytes) });
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let cache = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        let answer = response.headers_mut();
        answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
        answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            answer.insert(header::ETAG, tag);
        }
        response
    }
}

/// The file's name below the root; `None` for what names nothing there.
fn file_name(path: &str) -> Option<String> {
    let path = path.trim_start_matches('/');
    // Names that need encoding are pages of the console, never files.
    if path.contains('%') {
        return Some("\u{0}".to_owned());
    }
    let plain = Path::new(path).components().all(|component| matches!(component, Component::Normal(_)));
    (plain && !path.contains('\\')).then(|| path.to_owned())
}

async fn read_within(directory: &Path, name: &str) -> Option<Bytes> {
    if name.contains('\u{0}') {
        return None;
    }
    let root = tokio::fs::canonicalize(directory).await.ok()?;
    let file = tokio::fs::canonicalize(root.join(name)).await.ok()?;
    // A link out of the directory is not followed.
    if !file.starts_with(&root) || !tokio::fs::metadata(&file).await.ok()?.is_file() {
        return None;
    }
    tokio::fs::read(&file).await.ok().map(Bytes::from)
}

/// Whether a list header names `wanted`, not with quality 0. A plain `*/*` or `*` does not count.
fn accepts(headers: &HeaderMap, name: &str, wanted: &str) -> bool {
    let listed = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    listed.flat_map(|list| list.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next().is_some_and(|value| value.eq_ignore_ascii_case(wanted))
            && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// Trunk writes `name-0123456789abcdef.js` and `name-0123456789abcdef_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    let stem = name.rsplit('/').next().unwrap_or(name).split('.').next().unwrap_or_default();
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The page with a `<base>` that leads from this path to the console's root, so that the browser's look-ahead finds the
/// files of a deep link at once. It is relative: a proxy may put the hub under any path.
fn with_base(page: &Bytes, path: &str) -> Bytes {
    let text = String::from_utf8_lossy(page);
    let Some(place) = text.find("<meta") else { return page.clone() };
    let depth = path.matches('/').count().saturating_sub(1);
    let root = if depth == 0 { "./".to_owned() } else { "../".repeat(depth) };
    Bytes::from(format!("{}<base href=\"{root}\">{}", &text[..place], &text[place..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_link_finds_the_files_of_the_root() {
        let page = Bytes::from_static(b"<head><meta charset=utf-8></head>");
        assert_eq!(with_base(&page, "/"), "<head><base href=\"./\"><meta charset=utf-8></head>");
        assert_eq!(with_base(&page, "/runs/w/j"), "<head><base href=\"../../\"><meta charset=utf-8></head>");
    }

    #[test]
    fn only_a_name_that_holds_its_hash_is_kept_for_ever() {
        assert!(is_hashed("mas-console-4f2a9c81d0b7e635.js"));
        assert!(is_hashed("mas-console-4f2a9c81d0b7e635_bg.wasm"));
        assert!(is_hashed("snippets/a/inline-0123456789abcdef.js"));
        for name in ["index.html", "config.json", "favicon.svg", "mas-console.js", "a-facade.css"] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[tokio::test]
    async fn nothing_outside_of_the_directory_is_served() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("dist");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(directory.path().join("secret"), "x").unwrap();
        std::fs::write(root.join("a.txt"), "a").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(directory.path().join("secret"), root.join("link")).unwrap();
        assert_eq!(read_within(&root, "a.txt").await.unwrap(), "a");
        for name in ["../secret", "link", "", "\u{0}"] {
            assert_eq!(read_within(&root, name).await, None, "{name}");
        }
        for path in ["/../secret", "/a/../../secret", "/./a", "/..\\secret"] {
            assert_eq!(file_name(path), None, "{path}");
        }
    }
}
