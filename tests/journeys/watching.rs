//! Watching a run while the network, the hub and the session fail: nothing is lost, nothing comes twice, and the page says
//! what happened.

use crate::support::{Browser, Hub, HubOptions, Program, Proxy, Weather};
use anyhow::Result;
use serde_json::json;

/// A loop that goes on for some seconds, a gate, and an end.
fn runbook() -> serde_json::Value {
    json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "watched", "version": "1.0.0"},
        "do": [
            {"steps": {"for": {"each": "at", "in": "${ [range(12)] }"}, "do": [
                {"pause": {"wait": {"milliseconds": 250}}},
                {"note": {"set": {"at": "${ $at }"}}}
            ]}},
            {"gate": {"call": "manual-gate:1.0.0@default", "with": {"message": "Go on?"}}},
            {"after": {"for": {"each": "at", "in": "${ [range(8)] }"}, "do": [
                {"rest": {"wait": {"milliseconds": 250}}}
            ]}}
        ]
    })
}

/// Signed in by the link of the first start, on the page of a run that has just begun.
async fn started(browser: &Browser, hub: &Hub, address: &str) -> Result<()> {
    browser.goto(&hub.sign_in_link.replace(&hub.address, address)).await?;
    begin(browser).await
}

/// From the list of workflows to the page of a run that has just begun.
async fn begin(browser: &Browser) -> Result<()> {
    browser.shows("main h1", "Workflows").await?;
    browser.click("New workflow").await?;
    browser.write_source(&serde_json::to_string(&runbook())?).await?;
    browser.click("Canvas").await?;
    browser.css("[data-pointer$='/gate']").await?;
    browser.click("Save").await?;
    browser.until("the address of the saved workflow", "!location.pathname.endsWith('/new')").await?;
    browser.click("Start").await?;
    browser.click("Start now").await?;
    browser.css("main .run__live[data-live=live]").await?;
    Ok(())
}

async fn open(program: &Program, seed: u64) -> Result<(Hub, Proxy, Browser)> {
    let hub = Hub::start(program, &HubOptions::default())?;
    let proxy = Proxy::before(&hub.address, seed).await?;
    Ok((hub, proxy, Browser::open(program).await?))
}

/// What the events tab tells, one line an event.
async fn events(browser: &Browser) -> Result<Vec<String>> {
    browser.click("Events").await?;
    browser.css(".events__event").await?;
    let script = "return [...document.querySelectorAll('.events__event')].map(event => event.innerText.replace(/\\s+/g, ' '))";
    Ok(browser.driver().execute(script, Vec::new()).await?.convert()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_network_that_drops_delays_doubles_and_reorders_one_decision_is_made_and_all_is_seen()
-> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let (hub, proxy, browser) = open(&program, 7).await?;
    started(&browser, &hub, &proxy.address).await?;
    proxy.turn(Weather::Troubled);

    browser.shows("dialog[open]", "Go on?").await?;
    browser.fill("Comment", "seen through the storm").await?;
    browser.click("Approve").await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    let suffered = proxy.suffered();
    assert!(suffered.len() >= 5, "the journey went through what it is about: {suffered:?}");

    proxy.turn(Weather::Fair);
    browser.driver().refresh().await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    let events = events(&browser).await?;
    let decided = events.iter().filter(|event| event.contains("seen through the storm")).count();
    assert_eq!(decided, 1, "one decision, however often it was sent: {events:?}");
    // Twelve rounds of two tasks, eight of one, the gate, and two loops: each began once.
    let begun = events.iter().filter(|event| event.contains("began")).count();
    assert_eq!(begun, 12 * 2 + 8 + 1 + 2, "{events:?}");
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_is_said_and_resumes_by_itself() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let (hub, proxy, browser) = open(&program, 1).await?;
    started(&browser, &hub, &proxy.address).await?;
    proxy.turn(Weather::Cut);
    browser.shows("[data-stale]", "Data as of").await?;
    browser.css(".run__live[data-live=lost]").await?;
    let asked = proxy.asked();
    proxy.turn(Weather::Fair);
    browser.css("[data-gap]").await?;
    browser.until("the warning is gone", "!document.querySelector('[data-stale]')").await?;
    browser.css(".run__live[data-live=live]").await?;
    assert!(proxy.asked() - asked < 30, "a line that is back is not stormed");
    browser.shows("dialog[open]", "Go on?").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_killed_while_one_watches_goes_on_and_the_page_with_it() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let mut hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    let address = hub.address.clone();
    started(&browser, &hub, &address).await?;
    // In the middle of the loop.
    browser
        .until("some rounds", "document.querySelector(\"[data-pointer$='/note']\")?.innerText.includes('×')")
        .await?;
    hub.crash()?;
    browser.shows("[data-stale]", "Data as of").await?;
    hub.restart()?;
    browser.css("[data-gap]").await?;
    browser.shows("dialog[open]", "Go on?").await?;
    browser.fill("Comment", "after the crash").await?;
    browser.click("Approve").await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    let events = events(&browser).await?;
    let begun = events.iter().filter(|event| event.contains("began")).count();
    assert_eq!(begun, 12 * 2 + 8 + 1 + 2, "nothing is lost and nothing comes twice: {events:?}");
    assert_eq!(events.iter().filter(|event| event.contains("after the crash")).count(), 1);
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_while_one_watches_is_opened_again_over_the_page() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let (hub, proxy, browser) = open(&program, 1).await?;
    hub.add_user("ann", "admin", "correct horse battery")?;
    browser.goto(&format!("{}/workflows", proxy.address)).await?;
    browser.fill("User name", "ann").await?;
    browser.fill("Password", "correct horse battery").await?;
    browser.click("Sign in").await?;
    begin(&browser).await?;
    let run = browser.path().await?;
    proxy.expire_sessions();
    browser.shows("dialog[open]", "Your session has ended").await?;
    browser.fill("Password", "correct horse battery").await?;
    let submit = browser.css("dialog[open] button[type=submit]").await?;
    browser.press(&submit, "sign in").await?;
    browser.shows("dialog[open]", "Go on?").await?;
    assert_eq!(browser.path().await?, run, "the page stays where it was");
    browser.fill("Comment", "signed in again").await?;
    browser.click("Approve").await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    let events = events(&browser).await?;
    assert_eq!(events.iter().filter(|event| event.contains("signed in again")).count(), 1, "{events:?}");
    browser.close().await
}
