//! One console on the page of a run: it asks for the run each second, for new lines of its log each second, and for the
//! number of approvals every ten, and brings the entity tag of what it knows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wire::log::LogPage;
use wire::{Envelope, Method, Operation};

use crate::figures::Durations;
use crate::hub::Hub;

const PACE: Duration = Duration::from_secs(1);
/// Of every so many turns one asks for the approvals.
const COUNT_EVERY: u64 = 10;

#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) workflow_id: String,
    pub(crate) job_name: String,
}

/// How long its questions took.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) status: Durations,
    pub(crate) log: Durations,
    pub(crate) count: Durations,
    unchanged: usize,
}

impl Seen {
    pub(crate) fn extend(&mut self, other: Self) {
        self.status.extend(other.status);
        self.log.extend(other.log);
        self.count.extend(other.count);
        self.unchanged += other.unchanged;
    }

    pub(crate) fn share_unchanged(&self) -> String {
        let all = self.status.len() + self.log.len() + self.count.len();
        format!("{:.0} % of {all}", self.unchanged as f64 * 100.0 / all.max(1) as f64)
    }
}

/// Tags by what was asked.
type Tags = HashMap<String, String>;

pub(crate) async fn watch(hub: Arc<Hub>, place: Watched, late: Duration, until: Instant) -> Seen {
    let (mut seen, mut tags, mut line, mut turn) = (Seen::default(), Tags::new(), 0, 0_u64);
    let status = Operation::ShowJobStatus.url_path(&[&place.workflow_id]);
    let first = format!("{status}?job_name={}&with_def=true", place.job_name);
    let status = format!("{status}?job_name={}", place.job_name);
    let log = Operation::ShowLog.url_path(&[&place.job_name, "-"]);
    let list = format!("{}?page_no=1&page_size=200", Operation::ListJobs.url_path(&[]));
    let may_wait = json!([{"property_name": "status", "operator": "in", "operand": "waiting,running"}]);
    tokio::time::sleep(late).await;
    while Instant::now() < until {
        let begun = Instant::now();
        let asked = if turn == 0 { &first } else { &status };
        ask(&hub, Operation::ShowJobStatus, asked, &Value::Null, &mut tags, &mut seen.unchanged).await;
        seen.status.push(begun.elapsed());
        let page =
            format!("{log}?start_offset={line}&end_offset=0&size=1000&sort=ASC&level=INFO&filter=false");
        let asking = Instant::now();
        let answer = ask(&hub, Operation::ShowLog, &page, &Value::Null, &mut tags, &mut seen.unchanged).await;
        seen.log.push(asking.elapsed());
        if let Some(answer) = answer {
            line = serde_json::from_slice::<Envelope<LogPage>>(&answer).unwrap().result.unwrap().next_offset;
        }
        if turn % COUNT_EVERY == 0 {
            let asking = Instant::now();
            ask(&hub, Operation::ListJobs, &list, &may_wait, &mut tags, &mut seen.unchanged).await;
            seen.count.push(asking.elapsed());
        }
        turn += 1;
        tokio::time::sleep(PACE.saturating_sub(begun.elapsed())).await;
    }
    seen
}

/// None where what is known is still true.
async fn ask(
    hub: &Hub,
    operation: Operation,
    path: &str,
    body: &Value,
    tags: &mut Tags,
    unchanged: &mut usize,
) -> Option<Vec<u8>> {
    let url = format!("http://{}{path}", hub.listen);
    let request = match operation.method() {
        Method::Post => hub.client.post(url).json(body),
        _ => hub.client.get(url),
    };
    let known = tags.get(path).map(String::as_str).unwrap_or_default();
    let request = request.header(wire::AUTH_TOKEN_HEADER, &hub.token).header("If-None-Match", known);
    let response = request.send().await.unwrap();
    if response.status().as_u16() == 304 {
        *unchanged += 1;
        return None;
    }
    assert!(response.status().is_success(), "{path}: {}", response.status());
    let tag = response.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    tags.extend(tag.map(|tag| (path.to_owned(), tag)));
    Some(response.bytes().await.unwrap().into())
}
