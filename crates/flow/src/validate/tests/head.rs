//! The head of a definition (DSL reference, Document).

use super::*;

#[test]
fn the_head_is_checked_word_for_word() {
    insta::assert_snapshot!(check("document: { dsl: '0.9', namespace: 'a b', name: -x, version: 1 }\ndo: {}\nouptut: {}\n"), @r#"
        unsupported-dsl /document/dsl
          The version `0.9` of the DSL is not supported; write `1.0.3`, or another `1.0.x`.
          不支持 DSL 版本 `0.9`；请写 `1.0.3` 或其他 `1.0.x`。
        bad-name /document/namespace
          `a b` is no name: letters of a to z, digits and `-` may be in it, it begins and ends without `-`, and has 63 characters at most.
          `a b` 不是合法的名称：只能包含英文字母、数字和 `-`，首尾不能是 `-`，最多 63 个字符。
        bad-name /document/name
          `-x` is no name: letters of a to z, digits and `-` may be in it, it begins and ends without `-`, and has 63 characters at most.
          `-x` 不是合法的名称：只能包含英文字母、数字和 `-`，首尾不能是 `-`，最多 63 个字符。
        wrong-type /document/version
          `version` has to be a text, not a number; write it in quotes: "1".
          `version` 必须是文本，而不是数字；请加引号："1"。
        wrong-type /do
          `do` has to be a list of tasks, each written `- name: …`, not an object.
          `do` 必须是任务列表，每项写作 `- 名称: …`，而不是对象。
        warning unknown-member /ouptut
          Nothing reads the member `ouptut`. Did you mean `output`?
          成员 `ouptut` 不会被读取。是否想写 `output`？
        "#);
    insta::assert_snapshot!(check("[]"), @r"
        wrong-type 
          The definition has to be an object, not a list.
          定义必须是对象，而不是列表。
        ");
    insta::assert_snapshot!(check("{}"), @r"
        missing-member 
          The definition needs the members `document`, `do`.
          定义缺少成员 `document`、`do`。
        ");
}

/// DSL reference, Schedule: `cron`.
#[test]
fn a_cron_expression_that_never_comes_is_an_error_at_its_place() {
    let scheduled = |cron: &str| {
        check(&format!(
            "document: {{ dsl: '1.0.3', namespace: test, name: test, version: '0.1.0' }}\nschedule: {{ cron: '{cron}' }}\ndo: [{{ a: {{ set: {{ a: 1 }} }} }}]"
        ))
    };
    assert_eq!(scheduled("*/5 * * * MON-FRI"), "");
    for (cron, en, zh) in [
        ("0 0 31 2 *", "no such day ever comes", "这样的日期不存在"),
        ("0 0 0 * * *", "it has 6 fields", "它有 6 段"),
        ("61 * * * *", "61", "61"),
    ] {
        let told = scheduled(cron);
        assert!(told.starts_with("bad-cron /schedule/cron\n"), "{told}");
        assert!(told.contains(en) && told.contains(zh), "{told}");
    }
}
