//! A runbook is tried out before anybody runs it: in the editor, without a call.

use anyhow::Result;

use crate::editing::open_failover;
use crate::support::{Browser, Hub, HubOptions};

async fn choose_line(browser: &Browser, pointer: &str) -> Result<()> {
    let line = browser.css(&format!("[data-line='{pointer}']")).await?;
    browser.press(&line, pointer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_is_simulated_with_its_faults_and_against_its_target() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_failover(&browser, &hub).await?;
    browser.click("Simulate").await?;
    // 90 s of checks, 5 min until it is approved, 2 min 10 s of work.
    browser.shows(".simulation__total", "8 min 40 s").await?;
    browser.shows(".simulation__verdict", "Within the target").await?;
    let stands = |pointer: &str, status: &str| {
        format!(
            "document.querySelector(\"[role=application] [data-pointer='{pointer}']\")?.dataset.status === '{status}'"
        )
    };
    browser.until("the path is lit to its end", &stands("/do/3/report", "completed")).await?;

    choose_line(&browser, "/do/2/switchTraffic/try/0/raiseNewSite").await?;
    let happens = browser.css("#simulation-happens option[value='2']").await?;
    browser.press(&happens, "it fails").await?;
    browser.shows(".simulation__verdict", "Misses the target: it does not complete").await?;
    browser.shows(".simulation__verdict", "The failover was rolled back").await?;
    let raised = "/do/2/switchTraffic/catch/do/2/failedOver";
    browser.until("the rollback is at fault", &stands(raised, "faulted")).await?;
    browser.click("Forget all choices").await?;
    browser.shows(".simulation__verdict", "Within the target").await?;

    choose_line(&browser, "/do/1/approve").await?;
    browser.fill("It takes", "PT20M").await?;
    browser.shows(".simulation__verdict", "Misses the target by").await?;
    browser.click("Write into the definition").await?;
    browser.shows("main", "Unsaved").await?;
    browser
        .until(
            "it stays so without the choice",
            "!document.querySelector('.simulation__choose button.button--quiet')",
        )
        .await?;
    browser.shows(".simulation__verdict", "Misses the target by").await?;

    // At the beginning of the run nothing has been decided.
    browser
        .until(
            "the slider goes back to the start",
            "(() => { const slider = document.querySelector('.simulation__slider'); slider.value = 0; slider.dispatchEvent(new Event('input', { bubbles: true })); return true; })()",
        )
        .await?;
    browser.until("the checks run", &stands("/do/0/preChecks", "running")).await?;
    browser.click("Play").await?;
    browser.until("it was played to its end", &stands("/do/3/report", "completed")).await?;
    browser.click("Close the simulation").await?;
    browser
        .until(
            "the canvas is as it was",
            "document.querySelectorAll('[role=application] [data-status]').length === 0",
        )
        .await?;
    browser.close().await
}
