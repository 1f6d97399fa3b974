//! Signing in: by password, by a link, and not by guessing.

use mas_hub::accounts::Password;
use mas_hub::config::{Config, Limits};
use serde_json::json;
use wire::auth::{AuthErrorBody, TokenRequest, TokenResponse};
use wire::{Operation, Role};

use crate::support::{Answer, Hub};

async fn sign_in(hub: &Hub, request: TokenRequest) -> Answer {
    hub.operation(Operation::CreateToken, &[]).json(&serde_json::to_value(request).unwrap()).send().await
}

async fn with_ada(limits: Limits) -> Hub {
    let hub = Hub::with(Config { limits, ..Config::default() }, |_| ()).await;
    let password = Password::new("correct horse").unwrap();
    hub.app.accounts.add("ada", Role::Operator, Some(&password)).await.unwrap();
    hub
}

#[tokio::test]
async fn a_password_gives_a_token_that_works() {
    let hub = with_ada(Limits::default()).await;
    let answer = sign_in(&hub, TokenRequest::password("default", "ada", "correct horse", "drill")).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let TokenResponse { token } = serde_json::from_value(answer.body.clone()).unwrap();
    assert_eq!((token.user.name.as_str(), token.project.name.as_str()), ("ada", "drill"));
    assert_eq!(token.roles[0].name, "operator");
    assert_eq!(token.methods, ["password"]);
    let regions: Vec<&str> =
        token.catalog[0].endpoints.iter().map(|endpoint| endpoint.region_id.as_str()).collect();
    assert_eq!(regions, ["site-a", "site-b"]);
    let listed = hub
        .operation(Operation::SearchPlugins, &[])
        .token(answer.header("x-subject-token"))
        .query("type=")
        .send()
        .await;
    assert_eq!(listed.status, 200);
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let hub = with_ada(Limits::default()).await;
    for (domain, user, password) in [
        ("default", "ada", "wrong"),
        ("default", "eve", "correct horse"),
        ("other", "ada", "correct horse"),
        ("default", "admin", ""),
    ] {
        let answer = sign_in(&hub, TokenRequest::password(domain, user, password, "default")).await;
        assert_eq!(answer.status, 401);
        let AuthErrorBody { error } = serde_json::from_value(answer.body.clone()).unwrap();
        assert_eq!((error.code, error.title.as_str()), (401, "Unauthorized"));
        assert_eq!(error.message, "the user name or the password is wrong");
        assert!(answer.header("x-subject-token").is_empty());
    }
    let project = sign_in(&hub, TokenRequest::password("default", "ada", "correct horse", "moon")).await;
    assert_eq!(project.status, 401);
    assert!(project.text.contains("moon"));
}

#[tokio::test]
async fn guessing_is_slowed_down_even_where_the_guess_is_right() {
    let hub = with_ada(Limits { sign_in_attempts: 3, sign_in_window: 60 }).await;
    for _ in 0..3 {
        assert_eq!(
            sign_in(&hub, TokenRequest::password("default", "ada", "wrong", "default")).await.status,
            401
        );
    }
    let slowed = sign_in(&hub, TokenRequest::password("default", "ada", "correct horse", "default")).await;
    assert_eq!(slowed.status, 429);
    assert!((1..=60).contains(&slowed.header("retry-after").parse::<u32>().unwrap()));
    assert_eq!(slowed.body["error_code"], "MAS.00014029");
}

#[tokio::test]
async fn a_link_signs_in_once() {
    let hub = Hub::start().await;
    let code = hub.app.accounts.make_code("admin").await.unwrap();
    let first = sign_in(&hub, TokenRequest::one_time_code(&code)).await;
    assert_eq!((first.status, first.body["token"]["user"]["name"].as_str()), (201, Some("admin")));
    let second = sign_in(&hub, TokenRequest::one_time_code(&code)).await;
    assert_eq!(second.status, 401);
    assert!(second.text.contains("used already"), "{}", second.text);
}

#[tokio::test]
async fn an_expired_link_and_an_expired_token_end() {
    let hub = Hub::start().await;
    let token = hub.token(Role::Viewer).await;
    let code = hub.app.accounts.make_code("admin").await.unwrap();
    for table in ["UPDATE sign_in_codes SET expires_at = 1", "UPDATE tokens SET expires_at = 1"] {
        sqlx::query(table).execute(hub.app.database.write()).await.unwrap();
    }
    assert_eq!(sign_in(&hub, TokenRequest::one_time_code(&code)).await.status, 401);
    assert_eq!(hub.operation(Operation::SearchPlugins, &[]).token(&token).send().await.status, 401);
}

#[tokio::test]
async fn one_method_at_a_time() {
    let hub = Hub::start().await;
    let both = json!({"auth": {"identity": {"methods": ["password", "one_time_code"]}}});
    let answer = hub.operation(Operation::CreateToken, &[]).json(&both).send().await;
    assert_eq!(answer.status, 400);
    assert!(answer.body["error"]["message"].as_str().unwrap().contains("methods"));
}
