//! Why somebody does something: a text that is kept for good, so it has an end.

use crate::error::HubError;

/// In characters: a page of text, and far more than anybody reads at three in the morning.
const LONGEST: usize = 2000;

/// The reason without the blanks around it; none where nothing is left.
pub(super) fn given(name: &str, reason: Option<String>) -> Result<Option<String>, HubError> {
    let Some(reason) = reason else { return Ok(None) };
    let length = reason.chars().count();
    if length > LONGEST {
        return Err(HubError::bad_request(
            format!("{name}: {length} characters; at most {LONGEST} are kept"),
            format!("{name}：{length} 个字符，最多 {LONGEST} 个"),
        ));
    }
    let reason = reason.trim();
    Ok((!reason.is_empty()).then(|| reason.to_owned()))
}
