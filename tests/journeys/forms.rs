//! The inspector's forms: what is filled in stands in the definition, and undo takes one visit of a field back.

use anyhow::Result;
use thirtyfour::Key;

use crate::support::{Browser, Hub, HubOptions};

/// Opens a new workflow with one task of each kind that the forms are tried on.
async fn open(browser: &Browser, hub: &Hub) -> Result<()> {
    let definition = serde_json::json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "forms", "version": "1.0.0"},
        "use": {"secrets": ["apiToken"]},
        "do": [
            {"check": {"call": "http", "with": {"method": "get", "endpoint": "https://site.example/health"}}},
            {"decide": {"switch": [{"otherwise": {"then": "continue"}}]}},
            {"guard": {"try": [{"risky": {"set": {"done": true}}}], "catch": {"do": []}}},
        ]
    });
    browser.open_definition(hub, &definition).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_added_named_moved_and_taken_back() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open(&browser, &hub).await?;
    browser.select_task("/do/1/decide").await?;
    browser.click("Add a case").await?;
    browser.fill("Case", "urgent").await?;
    browser.fill("When", "${ .urgent }").await?;
    browser.defined(r#"[{"urgent":{"when":"${ .urgent }","then":"continue"}},{"otherwise""#).await?;
    browser.shows("[data-pointer='/do/1/decide']", "urgent · otherwise").await?;
    // By the keyboard, from within the card; the focus goes with the case.
    browser.field("When").await?.send_keys(Key::Alt + Key::Down).await?;
    browser.shows("[data-pointer='/do/1/decide']", "otherwise · urgent").await?;
    browser
        .until(
            "the focus in the moved case",
            "document.activeElement.closest('[data-case]')?.dataset.case === 'urgent'",
        )
        .await?;
    browser.click("Undo").await?;
    browser.shows("[data-pointer='/do/1/decide']", "urgent · otherwise").await?;
    browser.click("Undo").await?;
    browser.defined(r#"[{"urgent":{"when":"${ false }""#).await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_signs_in_by_a_secret_and_a_plain_one_is_pointed_out() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open(&browser, &hub).await?;
    browser.select_task("/do/0/check").await?;
    let fold = browser
        .css(".inspector details:has([data-member='/do/0/check/with/endpoint/authentication']) > summary")
        .await?;
    browser.press(&fold, "Authentication").await?;
    let scheme = browser.css("[data-member='/do/0/check/with/endpoint/authentication'] select").await?;
    scheme.send_keys("Bearer").await?;
    browser.fill("Token", "hunter2").await?;
    browser.shows(".inspector", "Put it into a secret").await?;
    browser.fill("Token", "${ $secrets.apiToken }").await?;
    browser.defined(
        r#""endpoint":{"uri":"https://site.example/health","authentication":{"bearer":{"token":"${ $secrets.apiToken }"}}}"#,
    )
    .await?;
    browser
        .until(
            "no warning",
            "!document.querySelector('.inspector').innerText.includes('Put it into a secret')",
        )
        .await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_is_set_without_knowing_its_json() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open(&browser, &hub).await?;
    browser.select_task("/do/2/guard").await?;
    browser.field("Retry the tasks").await?.send_keys("As set here").await?;
    browser.fill("Pause before a retry", "PT2S").await?;
    browser.fill("Attempts at most", "7").await?;
    browser.defined(r#""delay":"PT2S""#).await?;
    browser.defined(r#""count":7"#).await?;
    browser.close().await
}
