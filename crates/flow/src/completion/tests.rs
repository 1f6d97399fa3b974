//! Completion, as people see it: `|` is the caret, before and after.

use serde_json::json;

use super::*;
use crate::CatalogFunction;

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    let input_schema = json!({
        "type": "object",
        "required": ["zone"],
        "properties": {
            "ttl": { "type": "integer", "default": 300 },
            "zone": { "type": "string", "title": { "en": "Zone", "zh": "域名" } },
            "kind": { "enum": ["A", "AAAA"] },
        },
    });
    catalog.insert("dns-add:1.0.0@default", CatalogFunction { input_schema });
    catalog
}

fn at_caret(text: &str) -> (String, Option<Completion>) {
    let caret = text.find('|').expect("a caret");
    let plain = text.replacen('|', "", 1);
    let units = plain[..caret].encode_utf16().count();
    let found = complete(&plain, units, &catalog());
    (plain, found)
}

/// The labels that are offered.
fn check(text: &str) -> String {
    let (_, found) = at_caret(text);
    found.map_or("-".to_owned(), |found| {
        let labels = found.suggestions.iter().map(|one| match one.kind {
            SuggestionKind::Required => format!("{}!", one.label),
            _ => one.label.clone(),
        });
        labels.collect::<Vec<_>>().join(" ")
    })
}

/// The text after a suggestion was taken, with the caret in it.
fn taken(text: &str, label: &str) -> String {
    let (plain, found) = at_caret(text);
    let found = found.expect("suggestions");
    let one = found.suggestions.iter().find(|one| one.label == label).expect("the suggestion");
    let units: Vec<u16> = plain.encode_utf16().collect();
    let insert: Vec<u16> = one.insert.encode_utf16().collect();
    let (head, tail) = insert.split_at(one.caret);
    let part = String::from_utf16_lossy;
    format!(
        "{}{}|{}{}",
        part(&units[..found.from - found.before]),
        part(head),
        part(tail),
        part(&units[found.to + found.after..])
    )
}

const KINDS: &str = "call fork emit for listen raise run set switch try wait do";

#[test]
fn a_task_is_one_of_the_kinds_and_then_has_the_members_of_its_kind() {
    let base = "if input output export timeout then metadata";
    let yaml = |inner: &str| format!("do:\n  - one:\n      {inner}\n  - two:\n      wait: PT1S\n");
    assert_eq!(check(&yaml("|")), format!("{KINDS} {base}"));
    assert_eq!(check(&yaml("wa|")), format!("{KINDS} {base}"));
    assert_eq!(check(&yaml("wait: PT1S\n      |")), base);
    assert_eq!(check(&yaml("for:\n        each: x\n      |")), format!("do! while {base}"));
    let json = |inner: &str| format!("{{\"do\": [{{\"one\": {{{inner}}}}}]}}");
    assert_eq!(check(&json("|")), format!("{KINDS} {base}"));
    assert_eq!(check(&json("\"w|\"")), format!("{KINDS} {base}"));
    assert_eq!(check(&json("\"try\": [], \"|\"")), format!("catch! {base}"));
    assert_eq!(check(&json("\"set\": {\"a\": |}")), "-");
}

#[test]
fn a_list_of_tasks_takes_a_whole_task_under_a_free_name() {
    assert_eq!(check("do:\n  - |"), KINDS);
    assert_eq!(taken("do:\n  - |", "wait"), "do:\n  - wait:\n      wait: |");
    assert_eq!(
        taken("do:\n  - wait:\n      wait: PT1S\n  - |\n", "wait"),
        "do:\n  - wait:\n      wait: PT1S\n  - wait2:\n      wait: |\n"
    );
    assert_eq!(taken("do:\n  |", "do"), "do:\n  - do:\n      do:\n        - |");
    assert_eq!(
        taken("do:\n  - a:\n      wait: PT1S\n  |", "set"),
        "do:\n  - a:\n      wait: PT1S\n  - set:\n      set:\n        |"
    );
    assert_eq!(
        taken("{\n  \"do\": [\n    |\n  ]\n}", "call"),
        "{\n  \"do\": [\n    {\n      \"call\": {\n        \"call\": \"|\"\n      }\n    }\n  ]\n}"
    );
    assert_eq!(check("{\"do\": [{\"|\"}]}"), KINDS);
    // An entry has one member.
    assert_eq!(check("{\"do\": [{\"a\": {}, |}]}"), "-");
}

#[test]
fn what_is_taken_fits_into_the_text_around_it() {
    assert_eq!(taken("{\"do\": [{\"a\": {\"w|\"}}]}", "wait"), "{\"do\": [{\"a\": {\"wait\": \"|\"}}]}");
    assert_eq!(
        taken("{\"do\": [{\"a\": {\"|\" \"then\": \"end\"}}]}", "set"),
        "{\"do\": [{\"a\": {\"set\": {|}, \"then\": \"end\"}}]}"
    );
    assert_eq!(
        taken("{\"do\": [{\"a\": {\"wa|t\": \"PT1S\"}}]}", "wait"),
        "{\"do\": [{\"a\": {\"wait\"|: \"PT1S\"}}]}"
    );
    assert_eq!(taken("{\"do\": [] |}", "input"), "{\"do\": [] , \"input\": {|}}");
    assert_eq!(taken("do:\n  - a:\n      wa|: PT1S\n", "wait"), "do:\n  - a:\n      wait|: PT1S\n");
    assert_eq!(taken("do:\n  - a:\n      fo|\n", "fork"), "do:\n  - a:\n      fork:\n        |\n");
    assert_eq!(taken("do:\n  - \u{1f600}: {w|}\n", "wait"), "do:\n  - \u{1f600}: {wait: |}\n");
    assert_eq!(taken("document:\n  dsl: |\n", "1.0.3"), "document:\n  dsl: 1.0.3|\n");
    assert_eq!(taken("document:\n  dsl: '1|'\n", "1.0.3"), "document:\n  dsl: 1.0.3|\n");
}

#[test]
fn then_leads_to_the_tasks_of_the_same_list() {
    let text = "do:\n  - one:\n      wait: PT1S\n      then: |\n  - two:\n      switch:\n        - a:\n            then: e\n";
    assert_eq!(check(text), "continue exit end one two");
    assert_eq!(check(&text.replacen('|', "", 1).replace("then: e", "then: e|")), "continue exit end one two");
    let branches = "do:\n  - both:\n      fork:\n        branches:\n          - left:\n              set: {a: 1}\n              then: |\n          - right:\n              wait: PT1S\n";
    assert_eq!(check(branches), "continue exit end");
}

#[test]
fn a_call_knows_its_functions_and_what_they_are_given() {
    let of = |inner: &str| {
        format!("use:\n  functions:\n    own:\n      wait: PT1S\ndo:\n  - one:\n      {inner}\n")
    };
    assert_eq!(check(&of("call: |")), "http grpc openapi asyncapi a2a mcp own dns-add:1.0.0@default");
    assert_eq!(taken(&of("call: d|"), "dns-add:1.0.0@default"), of("call: dns-add:1.0.0@default|"));
    assert_eq!(check(&of("call: dns-add:1.0.0@default\n      with:\n        |")), "zone! ttl kind");
    assert_eq!(check(&of("call: dns-add:1.0.0@default\n      with:\n        kind: |")), "A AAAA");
    assert_eq!(
        check(&of("call: http\n      with:\n        |")),
        "method! endpoint! headers body query output redirect"
    );
    assert_eq!(check(&of("call: http\n      with: {output: |}")), "raw content response");
}

#[test]
fn names_come_from_where_they_are_defined() {
    let text = |inner: &str| {
        format!(
            "use:\n  secrets: [key]\n  timeouts: {{long: {{after: PT1H}}}}\n  retries: {{twice: {{}}}}\n  authentications: {{login: {{basic: {{use: key}}}}}}\ndo:\n  - one:\n{inner}"
        )
    };
    assert_eq!(check(&text("      wait: PT1S\n      timeout: |")), "long");
    assert_eq!(check(&text("      try: []\n      catch:\n        retry: |")), "twice");
    let http = "      call: http\n      with:\n        endpoint:\n          uri: x\n          authentication:\n            ";
    assert_eq!(check(&text(&format!("{http}use: |"))), "login");
    assert_eq!(check(&text(&format!("{http}basic:\n              use: |"))), "key");
}

#[test]
fn of_a_choice_only_one_is_offered() {
    assert_eq!(check("do:\n  - a:\n      run:\n        shell: {command: x}\n        |"), "await return");
    assert_eq!(check("do:\n  - a:\n      listen:\n        to:\n          |"), "all! any! one! until");
    assert_eq!(check("|"), "document! do! input use timeout output schedule evaluate metadata");
}

#[test]
fn nothing_is_offered_in_comments_long_texts_and_where_nothing_fits() {
    for text in [
        "{\"do\": [{\"a\": {}} |]}",
        "# wa|\ndo: []",
        "do:\n  - a:\n      wait: PT1S # the|",
        "document:\n  summary: |-\n    wa|\n",
        "do:\n  - a:\n      set:\n        |",
        "do: []\nother:\n  |",
        "{\"do\": []} |",
        "{\"do\"| : []}",
    ] {
        // The first of the long text's own marks is no caret.
        let text = text.replacen("summary: |-", "summary: >-", 1);
        assert_eq!(check(&text), "-", "{text}");
    }
}

#[test]
fn every_member_of_the_language_says_what_it_is_for() {
    let of = |text: &str| at_caret(text).1.expect("suggestions").suggestions;
    for text in [
        "|",
        "document:\n  |",
        "use:\n  |",
        "schedule:\n  |",
        "do:\n  - a:\n      |",
        "do:\n  - a:\n      try: []\n      catch:\n        |",
        "do:\n  - a:\n      try: []\n      catch:\n        retry:\n          |",
        "do:\n  - a:\n      call: http\n      with:\n        |",
        "do:\n  - a:\n      run:\n        |",
        "do:\n  - a:\n      for:\n        |",
        "do:\n  - a:\n      raise:\n        error:\n          |",
    ] {
        for one in of(text) {
            assert!(!one.help_en.is_empty() && !one.help_zh.is_empty(), "{} in {text:?}", one.label);
        }
    }
}

proptest::proptest! {
    /// Whatever is typed, wherever the caret is: an answer or none, and one that fits into the text.
    #[test]
    fn no_text_is_too_broken(pieces in proptest::collection::vec(piece(), 0..40), caret in 0..400_usize) {
        let text: String = pieces.concat();
        if let Some(found) = complete(&text, caret, &catalog()) {
            let units = text.encode_utf16().count();
            proptest::prop_assert!(found.before <= found.from && found.from <= found.to);
            proptest::prop_assert!(found.to + found.after <= units);
            for one in found.suggestions {
                proptest::prop_assert!(one.caret <= one.insert.encode_utf16().count());
            }
        }
    }
}

fn piece() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::strategy::Strategy as _;
    let fixed = proptest::sample::select(vec![
        "do:",
        "do",
        "\n",
        "  ",
        "- ",
        "-",
        ":",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "'",
        "call",
        "http",
        "with",
        "\u{1f600}",
        "#",
        "|",
        "\\",
    ]);
    proptest::prop_oneof![4 => fixed.prop_map(str::to_owned), 1 => ".{0,4}"]
}
