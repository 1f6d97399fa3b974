//! The examples and the invalid definitions of the specification.

use crate::document::shared;

use super::*;

#[test]
fn every_example_has_no_errors() {
    let Some(files) = shared("ows/examples") else { return };
    for (name, text) in files {
        let document = Document::from_text(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let problems = validate(&document, &Catalog::default());
        let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn every_invalid_definition_is_refused() {
    let Some(files) = shared("ows/invalid") else { return };
    let mut told = String::new();
    for (name, text) in files {
        told.push_str(&format!("== {name}\n"));
        match Document::from_text(&text) {
            Ok(document) => {
                let problems = lines(&document);
                assert!(problems.lines().any(|line| !line.starts_with([' ', 'w'])), "{name} is accepted");
                told.push_str(&problems);
            }
            Err(error) => told.push_str(&format!("{error}\n")),
        }
    }
    insta::assert_snapshot!(told, @r"
        == extra-property-in-call.yaml
        unexpected-member /do/0/getPet/foo
          `foo` does not belong here; what may stand here: `call`, `with`, `if`, `input`, `output`, `export`, `timeout`, `then`, `metadata`.
          `foo` 不属于这里；此处可用：`call`、`with`、`if`、`input`、`output`、`export`、`timeout`、`then`、`metadata`。
        == listen-any-until-any-until.yaml
        line 7, column 1: the member `do` is there twice
        == two-tasks-in-one-item.yaml
        bad-entry /do/0
          Each entry is an object with exactly one member, the name of the task; this is one with 2: `getPet`, `setMessage`.
          每一项都必须是只有一个成员的对象，成员名即任务的名称；这里有 2 个成员：`getPet`、`setMessage`。
        ");
}
