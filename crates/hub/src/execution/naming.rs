//! The names of jobs and of their tasks: readable, unique, and safe in a path and in a header.

use flow::engine::TaskId;

const LONGEST_NAME: usize = 60;
/// Base32 of RFC 4648 in lower case: no character is taken for another over the telephone.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// `<workflow name>-<yyyymmdd-hhmmss>-<4 letters>`, in UTC.
pub(super) fn job_name(workflow_name: &str, at: i64, random: [u8; 4]) -> String {
    let name: String = workflow_name
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' })
        .take(LONGEST_NAME)
        .collect();
    let name = name.trim_matches('-');
    let name = if name.is_empty() { "job" } else { name };
    let time = jiff::Timestamp::from_millisecond(at)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%Y%m%d-%H%M%S");
    let suffix: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    format!("{name}-{time}-{suffix}")
}

/// A task as the API names it: `<job>.<n>`.
pub(super) fn task_id(job_name: &str, task: TaskId) -> String {
    format!("{job_name}.{}", task.0)
}

/// The job and the task that a task id of the API names, if it can be one.
pub(super) fn parse_task_id(text: &str) -> Option<(&str, TaskId)> {
    let (job_name, number) = text.rsplit_once('.')?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !job_name.is_empty()).then(|| number.parse().ok().map(|number| (job_name, TaskId(number))))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable_and_safe() {
        assert_eq!(
            job_name("dns-drill", 1_795_402_800_000, [0, 1, 31, 32]),
            "dns-drill-20261123-030000-ab7a"
        );
        assert_eq!(job_name("演练 / x", 0, [0; 4]), "x-19700101-000000-aaaa");
        assert_eq!(job_name("演练", 0, [0; 4]), "job-19700101-000000-aaaa");
    }

    #[test]
    fn a_task_id_reads_back() {
        assert_eq!(parse_task_id(&task_id("drill-1", TaskId(12))), Some(("drill-1", TaskId(12))));
        assert_eq!(parse_task_id("drill"), None);
        assert_eq!(parse_task_id("drill.+1"), None);
        assert_eq!(parse_task_id(".1"), None);
    }
}
