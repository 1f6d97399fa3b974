//! DSL: Catalogs, and Using a Custom Function.

use super::*;

fn check(root: Value) -> String {
    let document = Document::from_value(root);
    let found = externals(&document).into_iter().map(|external| {
        let policy = external.authentication.map(|policy| format!(" {policy}")).unwrap_or_default();
        format!("{} {}{policy}\n", external.pointer, external.address)
    });
    let refused = unfetchable(&document).into_iter();
    found.chain(refused.map(|problem| format!("{} {}\n", problem.pointer, problem.message_en))).collect()
}

#[test]
fn what_has_to_be_fetched_is_found_once_and_only_where_it_can_run() {
    insta::assert_snapshot!(check(json!({
        "input": {"schema": {"resource": {"endpoint": "https://schemas.example/input.json"}}},
        "use": {
            "catalogs": {
                "global": {"endpoint": {"uri": "https://catalog.example/root/", "authentication": {"use": "key"}}},
                "local": {"endpoint": "file:///etc"},
                "theirs": {"endpoint": {"uri": "${ .x }"}},
            },
            "authentications": {"key": {"bearer": {"use": "token"}}},
            "functions": {
                "mine": {"do": [{"deep": {"call": "inner:1.0.0@global"}}]},
                "unused": {"call": "never:1.0.0@global"},
            },
            "extensions": [{"x": {"extend": "all", "before": [{"log": {"call": "log:0.5.2@global"}}]}}],
        },
        "do": [
            {"a": {"call": "log:0.5.2@global", "output": {"schema": {"resource": {"endpoint": {"uri": "ftp://x"}}}}}},
            {"b": {"call": "mine"}},
            {"c": {"call": "https://example.com/f/function.yaml"}},
            {"d": {"call": "https://example.com/folder"}},
            {"e": {"call": "x:1@local"}},
            {"f": {"call": "x:1@theirs"}},
            {"g": {"call": "x:1@nowhere"}},
            {"h": {"call": "nowhere"}},
            {"i": {"call": "../../x:1@global"}},
            {"j": {"call": "file:///etc/passwd"}},
            {"k": {"call": "dns-record-add:1.0.0@default"}},
        ],
    })), @r#"
        /input/schema https://schemas.example/input.json
        /do/0/a/call https://catalog.example/root/functions/log/0.5.2/function.yaml {"bearer":"${ $secrets[\"token\"] }"}
        /do/2/c/call https://example.com/f/function.yaml
        /do/3/d/call https://example.com/folder/function.yaml
        /use/functions/mine/do/0/deep/call https://catalog.example/root/functions/inner/1.0.0/function.yaml {"bearer":"${ $secrets[\"token\"] }"}
        /do/0/a/output/schema/resource The hub cannot run `schema.resource`: only http and https addresses are fetched, not `ftp://x`.
        /do/4/e/call The hub cannot run `x:1@local`: only http and https addresses are fetched, not `file:///etc`.
        /do/5/f/call The hub cannot run `x:1@theirs`: its address is fetched before the start, so it cannot have expressions in it.
        /do/6/g/call The hub cannot run `x:1@nowhere`: there is no catalog `nowhere` in `use.catalogs`.
        /do/7/h/call The hub cannot run `nowhere`: there is no such function in `use.functions`, and it is written neither `name:version@catalog` nor as an address.
        /do/8/i/call The hub cannot run `../../x:1@global`: there is no such function in `use.functions`, and it is written neither `name:version@catalog` nor as an address.
        /do/9/j/call The hub cannot run `file:///etc/passwd`: only http and https addresses are fetched, not `file:///etc/passwd`.
        "#);
}

/// DSL, Catalogs, File Structure: the raw document, not the page about it.
#[test]
fn addresses_of_repositories_lead_to_the_file_itself() {
    let of_catalog = |endpoint: &str| {
        address(&json!({"use": {"catalogs": {"c": {"endpoint": {"uri": endpoint}}}}}), "log:1.0.0@c").unwrap()
    };
    let of = |call: &str| address(&json!({}), call).unwrap();
    for (found, expected) in [
        (
            of_catalog("https://github.com/serverlessworkflow/catalog/tree/main"),
            "https://raw.githubusercontent.com/serverlessworkflow/catalog/refs/heads/main/functions/log/1.0.0/function.yaml",
        ),
        (
            of_catalog("https://github.com/serverlessworkflow/catalog"),
            "https://raw.githubusercontent.com/serverlessworkflow/catalog/HEAD/functions/log/1.0.0/function.yaml",
        ),
        (
            of_catalog("https://gitlab.com/group/catalog/-/tree/main"),
            "https://gitlab.com/group/catalog/-/raw/main/functions/log/1.0.0/function.yaml",
        ),
        (
            of_catalog("https://gitlab.example.com/group/catalog"),
            "https://gitlab.example.com/group/catalog/-/raw/HEAD/functions/log/1.0.0/function.yaml",
        ),
        (of_catalog("http://127.0.0.1:9000"), "http://127.0.0.1:9000/functions/log/1.0.0/function.yaml"),
        (
            of("https://github.com/myorg/functions/validateEmailAddress@v1.0.0"),
            "https://raw.githubusercontent.com/myorg/functions/refs/tags/v1.0.0/validateEmailAddress/function.yaml",
        ),
        (
            of("https://github.com/o/r/blob/0123456789abcdef0123456789abcdef01234567/f/function.yaml"),
            "https://raw.githubusercontent.com/o/r/0123456789abcdef0123456789abcdef01234567/f/function.yaml",
        ),
        (
            of(
                "https://raw.githubusercontent.com/serverlessworkflow/catalog/main/functions/log/1.0.0/function.yaml",
            ),
            "https://raw.githubusercontent.com/serverlessworkflow/catalog/main/functions/log/1.0.0/function.yaml",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn what_was_fetched_becomes_part_of_what_runs() {
    let mut document = Document::from_value(json!({
        "document": {"name": "x"},
        "output": {"schema": {"format": "json", "resource": {"endpoint": "https://h/s.json"}}},
        "do": [{"a": {"call": "https://h/f.yaml"}}],
    }));
    let before = document.digest();
    for external in externals(&document) {
        let text = match external.kind {
            ExternalKind::Function { .. } => "set: {done: true}\n",
            ExternalKind::Schema => "{\"type\": \"object\"}",
        };
        embed(&mut document, &external, text).unwrap();
    }
    insta::assert_snapshot!(document.to_json_pretty(), @r#"
        {
          "document": {
            "name": "x",
            "metadata": {
              "mas.fetched": {
                "https://h/s.json": "sha256:ff419ebbeba438f66900abe77818ce940702bdfe70fa173cb94beecee8d3f112",
                "https://h/f.yaml": "sha256:2303ba0608f3f950d4a80eed17e76c4b428a6720b112466168ca1b87781471cf"
              }
            }
          },
          "output": {
            "schema": {
              "format": "json",
              "document": {
                "type": "object"
              }
            }
          },
          "do": [
            {
              "a": {
                "call": "https://h/f.yaml"
              }
            }
          ],
          "use": {
            "functions": {
              "https://h/f.yaml": {
                "set": {
                  "done": true
                }
              }
            }
          }
        }
        "#);
    assert_ne!(document.digest(), before, "an approval is bound to what was fetched, too");
    assert_eq!(externals(&document), []);
    let wrong = External {
        pointer: Pointer::root().child("do"),
        address: "https://h/f.yaml".to_owned(),
        authentication: None,
        kind: ExternalKind::Function { call: "f".to_owned() },
    };
    for text in ["<html></html>", "a: [", "just: this", "[]", ""] {
        assert!(
            embed(&mut document, &wrong, text).unwrap_err().message_en.contains("https://h/f.yaml"),
            "{text}"
        );
    }
}
