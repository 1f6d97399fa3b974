//! A log of thousands of lines: followed, let go of, searched where nothing was read, shared by address, copied whole.

use anyhow::{Context as _, Result};
use thirtyfour::Key;

use crate::support::{Browser, Hub, HubOptions};

const LINES: usize = 4_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_long_log_is_followed_searched_shared_and_copied() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub =
        Hub::start(&program, &HubOptions { processes: vec!["default".to_owned()], ..HubOptions::default() })?;
    let browser = Browser::open(&program).await?;
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("main h1", "Workflows").await?;
    run_that_counts(&browser).await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    browser.click("Log").await?;

    // The end is shown and the length is known, without the lines between.
    browser.until("the last line", &shown(LINES)).await?;
    browser
        .until(
            "the length",
            &format!("Number(document.querySelector('[role=log]').dataset.total) >= {LINES}"),
        )
        .await?;

    // Going up lets go of the end, and does not come back by itself.
    let log = browser.css("[role=log]").await?;
    browser.press(&log, "the lines").await?;
    browser.keys(Key::Home + "").await?;
    browser.until("the first line", &shown(1)).await?;
    browser
        .until(
            "following ended",
            "document.querySelector('button[aria-keyshortcuts=f]').ariaPressed === 'false'",
        )
        .await?;
    browser.keys("f").await?;
    browser.until("the end again", &shown(LINES)).await?;

    // A line that nobody scrolled to is found, and the count is of all lines.
    browser.keys(Key::Control + "f").await?;
    browser.fill("Find in the log", "count 1234 ").await?;
    browser.until("the line that was never read", &shown(1234)).await?;
    browser.shows(".log__told", "1 of 1").await?;
    browser.keys(Key::Escape + "").await?;

    // Marked lines stand in the address, and the address opens there.
    let number = gutter(&browser, 1234).await?;
    browser.press(&number, "the number of the line").await?;
    let number = gutter(&browser, 1237).await?;
    browser.press_with_shift(&number).await?;
    browser.until("the address of all four", "/lines=\\d+-\\d+/.test(location.search)").await?;
    browser.driver().refresh().await?;
    browser.until("the line of the address", &shown(1234)).await?;
    browser
        .until("four marked lines", "document.querySelectorAll('.log__line[data-selected]').length === 4")
        .await?;

    // What is copied reaches from the first line to the last, though few of them were ever drawn.
    browser
        .driver()
        .execute(
            "window.copied = null; navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }",
            Vec::new(),
        )
        .await?;
    let log = browser.css("[role=log]").await?;
    browser.press(&log, "the lines").await?;
    browser.keys(Key::Control + "a").await?;
    browser.keys(Key::Control + "c").await?;
    browser
        .until(
            "every line once, in order",
            &format!(
                "window.copied && (found => found.length === {LINES} && found.every((line, index) => line === `count ${{index + 1}} `))(window.copied.match(/count \\d+ /g) || [])"
            ),
        )
        .await
        .context("the clipboard")?;

    // Only lines that pass are shown and counted.
    browser.fill("Filter lines", "count 39").await?;
    let passing = (1..=LINES).filter(|number| format!("count {number} ").contains("count 39")).count();
    browser.shows(".log__foot", &format!("{passing} of")).await?;
    browser.close().await
}

/// A line's text, drawn.
fn shown(number: usize) -> String {
    format!(
        "[...document.querySelectorAll('.log__message')].some(message => message.textContent.startsWith('count {number} '))"
    )
}

/// The number at the side of the line with this text, wherever it stands among the lines of the run.
async fn gutter(browser: &Browser, number: usize) -> Result<thirtyfour::WebElement> {
    let script = format!(
        "return [...document.querySelectorAll('.log__line')].find(line => line.querySelector('.log__message').textContent.startsWith('count {number} ')).dataset.offset"
    );
    let offset = browser.driver().execute(script, Vec::new()).await?;
    let offset = offset.json().as_str().context("the offset of a drawn line")?.to_owned();
    browser.css(&format!(".log__line[data-offset='{offset}'] .log__number")).await
}

async fn run_that_counts(browser: &Browser) -> Result<()> {
    let command = format!("seq 1 {LINES} | sed 's/.*/count & of many/'");
    let definition = serde_json::json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "counting", "version": "1.0.0"},
        "do": [{"count": {"run": {"shell": {"command": command}}}}]
    });
    browser.click("New workflow").await?;
    browser.write_source(&serde_json::to_string(&definition)?).await?;
    browser.click("Canvas").await?;
    browser.css("[data-pointer$='/count']").await?;
    browser.click("Save").await?;
    browser.until("the address of the saved workflow", "!location.pathname.endsWith('/new')").await?;
    browser.click("Start").await?;
    browser.click("Start now").await
}
