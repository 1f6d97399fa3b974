//! After a drill: its report, its replay, and what was different from the one before.

use crate::support::{Browser, Hub, HubOptions};
use anyhow::{Context as _, Result};

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_reads_replays_and_compares_what_was() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("main h1", "Workflows").await?;
    browser.click("failover").await?;
    browser.css("[data-pointer='/do/1/approve']").await?;
    browser.click("Start").await?;
    browser.css("dialog[open]").await?;
    browser.fill("Reason", "quarterly <b>drill</b>").await?;
    browser.click("Start now").await?;
    decide(&browser, "Approve", "both sites are fine").await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    let approved = browser.heading().await?;

    browser.click("Report").await?;
    browser.shows("[role=dialog] h1", &approved).await?;
    browser.shows("[role=dialog]", "both sites are fine").await.context("why, beside who and when")?;
    browser.shows("[role=dialog]", "quarterly <b>drill</b>").await.context("text is text")?;
    browser.shows("[role=dialog]", "sha256:").await.context("the digest of what ran")?;
    browser.click("Close").await?;

    // At its first instant nothing was done; the address keeps the instant.
    browser.click("Replay").await?;
    let first_instant = "document.querySelector(\"[data-pointer='/do/3/report']\") && !document.querySelector('[role=application] [data-status=completed]')";
    browser.until("the canvas as it stood at first", first_instant).await?;
    assert!(browser.path().await?.contains("at=0"), "a replay is a view that can be shared");
    browser.driver().refresh().await?;
    browser.until("the same instant after a reload", first_instant).await?;
    browser.click("Leave the replay").await?;
    browser
        .until(
            "the run as it is",
            "document.querySelector(\"[data-pointer='/do/3/report'][data-status=completed]\")",
        )
        .await?;

    browser.click("Start again").await?;
    browser.css("dialog[open]").await?;
    browser.click("Start now").await?;
    decide(&browser, "Reject", "not tonight").await?;
    browser.shows("main [data-status=faulted]", "Faulted").await?;

    browser.click("Compare").await?;
    let other = browser.css("main ul button").await?;
    browser.press(&other, "the run before").await?;
    browser.shows("main [role=status], main .notice", "approve").await.context("where they first differ")?;
    browser.shows("main table", "not tonight").await?;
    browser.shows("main table", "did not run").await?;
    browser.close().await
}

/// The gate comes to the person; the comment is part of the run.
async fn decide(browser: &Browser, decision: &str, comment: &str) -> Result<()> {
    browser.css("dialog[open] textarea").await?;
    browser.fill("Comment", comment).await?;
    browser.click(decision).await
}
