//! Log (API reference 4.1.1.1.13): lines of one state of a job, or of all of them (`-`).

use wire::log::LogQuery;

use crate::error::HubError;
use crate::freshness::Subject;
use crate::server::{Call, Reply};

/// The most lines of one answer.
const MAXIMUM_SIZE: u32 = 10_000;

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let query: LogQuery = call.query()?;
    for (name, offset) in [("start_offset", &query.start_offset), ("end_offset", &query.end_offset)] {
        if offset.parse::<u64>().is_err() {
            return Err(HubError::bad_request(
                format!("query: {name} is a line number from 0"),
                format!("查询参数 {name} 应为从 0 开始的行号"),
            ));
        }
    }
    if !(1..=MAXIMUM_SIZE).contains(&query.size) {
        return Err(HubError::bad_request(
            format!("query: size is from 1 to {MAXIMUM_SIZE}"),
            format!("查询参数 size 应在 1 到 {MAXIMUM_SIZE} 之间"),
        ));
    }
    if let Some(unchanged) = call.unchanged() {
        return Ok(unchanged);
    }
    let (job_name, state_id) = (call.parameter("job_name"), call.parameter("state_id"));
    let (number, moment, page) = call.app.executions.log_at(job_name, state_id, query).await?;
    Ok(call.tagged(Reply::result(page)?, Subject::Job(number), moment))
}
