//! A real service on loopback that HTTP tasks call: it records what it received and answers as told.

use std::sync::{Arc, Mutex};

use anyhow::Result;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// What the service received and what it answers.
#[derive(Clone, Default)]
struct Book {
    received: Arc<Mutex<Vec<String>>>,
    /// Paths that answer 503 for now.
    broken: Arc<Mutex<Vec<String>>>,
}

pub(crate) struct Service {
    book: Book,
    /// `127.0.0.1:PORT`.
    pub(crate) authority: String,
}

impl Service {
    pub(crate) async fn start() -> Result<Self> {
        let book = Book::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let authority = listener.local_addr()?.to_string();
        let router = Router::new().fallback(answer).with_state(book.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { book, authority })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority)
    }

    pub(crate) fn set_broken(&self, path: &str, broken: bool) {
        let mut paths = self.book.broken.lock().unwrap();
        paths.retain(|one| one != path);
        if broken {
            paths.push(path.to_owned());
        }
    }

    /// How often this path was called.
    pub(crate) fn calls(&self, path: &str) -> usize {
        self.book.received.lock().unwrap().iter().filter(|one| *one == path).count()
    }
}

async fn answer(State(book): State<Book>, request: Request) -> impl IntoResponse {
    let path = request.uri().path().to_owned();
    book.received.lock().unwrap().push(path.clone());
    if book.broken.lock().unwrap().contains(&path) {
        (StatusCode::SERVICE_UNAVAILABLE, axum::Json(serde_json::json!({"error": "down for now"})))
    } else {
        (StatusCode::OK, axum::Json(serde_json::json!({"path": path, "healthy": true})))
    }
}
