//! Work that is not saved: it outlasts the page, it is offered again, and nobody leaves it behind unknowingly.

use anyhow::Result;

use crate::editing::open_failover;
use crate::support::{Browser, Hub, HubOptions};

const BROKEN: &str = "{\n  \"document\": {},\n  \"do\": [ my work so far";

async fn change_the_summary(browser: &Browser, text: &str) -> Result<()> {
    browser.fill("Summary", text).await?;
    browser.shows("main", "Unsaved").await?;
    kept(browser, text).await
}

/// Waits until a draft in this browser holds a text.
async fn kept(browser: &Browser, text: &str) -> Result<()> {
    let drafts = "Object.entries(localStorage).filter(([key]) => key.startsWith('mas.draft.'))";
    browser
        .until(
            &format!("a draft with {text:?}"),
            &format!("{drafts}.some(([, draft]) => draft.includes({text:?}))"),
        )
        .await
}

/// Takes the page away as a crash does: without asking it.
async fn crash(browser: &Browser) -> Result<()> {
    let script = "window.addEventListener('beforeunload', event => event.stopImmediatePropagation(), true); window.crashed = true; location.reload();";
    browser.driver().execute(script, Vec::new()).await?;
    browser
        .until("the page is there anew", "!window.crashed && document.querySelector('.editor__banner')")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_no_definition_yet_outlasts_a_crash() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_failover(&browser, &hub).await?;
    browser.write_source(BROKEN).await?;
    browser.shows(".source", "Line 3").await?;
    kept(&browser, "my work so far").await?;
    crash(&browser).await?;
    browser.click("Restore").await?;
    browser.source_says("my work so far").await?;
    browser.shows(".source", "Line 3").await?;
    browser.click("Discard the text").await?;
    browser.source_says("\"approve\"").await?;
    browser
        .until("no draft is left", "!Object.keys(localStorage).some(key => key.startsWith('mas.draft.'))")
        .await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_keep_a_draft_each_and_what_comes_later_writes_over_neither() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_failover(&browser, &hub).await?;
    let address = browser.driver().current_url().await?;
    change_the_summary(&browser, "written in the first tab").await?;
    let second = browser.driver().new_tab().await?;
    browser.driver().switch_to_window(second).await?;
    browser.goto(address.as_str()).await?;
    browser.shows(".editor__banner", "were not saved").await?;
    // It is left unanswered, and something else is written.
    change_the_summary(&browser, "written in the second tab").await?;
    crash(&browser).await?;
    browser.click("Restore").await?;
    browser.until("the second tab's own", "[...document.querySelectorAll('.inspector textarea, .inspector input')].some(field => field.value === 'written in the second tab')").await?;
    kept(&browser, "written in the first tab").await?;
    // Its own draft is offered with its time, and not written over before somebody has chosen.
    crash(&browser).await?;
    change_the_summary(&browser, "a third thing").await?;
    kept(&browser, "written in the second tab").await?;
    browser.click("Restore").await?;
    browser.until("what was offered", "[...document.querySelectorAll('.inspector textarea, .inspector input')].some(field => field.value === 'written in the second tab')").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_by_a_link_or_goes_back_is_asked_first() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_failover(&browser, &hub).await?;
    let address = browser.path().await?;
    change_the_summary(&browser, "not saved yet").await?;
    let runs = browser.css("nav a[href$='/runs']").await?;
    browser.press(&runs, "the runs").await?;
    browser.shows("dialog[open]", "Leave with unsaved changes?").await?;
    browser.click("Stay").await?;
    assert_eq!(browser.path().await?, address, "the page stays");
    browser.driver().execute("history.back()", Vec::new()).await?;
    browser.shows("dialog[open]", "Leave with unsaved changes?").await?;
    assert_eq!(browser.path().await?, address, "and so does its address");
    browser.click("Stay").await?;
    browser.shows("main", "Unsaved").await?;
    browser.driver().execute("history.back()", Vec::new()).await?;
    browser.click("Leave, keep the draft").await?;
    browser.shows("table", "failover").await?;
    let link = browser.button("failover").await?;
    browser.press(&link, "the workflow").await?;
    browser.click("Restore").await?;
    browser.shows("main", "Unsaved").await?;
    // Saving is a way out too, and asks no more.
    let runs = browser.css("nav a[href$='/runs']").await?;
    browser.press(&runs, "the runs").await?;
    let save = browser.css("dialog[open] .button--primary").await?;
    browser.press(&save, "save").await?;
    browser.click("Save changes").await?;
    browser.shows("main", "Revision 2").await?;
    let runs = browser.css("nav a[href$='/runs']").await?;
    browser.press(&runs, "the runs").await?;
    browser.until("the runs", "location.pathname.endsWith('/runs')").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_with_unsaved_work_does_not_close_unasked() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_failover(&browser, &hub).await?;
    let asks = "(() => { const event = new Event('beforeunload', {cancelable: true}); window.dispatchEvent(event); return event.defaultPrevented })()";
    browser.until("nothing to lose yet", &format!("!{asks}")).await?;
    change_the_summary(&browser, "not saved yet").await?;
    browser.until("it asks", asks).await?;
    browser.click("Undo").await?;
    browser.until("nothing to lose any more", &format!("!{asks}")).await?;
    browser.close().await
}
