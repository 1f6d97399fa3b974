//! Delete (API reference 4.1.1.1.8): all of the named workflows, or none.

use crate::error::HubError;
use crate::server::{Call, Reply};

/// So many at once are surely a mistake.
const MANY: usize = 200;

pub(super) async fn handle(call: &Call) -> Result<Reply, HubError> {
    let ids = ids(call.query_pairs()?)?;
    // No job begins between the look and the deletion.
    let _alone = call.app.deletions.write().await;
    let running = call.app.executions.running_jobs(&ids).await?;
    if let Some(job) = running.first() {
        return Err(HubError::conflict(
            format!("nothing is deleted: {job} is running; stop it first"),
            format!("未删除：{job} 正在执行，请先停止"),
        ));
    }
    call.app.workflows.delete(&ids).await?;
    Reply::empty()
}

fn ids(pairs: Vec<(String, String)>) -> Result<Vec<String>, HubError> {
    let mut ids = Vec::new();
    for (name, value) in pairs {
        if name != "workflow_id" {
            return Err(HubError::bad_request(
                format!("query: there is no parameter {name}; there is: workflow_id"),
                format!("未知的查询参数 {name}，可用：workflow_id"),
            ));
        }
        for id in value.split(',').map(str::trim).filter(|id| !id.is_empty()) {
            if !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        }
    }
    if ids.is_empty() || ids.len() > MANY {
        return Err(HubError::bad_request(
            format!("query: workflow_id names 1 to {MANY} workflows"),
            format!("查询参数 workflow_id 应指定 1 到 {MANY} 个工作流"),
        ));
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[&str]) -> Result<Vec<String>, HubError> {
        ids(values.iter().map(|value| ("workflow_id".to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn ids_come_repeated_or_separated_by_commas() {
        assert_eq!(check(&["a,b", "c", "a", ""]).unwrap(), ["a", "b", "c"]);
        assert!(check(&[]).is_err() && check(&[","]).is_err());
        assert!(ids(vec![("id".into(), "a".into())]).unwrap_err().reason.en.contains("workflow_id"));
    }
}
