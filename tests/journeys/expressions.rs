//! Expressions in the inspector: completed while they are typed, and tried out on what is known of the data.

use anyhow::Result;
use thirtyfour::Key;

use crate::support::{Browser, Hub, HubOptions};

/// Opens a new workflow whose second task has a condition to write.
async fn open(browser: &Browser, hub: &Hub) -> Result<()> {
    let definition = serde_json::json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "expressions", "version": "1.0.0"},
        "input": {"schema": {"format": "json", "document": {"type": "object", "properties": {
            "site": {"type": "string", "default": "east"}
        }}}},
        "use": {"retries": {"patient": {"delay": {"seconds": 1}}}},
        "do": [
            {"prepare": {"set": {"target": "${ .site }"}, "export": {"as": "${ $context + { target: .target } }"}}},
            {"check": {"set": {"checked": true}}},
            {"guard": {"try": [{"risky": {"set": {"done": true}}}], "catch": {"retry": "patient"}}},
        ]
    });
    browser.open_definition(hub, &definition).await
}

/// Waits until the offer that Enter takes is this one.
async fn offered(browser: &Browser, text: &str) -> Result<()> {
    let script = format!(
        "(() => {{ const field = document.activeElement; const id = field.getAttribute('aria-activedescendant'); const offer = id && document.getElementById(id); return Boolean(offer) && offer.getAttribute('role') === 'option' && offer.getAttribute('aria-selected') === 'true' && field.getAttribute('aria-expanded') === 'true' && offer.querySelector('code').innerText.trim() === {text:?} }})()"
    );
    browser.until(&format!("the offer {text:?}"), &script).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_is_completed_by_the_keyboard_and_tried_out() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open(&browser, &hub).await?;
    browser.select_task("/do/1/check").await?;
    let condition = browser.field("Runs only if").await?;
    browser.press(&condition, "the condition").await?;
    browser.keys("${ $con").await?;
    offered(&browser, "$context").await?;
    browser.keys(Key::Enter).await?;
    browser.keys(".").await?;
    offered(&browser, "target").await?;
    browser.keys(Key::Enter).await?;
    browser.keys(" | tes").await?;
    // Functions are offered as well; Escape leaves the text as it is, and the task selected.
    offered(&browser, "test( )").await?;
    browser.keys(Key::Escape).await?;
    browser.until("no offers", "document.querySelector('[role=listbox].completion') === null").await?;
    browser.fill("Runs only if", "${ $context.target == \"east\" }").await?;
    browser.defined(r#""if":"${ $context.target == \"east\" }""#).await?;

    // Without a run the defaults of the inputs flow.
    browser.click("Try out: Runs only if").await?;
    browser.shows(".preview__value", "true").await?;
    browser.shows(".preview", "no run yet").await?;
    browser.fill("Runs only if", "${ .target | nosuch }").await?;
    browser.shows(".preview .form__error", "nosuch").await?;
    browser.fill("Runs only if", "${ $context.target }").await?;
    browser.shows(".preview__value", "east").await?;

    // A visit of the field is one step back.
    browser.click("Undo").await?;
    browser
        .until(
            "the field as it was before",
            "document.querySelector(\"[data-member='/do/1/check/if'] input\").value !== '${ $context.target }'",
        )
        .await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_is_tried_out_on_the_last_run() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open(&browser, &hub).await?;
    browser.click("Save").await?;
    browser.until("the address of the saved workflow", "!location.pathname.endsWith('/new')").await?;
    let address = browser.driver().current_url().await?;
    browser.click("Start").await?;
    browser.css("dialog[open]").await?;
    browser.fill("site", "west").await?;
    browser.click("Start now").await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    browser.goto(address.as_str()).await?;
    browser.css("[data-pointer='/do/1/check']").await?;
    browser.select_task("/do/1/check").await?;
    browser.fill("Runs only if", "${ .target + \"!\" }").await?;
    browser.click("Try out: Runs only if").await?;
    browser.shows(".preview__value", "west!").await?;
    browser.shows(".preview", "With the data of the run").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_in_the_settings_is_followed_where_it_is_used() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open(&browser, &hub).await?;
    browser.click("Workflow settings").await?;
    let fold = browser.css("[data-section=retries] > summary").await?;
    browser.press(&fold, "Retry policies").await?;
    browser.shows("[data-used=patient]", "used: 1").await?;
    let name = browser.css("[data-used=patient] input").await?;
    browser.press(&name, "the name").await?;
    browser.keys(Key::Control + "a").await?;
    browser.keys("stubborn").await?;
    browser.keys(Key::Enter).await?;
    browser.shows("[data-used=stubborn]", "used: 1").await?;
    browser.select_task("/do/2/guard").await?;
    browser.defined(r#""retry":"stubborn""#).await?;
    // Undo shows where the name was changed; one step back, and the use is as it was, too.
    browser.click("Undo").await?;
    browser.select_task("/do/2/guard").await?;
    browser.defined(r#""retry":"patient""#).await?;
    browser.close().await
}
