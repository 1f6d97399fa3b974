//! Whether the hub can answer: `/readyz` asks the database, `/healthz` only says that the process is there.

use axum::extract::State;
use axum::http::StatusCode;

use crate::server::App;

pub(crate) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match sqlx::query("SELECT 1").execute(app.database.read()).await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(cause) => {
            tracing::error!(%cause, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
