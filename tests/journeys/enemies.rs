//! What must not hurt: markup in names, a session that ends in the middle, a hub that dies while one watches.

use crate::support::{Browser, Hub, HubOptions};
use anyhow::Result;

const MARKUP: &str = "<img src=x onerror='window.hurt=1'>";

#[tokio::test(flavor = "multi_thread")]
async fn markup_in_names_is_text_everywhere() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("main h1", "Workflows").await?;
    let definition = serde_json::json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "markup", "version": "1.0.0", "title": MARKUP, "summary": MARKUP},
        "do": [
            {MARKUP: {"set": {"note": MARKUP}}},
            {"gate": {"call": "manual-gate:1.0.0@default", "with": {"message": MARKUP}}}
        ]
    });
    browser.click("New workflow").await?;
    browser.write_source(&serde_json::to_string(&definition)?).await?;
    browser.click("Canvas").await?;
    browser.shows("[role=application]", "<img").await?;
    browser.click("Save").await?;
    browser.until("the address of the saved workflow", "!location.pathname.endsWith('/new')").await?;
    browser.click("Start").await?;
    browser.click("Start now").await?;
    browser.shows("dialog[open]", "<img").await?;
    browser.fill("Comment", MARKUP).await?;
    browser.click("Approve").await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    browser.click("Workflows").await?;
    browser.shows("main h1", "Workflows").await?;
    browser.shows("table", "markup").await?;
    browser.until("no markup became an element", "!window.hurt && !document.querySelector('img')").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_in_the_middle_asks_over_the_page_and_the_work_goes_on() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    hub.add_user("olga", "operator", "correct horse battery")?;
    let browser = Browser::open(&program).await?;
    browser.goto(&format!("{}/runs?f=status%3Ain%3Afaulted", hub.address)).await?;
    browser.fill("User name", "olga").await?;
    browser.fill("Password", "correct horse battery").await?;
    browser.click("Sign in").await?;
    browser.shows("main h1", "Executions").await?;
    // What the hub no longer knows: as after 24 hours.
    browser
        .driver()
        .execute(
            "const session = JSON.parse(localStorage['mas.session']); session.token = 'expired'; localStorage['mas.session'] = JSON.stringify(session);",
            Vec::new(),
        )
        .await?;
    browser.driver().refresh().await?;
    browser.shows("dialog[open]", "Your session has ended").await?;
    browser.fill("Password", "correct horse battery").await?;
    let submit = browser.css("dialog[open] button[type=submit]").await?;
    browser.press(&submit, "sign in").await?;
    browser.until("the dialog is gone", "!document.querySelector('dialog[open]')").await?;
    browser.shows("main h1", "Executions").await?;
    browser.shows("ul[aria-label='Applied filters']", "Faulted").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_killed_at_a_gate_is_back_and_the_gate_still_waits() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let mut hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("table", "failover").await?;
    // The seeded runbook, as a newcomer starts it.
    browser.click("Start").await?;
    browser.click("Start now").await?;
    browser.button("Approve").await?;
    hub.crash_and_restart()?;
    browser.fill("Comment", "after the crash").await?;
    browser.click("Approve").await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    browser.shows("main", "after the crash").await?;
    browser.close().await
}
