//! A workflow of ten thousand tasks: the page holds what is seen of it, and everything is found.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::support::{Browser, Hub, HubOptions};

const SITES: usize = 100;
const STEPS: usize = 99;

/// As many elements of tasks as a large screen and what is drawn ahead around it may need, and far fewer than there are.
const MOST: usize = 400;

/// One fork of so many sites, each a sequence of so many steps.
fn definition() -> Value {
    let site = |site: usize| {
        let steps = (0..STEPS).map(|step| {
            let call = json!({ "method": "get", "endpoint": format!("https://site-{site}.example/{step}") });
            json!({ format!("step{site}-{step}"): { "call": "http", "with": call } })
        });
        json!({ format!("site{site}"): { "do": steps.collect::<Value>() } })
    };
    let sites: Value = (0..SITES).map(site).collect();
    json!({
        "document": { "dsl": "1.0.3", "namespace": "tests", "name": "large", "version": "1.0.0" },
        "do": [{ "all": { "fork": { "branches": sites } } }],
    })
}

/// Publishes it by the API, with the session of the page.
async fn publish(browser: &Browser) -> Result<String> {
    let body = json!({ "workflowDef": definition().to_string() }).to_string();
    browser
        .driver()
        .execute(
            "const token = JSON.parse(localStorage['mas.session']).token;
             fetch('/octopus-jobmanager/v1/workflow/build', {
                 method: 'POST', headers: { 'content-type': 'application/json', 'x-auth-token': token }, body: arguments[0],
             }).then(answer => answer.json()).then(saved => { window.made = (saved.data ?? saved.result ?? saved).workflow_id; });",
            vec![json!(body)],
        )
        .await?;
    browser.until("the workflow is published", "window.made").await?;
    let made = browser.driver().execute("return window.made", Vec::new()).await?;
    Ok(made.json().as_str().context("an id")?.to_owned())
}

/// So few of them, and not none.
fn few(selector: &str) -> String {
    format!("(count => count > 0 && count < {MOST})(document.querySelectorAll('{selector}').length)")
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_tasks_open_at_once_are_found_and_only_what_is_seen_is_in_the_page() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("table", "failover").await?;
    let workflow = publish(&browser).await?;
    browser.goto(&format!("{}/workflows/{workflow}", hub.address)).await?;

    browser.css(".flow__nodes .node--card").await?;
    browser.until("few of ten thousand are elements", &few(".flow__nodes .node")).await?;
    browser.until("and few places to drop at", &few(".flow__gap")).await?;
    browser
        .until(
            "a screen reader hears what they are",
            "[...document.querySelectorAll('.flow__nodes .node--card')].every(card => card.getAttribute('role') === 'button' && card.ariaLabel.startsWith('step'))",
        )
        .await?;

    // A task far from what is seen.
    browser.keys(Key::Control + "k").await?;
    browser.fill("Find a task or an act", "step7-63").await?;
    browser.shows("[role=option]", "step7-63").await?;
    browser.keys(Key::Enter + "").await?;
    let far = "/do/0/all/fork/branches/7/site7/do/63/step7-63";
    browser
        .until(
            "it is chosen, and in sight",
            &format!(
                "(card => {{
                    const at = card?.getBoundingClientRect(), canvas = document.querySelector('.flow__surface').getBoundingClientRect();
                    return card?.ariaPressed === 'true' && at.left >= canvas.left && at.right <= canvas.right && at.top >= canvas.top && at.bottom <= canvas.bottom;
                }})(document.querySelector(\"[data-pointer='{far}']\"))"
            ),
        )
        .await?;
    browser.until("its form is there", "document.querySelector('.inspector input') !== null").await?;
    browser.until("still few elements", &few(".flow__nodes .node")).await?;

    // From far away nobody could read or reach them: they are a picture.
    browser.click("Fit the whole workflow").await?;
    browser
        .until(
            "a picture and no element",
            "document.querySelectorAll('.flow__nodes .node').length === 0 && !document.querySelector('.flow__far').classList.contains('flow__far--gone')",
        )
        .await?;
    browser
        .until(
            "something is drawn on it",
            "(picture => picture.getContext('2d').getImageData(0, 0, picture.width, picture.height).data.some(value => value !== 0))(document.querySelector('.flow__far'))",
        )
        .await?;
    browser.close().await
}
