//! Calls that name an address (DSL reference: HTTP Call, OpenAPI Call, Authentication, URI Template; DSL: Secret).

use flow::engine::{Call, Start, TaskStatus};
use flow::{Document, Program};
use serde_json::json;

use super::driver::Shell;

fn call(yaml: &str, start: Start) -> Call {
    let shell = Shell::new(yaml).start_with(start);
    shell.calls.front().unwrap_or_else(|| panic!("no call:\n{}", shell.trace)).3.clone()
}

fn problems(yaml: &str) -> String {
    let document = Document::from_yaml(yaml).unwrap();
    let problems = Program::compile(&document).unwrap_err();
    problems.iter().map(|problem| format!("{}: {}\n", problem.pointer, problem.message_en)).collect()
}

#[test]
fn openapi_call_leaves_with_its_document_parameters_and_policy_evaluated() {
    let yaml = r#"
use: {authentications: {store: {oauth2: {authority: 'https://id/{realm}', grant: client_credentials, client: {id: '${ .user }'}}}}}
do:
  - find:
      call: openapi
      with:
        document: {endpoint: {uri: 'https://host/{version}/api.json', authentication: {bearer: {token: '${ .token }'}}}}
        operationId: findPets
        parameters: {status: '${ .status }', tags: [a]}
        authentication: {use: store}
        output: response
        redirect: true
"#;
    let input = json!({"realm": "r", "user": "u", "token": "t", "version": 3, "status": "sold"});
    let called = call(yaml, Start { input, ..Start::default() });
    assert_eq!(
        called,
        Call::OpenApi {
            with: json!({
                "operationId": "findPets",
                "parameters": {"status": "sold", "tags": ["a"]},
                "output": "response",
                "redirect": true,
                "document": {"endpoint": {
                    "uri": "https://host/3/api.json",
                    "authentication": {"bearer": {"token": "t"}}
                }},
                "authentication": {"oauth2": {
                    "authority": "https://id/r", "grant": "client_credentials", "client": {"id": "u"}
                }}
            })
        }
    );
}

#[test]
fn authentication_what_cannot_be_performed_is_refused_by_name() {
    insta::assert_snapshot!(problems(r#"
use: {authentications: {person: {oidc: {authority: x, grant: authorization_code}}}}
do:
  - a: {call: http, with: {method: get, endpoint: {uri: x, authentication: {certificate: {}}}}}
  - b: {call: http, with: {method: get, endpoint: {uri: x, authentication: {use: person}}}}
  - c: {call: http, with: {method: get, endpoint: {uri: x, authentication: {use: nobody}}}}
  - d: {call: openapi, with: {operationId: find}}
  - e: {call: openapi, with: {document: {endpoint: x}, authentication: {basic: {use: unlisted}}, operationId: find}}
"#), @r"
    /do/0/a/with/endpoint/authentication: This engine does not run the authentication `certificate`.
    /use/authentications/person/oidc/grant: This engine does not run the grant `authorization_code`: it needs a person at a browser.
    /do/2/c/with/endpoint/authentication/use: There is no `nobody` in `use.authentications`.
    /do/3/d/with/document/endpoint: A call needs an address.
    /do/4/e/with/authentication/basic/use: There is no `unlisted` in `use.secrets`.
    ");
}

#[test]
fn uri_template_a_variable_that_is_a_list_is_an_expression_error() {
    let shell = Shell::new("do: [{get: {call: http, with: {method: get, endpoint: 'https://host/{ids}'}}}]")
        .start(json!({"ids": [1]}));
    let error = shell.job.as_ref().and_then(|job| job.error.clone()).expect("an error");
    assert!(error.kind.ends_with("/expression") && error.status == 400, "{error:?}");
    assert!(error.detail.expect("a detail").contains("{ids}"));
}

#[test]
fn secret_one_that_the_workflow_is_not_given_is_an_authorization_error() {
    for program in
        ["$secrets.other", "$secrets[\"other\"].key", "{a: $secrets.other.key}", "[$secrets.other // 1]"]
    {
        let yaml = format!("do: [{{take: {{set: '${{ {program} }}'}}}}]");
        let shell = Shell::new(&yaml).start_with(Start { secrets: json!({"mine": "s"}), ..Start::default() });
        let job = shell.job.as_ref().expect("a job");
        let error = job.error.as_ref().expect("an error");
        assert_eq!((job.status, error.status), (TaskStatus::Faulted, 403), "{program}");
        assert!(error.kind.ends_with("/authorization"), "{error:?}");
        assert!(error.detail.as_ref().expect("a detail").contains("`other`"), "{error:?}");
    }
}

#[test]
fn secret_a_state_that_is_stored_holds_none() {
    let yaml = "do: [{wait: {wait: {seconds: 1}}}, {take: {set: {a: '${ $secrets.mine | length }'}}}]";
    let start = Start { secrets: json!({"mine": "the secret itself"}), ..Start::default() };
    let mut shell = Shell::new(yaml).start_with(start);
    let stored = format!("{:?}", shell.store.parts);
    assert!(!stored.contains("the secret itself"), "{stored}");
    // The host gives them anew with each event: what has been changed meanwhile is what is used.
    shell.store.secrets = json!({"mine": "another"});
    shell.state.set_secrets(shell.store.secrets.clone());
    let shell = shell.run();
    assert_eq!(shell.job.expect("a job").output, json!({"a": 7}));
}
