//! Pages: from 1, at most 200 a page; a page past the end is empty.

use wire::resource::{ResourcePage, ResourceQuery};

use crate::error::HubError;
use crate::lab::{Query, Resource};
use crate::server::Call;

/// The most of one page (`design/api.md`, General).
const MAXIMUM: u32 = 200;

/// A page number and a size that can be answered. `name` is what the operation calls the page number.
///
/// # Errors
/// 400 that names the one that cannot.
pub(super) fn page(
    name: &str,
    number: Option<u32>,
    size: Option<u32>,
    usual: u32,
) -> Result<(u32, u32), HubError> {
    let number = number.unwrap_or(1);
    let size = size.unwrap_or(usual);
    if number == 0 {
        return Err(HubError::bad_request(
            format!("{name}: pages count from 1"),
            format!("{name}：页码从 1 开始"),
        ));
    }
    if !(1..=MAXIMUM).contains(&size) {
        return Err(HubError::bad_request(
            format!("page_size: {size} is not from 1 to {MAXIMUM}"),
            format!("page_size：{size} 不在 1 到 {MAXIMUM} 之间"),
        ));
    }
    Ok((number, size))
}

/// A number of the query.
///
/// # Errors
/// 400 that names it.
pub(super) fn number(name: &str, value: Option<String>) -> Result<Option<u32>, HubError> {
    value.filter(|value| !value.is_empty()).map(|value| value.parse()).transpose().map_err(|_| {
        HubError::bad_request(format!("query: {name} is not a number"), format!("查询参数 {name} 应为数字"))
    })
}

/// One page of resources of a kind, as the lists of DCS, DNS, CPTS and CCE have it.
///
/// # Errors
/// 400 for a page that cannot be, 404 for an unknown region or project.
pub(super) async fn resources<T>(
    call: &Call,
    kind: &str,
    attribute: Option<(&str, &str)>,
    shown: impl Fn(Resource) -> T,
) -> Result<ResourcePage<T>, HubError> {
    let query: ResourceQuery = call.query()?;
    let page = page("page_num", query.page_num, query.page_size, 10)?;
    let wanted = Query {
        region: call.parameter("region_id"),
        project: Some(call.parameter("project_id")),
        kind,
        search: query.search_value.as_deref(),
        attribute,
        page: Some(page),
    };
    let (found, total) = call.app.inventory.list(&wanted).await?;
    Ok(ResourcePage {
        data: found.into_iter().map(shown).collect(),
        total,
        page_num: page.0,
        page_size: page.1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_cannot_be_is_named() {
        assert_eq!(page("page_no", None, None, 10).unwrap(), (1, 10));
        assert_eq!(page("page_no", Some(3), Some(200), 10).unwrap(), (3, 200));
        assert!(page("page_no", Some(0), None, 10).unwrap_err().reason.en.starts_with("page_no"));
        assert!(page("page_no", None, Some(201), 10).unwrap_err().reason.en.starts_with("page_size"));
        assert!(page("page_no", None, Some(0), 10).is_err());
    }
}
