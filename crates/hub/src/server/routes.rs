//! Which operation a method and a path name. Pure.
//!
//! The paths are those of `wire::Operation`. The API reference's own examples drop the prefix (`/v1/cpts/…`) and
//! once reorder the segments (`/v1/dcs/instances/{region}/{project}`): those answer alike.

use axum::http::Method;
use wire::Operation;

use crate::error::HubError;

/// The prefixes under which the operations answer; the first is the documented one.
const BASES: [&str; 2] = [wire::BASE_PATH, "/v1"];
/// Paths that only the reference's examples have.
const ALIASES: [(Operation, &str); 1] =
    [(Operation::ListDcsInstances, "/dcs/instances/{region_id}/{project_id}")];

/// An operation with its path parameters, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Routed {
    pub(super) operation: Operation,
    pub(super) parameters: Vec<(&'static str, String)>,
}

/// Whether a path belongs to the API, so that a mistake in it is answered as the API answers mistakes.
pub(super) fn is_api(path: &str) -> bool {
    ["/octopus-jobmanager", "/v1", "/v3"]
        .iter()
        .any(|base| path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The operation of a method and a path as it stands on the request line.
///
/// # Errors
/// 404 for a path that no operation has, 405 for one that others have.
pub(super) fn find(method: &Method, path: &str) -> Result<Routed, HubError> {
    let matching = matching(path);
    // HEAD is GET without the body, which the transport leaves out.
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    let best = matching
        .iter()
        .filter(|(routed, _)| routed.operation.method().as_str() == method)
        .max_by(|(_, left), (_, right)| left.cmp(right));
    if let Some((routed, _)) = best {
        return Ok(routed.clone());
    }
    let allowed: Vec<&str> = matching.iter().map(|(routed, _)| routed.operation.method().as_str()).collect();
    if allowed.is_empty() {
        return Err(HubError::not_found(
            format!("no operation has the path {path}"),
            format!("接口路径 {path} 不存在"),
        ));
    }
    let allowed = allowed.join(", ");
    Err(HubError {
        status: Some(405),
        ..HubError::bad_request(
            format!("{path} does not take {method}; it takes {allowed}"),
            format!("{path} 不支持 {method} 方法，支持：{allowed}"),
        )
    })
}

/// Every operation whose path fits, each with a rank: literal segments before parameters, from the left.
fn matching(path: &str) -> Vec<(Routed, Vec<bool>)> {
    let documented = Operation::ALL.into_iter().map(|operation| (operation, operation.path()));
    documented
        .chain(ALIASES)
        .filter_map(|(operation, template)| {
            let below = if operation == Operation::CreateToken {
                Some(path)
            } else {
                BASES.iter().find_map(|base| path.strip_prefix(base))
            };
            let (parameters, rank) = fit(template, below?)?;
            Some((Routed { operation, parameters }, rank))
        })
        .collect()
}

type Fit = (Vec<(&'static str, String)>, Vec<bool>);

fn fit(template: &'static str, path: &str) -> Option<Fit> {
    let mut parameters = Vec::new();
    let mut rank = Vec::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => parameters.push((name, decode(segment)?)),
            None if segment == expected => {}
            _ => return None,
        }
        rank.push(!expected.starts_with('{'));
    }
    segments.next().is_none().then_some((parameters, rank))
}

/// Percent-decoding of one segment; `None` where it is not the encoding of any text.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first == b'%' {
            let digits = after.get(..2)?;
            let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(method: Method, path: &str) -> (Operation, Vec<String>) {
        let routed = find(&method, path).unwrap();
        (routed.operation, routed.parameters.into_iter().map(|(_, value)| value).collect())
    }

    fn method(operation: Operation) -> Method {
        operation.method().as_str().parse().unwrap()
    }

    proptest! {
        #[test]
        fn every_operation_is_found_by_the_path_that_the_console_builds(
            values in proptest::collection::vec("[^/]{1,12}|/do/[0-9]/.{1,9}", 3),
        ) {
            for operation in Operation::ALL {
                let count = operation.path().matches('{').count();
                let values: Vec<&str> = values.iter().take(count).map(String::as_str).collect();
                let (found, parameters) = check(method(operation), &operation.url_path(&values));
                prop_assert_eq!(found, operation);
                prop_assert_eq!(parameters, values);
            }
        }

        #[test]
        fn no_path_is_too_strange(path in "/octopus-jobmanager/v1/.{0,60}") {
            let _ = find(&Method::GET, &path);
        }
    }

    #[test]
    fn the_paths_of_the_references_examples_answer_alike() {
        for (path, operation) in [
            ("/v1/dcs/instances/r/p", Operation::ListDcsInstances),
            ("/octopus-jobmanager/v1/dcs/instances/r/p", Operation::ListDcsInstances),
            ("/v1/dcs/instance/name/r/p/i", Operation::ShowDcsInstanceName),
            ("/v1/r/p/dns/private_zones", Operation::ListPrivateZones),
            ("/v1/cpts/test-suites/r/p", Operation::ListTestSuites),
            ("/v1/cpts/count/r/p", Operation::CountTestSuites),
            ("/v1/cpts/tasks/r/p/98675", Operation::ListTestTasks),
            ("/v1/cpts/prgs/r/p", Operation::ListPrivateResourceGroups),
        ] {
            let (found, parameters) = check(Method::GET, path);
            assert_eq!((found, parameters[..2].join(" ")), (operation, "r p".to_owned()), "{path}");
        }
    }

    #[test]
    fn a_wrong_method_is_told_from_a_wrong_path() {
        let path = Operation::FollowWorkflow.url_path(&["w"]);
        let error = find(&Method::PUT, &path).unwrap_err();
        assert_eq!(error.http_status(), 405);
        assert!(error.reason.en.ends_with("POST, DELETE"), "{}", error.reason.en);
        for path in
            ["/octopus-jobmanager/v1/workflow//start", "/octopus-jobmanager/v1/nope", "/v1", "/v3/auth"]
        {
            assert_eq!(find(&Method::POST, path).unwrap_err().http_status(), 404, "{path}");
        }
    }

    #[test]
    fn the_console_owns_what_only_looks_like_the_api() {
        assert!(is_api("/v1/x") && is_api("/octopus-jobmanager"));
        assert!(!is_api("/workflows/1") && !is_api("/v12") && !is_api("/"));
    }
}
