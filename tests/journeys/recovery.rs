//! The second journey: a call fails, people retry and skip, and the history tells what they did.

use crate::support::{Browser, Hub, HubOptions, Service};
use anyhow::{Context as _, Result};

#[tokio::test(flavor = "multi_thread")]
async fn a_faulted_run_is_retried_and_skipped_to_its_end() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let service = Service::start().await?;
    service.set_broken("/orders", true);
    service.set_broken("/report", true);
    let hub = Hub::start(
        &program,
        &HubOptions { egress: vec![service.authority.clone()], ..HubOptions::default() },
    )?;
    let browser = Browser::open(&program).await?;
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("main h1", "Workflows").await?;

    write_source(&browser, &service).await?;
    browser.click("Save").await?;
    browser.until("the address of the saved workflow", "!location.pathname.endsWith('/new')").await?;
    browser.click("Start").await?;
    browser.click("Start now").await?;
    browser.shows("main [data-status=faulted]", "Faulted").await?;
    assert_eq!(service.calls("/orders"), 1);

    // The service is back; one retry goes on from there and meets the next fault.
    service.set_broken("/orders", false);
    let orders = browser.css("[data-pointer$='/orders']").await?;
    browser.press(&orders, "the faulted task").await?;
    browser.shows("main", "503").await.context("the fault says what the service answered")?;
    browser.click("Retry").await?;
    confirm(&browser).await?;
    browser
        .until(
            "the second fault",
            "document.querySelector(\"[data-pointer$='/report'][data-status=faulted]\")",
        )
        .await?;
    assert_eq!(service.calls("/orders"), 2);

    let report = browser.css("[data-pointer$='/report']").await?;
    browser.press(&report, "the second faulted task").await?;
    browser.click("Skip").await?;
    confirm(&browser).await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    browser
        .until(
            "the skipped task",
            "document.querySelector(\"[data-pointer$='/report'][data-status=skipped]\")",
        )
        .await?;

    // Who did what, in one order, after a reload too.
    browser.driver().refresh().await?;
    browser.click("Events").await?;
    browser.until(
        "retry before skip, both by admin",
        "(() => { const text = document.querySelector('main').innerText.toLowerCase(); const retry = text.indexOf('retr'); const skip = text.lastIndexOf('skip'); return retry >= 0 && skip > retry && text.includes('admin'); })()",
    )
    .await?;
    browser.close().await
}

/// Through the source view, as an engineer pastes a runbook.
async fn write_source(browser: &Browser, service: &Service) -> Result<()> {
    let call = |path: &str| serde_json::json!({"call": "http", "with": {"method": "get", "endpoint": service.url(path)}});
    let definition = serde_json::json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "recovery", "version": "1.0.0"},
        "do": [{"orders": call("/orders")}, {"report": call("/report")}, {"done": {"set": {"done": true}}}]
    });
    browser.click("New workflow").await?;
    browser.write_source(&serde_json::to_string(&definition)?).await?;
    browser.click("Canvas").await?;
    browser.css("[data-pointer$='/report']").await?;
    Ok(())
}

/// Presses the verb of the open confirmation.
async fn confirm(browser: &Browser) -> Result<()> {
    let button = browser.css("dialog[open] [data-confirm]").await?;
    browser.press(&button, "the confirmation").await
}
