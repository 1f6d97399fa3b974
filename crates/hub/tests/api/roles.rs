//! Who may do what: the product's permission table, route by route.

use wire::{Operation, Role};

use crate::support::Hub;

/// The table as the product has it, written out: what `wire` says is checked against it here.
fn may(role: Role, operation: Operation) -> bool {
    match operation {
        Operation::BuildWorkflow
        | Operation::UpdateWorkflow
        | Operation::DeleteWorkflows
        | Operation::CopyWorkflow => role == Role::Admin,
        Operation::StartWorkflow
        | Operation::StopJob
        | Operation::NotifyTask
        | Operation::RetryJob
        | Operation::SkipTask => role != Role::Viewer,
        _ => true,
    }
}

#[tokio::test]
async fn each_route_asks_for_its_own_permission() {
    let hub = Hub::start().await;
    for role in Role::ALL {
        let token = hub.token(role).await;
        for operation in Operation::ALL {
            let answer = hub.operation(operation, &["x", "y", "z"]).token(&token).send().await;
            let refused = answer.status == 403;
            assert_eq!(refused, !may(role, operation), "{role:?} {operation:?}: {}", answer.text);
            assert_ne!(answer.status, 401, "{role:?} {operation:?}");
            assert!(answer.status < 500, "{role:?} {operation:?}: {}", answer.text);
            if refused {
                assert_eq!(answer.error().0, "MAS.00014003");
            }
        }
    }
}

#[tokio::test]
async fn without_a_token_nothing_but_the_sign_in_answers() {
    let hub = Hub::start().await;
    for operation in Operation::ALL {
        let answer = hub.operation(operation, &["x", "y", "z"]).send().await;
        let expected = if operation == Operation::CreateToken { 400 } else { 401 };
        assert_eq!(answer.status, expected, "{operation:?}: {}", answer.text);
    }
    let wrong = hub.operation(Operation::SearchPlugins, &[]).token("wrong").send().await;
    assert_eq!((wrong.status, wrong.error().0), (401, "MAS.00014001"));
}

#[tokio::test]
async fn the_token_header_is_taken_as_the_reference_misprints_it() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Viewer).await;
    let answer = hub.operation(Operation::SearchPlugins, &[]).header("X_Auth-Token", &token).send().await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_signed_request_is_its_key_owners() {
    let hub = Hub::start().await;
    hub.token(Role::Viewer).await;
    let pair = hub.app.accounts.add_key("viewer").await.unwrap();
    let path = Operation::ListWorkflows.url_path(&[]);
    let body = r#"{"workflowQuery":"{}"}"#;
    let send = async |seconds_off: i64, sent: &str| {
        let now = mas_hub::clock::now() / 1000 + seconds_off;
        let headers = [("host", "hub.example.com"), ("content-type", "application/json")];
        let request = signature::Request {
            method: "POST",
            path: &path,
            query: "",
            headers: &headers,
            body: body.as_bytes(),
        };
        let signed = signature::sign(&request, &pair, signature::SdkDate::from_unix_seconds(now));
        hub.ask("POST", path.clone())
            .header("host", "hub.example.com")
            .header("content-type", "application/json")
            .header("x-sdk-date", &signed.x_sdk_date)
            .header("authorization", &signed.authorization)
            .body(sent)
            .send()
            .await
    };
    let good = send(0, body).await;
    assert_eq!(good.status, 200, "{}", good.text);
    let changed = send(0, r#"{"workflowQuery":{} }"#).await;
    assert_eq!((changed.status, changed.error().0), (401, "MAS.00014001"));
    let late = send(-16 * 60, body).await;
    assert_eq!((late.status, late.error().0), (401, "APIGW.0301"));
}
