//! From what a call names to the address of its `function.yaml` (DSL, Catalogs: File Structure, Using Cataloged
//! Functions; Using a Custom Function).

use serde_json::Value;

use crate::expression::strict;

/// A reason in English and in Chinese.
type Reason = (String, String);

const FILE: &str = "function.yaml";

/// The address of the file of a function that is called by a catalog's name or by an address.
///
/// # Errors
/// Why there is none, in English.
pub(crate) fn address(root: &Value, call: &str) -> Result<String, String> {
    localized(root, call).map_err(|(en, _)| en)
}

pub(super) fn localized(root: &Value, call: &str) -> Result<String, Reason> {
    if strict(call).is_some() {
        return Err(reason("what is called cannot be an expression", "所调用的函数不能是表达式"));
    }
    if super::is_address(call) {
        let address = fetchable(call)?;
        let ends = [".yaml", ".yml", ".json"].iter().any(|ending| address.ends_with(ending));
        let file = if ends { address } else { format!("{}/{FILE}", address.trim_end_matches('/')) };
        return Ok(raw(&file));
    }
    let parts = call.rsplit_once('@').and_then(|(function, catalog)| {
        let (name, version) = function.split_once(':')?;
        Some((name, version, catalog))
    });
    let Some((name, version, catalog)) =
        parts.filter(|(name, version, _)| is_segment(name) && is_segment(version))
    else {
        return Err(reason(
            "there is no such function in `use.functions`, and it is written neither `name:version@catalog` nor as an address",
            "use.functions 中没有该函数，且写法既不是 `名称:版本@目录`，也不是地址",
        ));
    };
    let Some(catalog_value) = root.get("use").and_then(|used| used.get("catalogs")?.get(catalog)) else {
        return Err((
            format!("there is no catalog `{catalog}` in `use.catalogs`"),
            format!("use.catalogs 中没有目录“{catalog}”"),
        ));
    };
    let endpoint = of_endpoint(catalog_value.get("endpoint"))?;
    let endpoint = endpoint.trim_end_matches('/');
    let below = format!("functions/{name}/{version}/{FILE}");
    if is_gitlab(endpoint) && !endpoint.contains("/-/") {
        return Ok(format!("{endpoint}/-/raw/HEAD/{below}"));
    }
    Ok(raw(&format!("{endpoint}/{below}")))
}

/// The address of an endpoint (DSL reference, Endpoint): a text, or an object with `uri`.
pub(super) fn of_endpoint(endpoint: Option<&Value>) -> Result<String, Reason> {
    let uri = endpoint.and_then(|endpoint| endpoint.get("uri").unwrap_or(endpoint).as_str());
    match uri {
        Some(uri) => fetchable(uri),
        None => Err(reason("its endpoint has no address", "其 endpoint 没有地址")),
    }
}

fn fetchable(uri: &str) -> Result<String, Reason> {
    let uri = uri.trim();
    if strict(uri).is_some() || uri.contains(['{', '}']) {
        return Err(reason(
            "its address is fetched before the start, so it cannot have expressions in it",
            "该地址在启动前获取，不能包含表达式",
        ));
    }
    let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') => Ok(uri.to_owned()),
        _ => Err((
            format!("only http and https addresses are fetched, not `{uri}`"),
            format!("只能获取 http 或 https 地址，而不是“{uri}”"),
        )),
    }
}

/// The address of the text itself where the address is one of a page about it, of GitHub or GitLab.
pub(super) fn raw(address: &str) -> String {
    if is_gitlab(address) {
        return address.replacen("/-/tree/", "/-/raw/", 1).replacen("/-/blob/", "/-/raw/", 1);
    }
    let Some(path) = address.strip_prefix("https://github.com/") else { return address.to_owned() };
    let parts: Vec<&str> = path.split('/').collect();
    let [owner, repository, rest @ ..] = parts.as_slice() else { return address.to_owned() };
    let repository = repository.trim_end_matches(".git");
    let (reference, path) = match rest {
        ["tree" | "blob" | "raw", "refs", kind, name, path @ ..] => {
            (format!("refs/{kind}/{name}"), path.join("/"))
        }
        ["tree" | "blob" | "raw", name, path @ ..] => (reference(name), path.join("/")),
        // `owner/repository/function@v1.0.0`, as the specification's example of a custom function has it.
        path => {
            let path = path.join("/");
            match path.split_once('@') {
                Some((before, after)) => {
                    let (name, file) = after.split_once('/').unwrap_or((after, FILE));
                    (reference(name), format!("{before}/{file}"))
                }
                None => ("HEAD".to_owned(), path),
            }
        }
    };
    format!("https://raw.githubusercontent.com/{owner}/{repository}/{reference}/{path}")
}

/// A branch, unless it looks like a commit or like the tag of a version.
fn reference(name: &str) -> String {
    let is_commit = name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let version = name.strip_prefix('v').unwrap_or(name);
    let is_version = version.contains('.') && version.starts_with(|first: char| first.is_ascii_digit());
    match () {
        () if is_commit || name == "HEAD" => name.to_owned(),
        () if is_version => format!("refs/tags/{name}"),
        () => format!("refs/heads/{name}"),
    }
}

fn is_gitlab(address: &str) -> bool {
    let host = address.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    host == "gitlab.com" || host.starts_with("gitlab.")
}

/// One part of a path that cannot lead out of its folder.
fn is_segment(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('.')
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "-_.+".contains(character))
}

fn reason(en: &str, zh: &str) -> Reason {
    (en.to_owned(), zh.to_owned())
}
