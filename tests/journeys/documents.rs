//! Definitions in and out of the editor: templates, files, drops, the clipboard, exports, and paper.

use anyhow::Result;
use serde_json::json;
use thirtyfour::Key;

use crate::support::{Browser, Hub, HubOptions};

const YAML: &str = "# Asked for by the audit.\ndocument:\n  dsl: '1.0.3'\n  namespace: default\n  name: from-a-file\n  version: '1.0.0'\ndo:\n  # The lamp.\n  - look:\n      set: { seen: true }\n";

const NODES: &str = "[...document.querySelectorAll('[role=application] [data-pointer]')].map(node => node.dataset.pointer).join()";

async fn open_new(browser: &Browser, hub: &Hub) -> Result<()> {
    browser.goto(&hub.sign_in_link).await?;
    browser.click("New workflow").await?;
    browser.css("[role=application]").await.map(drop)
}

/// Whatever the page hands out as a file from now on is kept where a script finds it, as data URLs by name.
async fn catch_files(browser: &Browser) -> Result<()> {
    let script = "window.files = {}; \
        const blobs = {}; \
        const address = URL.createObjectURL; \
        URL.createObjectURL = blob => { const url = address.call(URL, blob); blobs[url] = blob; return url; }; \
        const click = HTMLAnchorElement.prototype.click; \
        HTMLAnchorElement.prototype.click = function () { \
          if (!this.download) return click.call(this); \
          const name = this.download; \
          const reader = new FileReader(); \
          reader.onload = () => { window.files[name] = reader.result; }; \
          reader.readAsDataURL(blobs[this.href]); \
        };";
    browser.driver().execute(script, Vec::new()).await?;
    Ok(())
}

async fn from_menu(browser: &Browser, item: &str) -> Result<()> {
    browser.click("Import and export").await?;
    browser.click(item).await
}

/// The text of a file that the page has handed out.
async fn file(browser: &Browser, name: &str) -> Result<String> {
    browser.until(&format!("the file {name}"), &format!("window.files[{name:?}]")).await?;
    let script = format!(
        "const [, data] = window.files[{name:?}].split(','); return new TextDecoder().decode(Uint8Array.from(atob(data), one => one.charCodeAt(0)))"
    );
    let text = browser.driver().execute(script, Vec::new()).await?;
    Ok(text.json().as_str().unwrap_or_default().to_owned())
}

/// Drops a file over the canvas, as the file manager does.
async fn drop_file(browser: &Browser, name: &str, text: &str) -> Result<()> {
    let script = "const dataTransfer = new DataTransfer(); \
        dataTransfer.items.add(new File([arguments[1]], arguments[0])); \
        const at = document.querySelector('[role=application]'); \
        for (const kind of ['dragover', 'drop']) at.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}));";
    browser.driver().execute(script, vec![json!(name), json!(text)]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_dropped_keeps_its_comments_while_it_is_edited() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_new(&browser, &hub).await?;
    drop_file(&browser, "broken.yaml", "document: {\n").await?;
    browser.shows("main", "Line 1, column 11").await?;
    drop_file(&browser, "list.json", "[1]").await?;
    browser.shows("main", "object").await?;
    browser.until("nothing was imported", &format!("{NODES} === ''")).await?;
    drop_file(&browser, "lamp.yaml", YAML).await?;
    browser.until("the file's task", &format!("{NODES} === '/do/0/look'")).await?;
    // What is changed on the canvas is written between the comments.
    browser.select_task("/do/0/look").await?;
    browser.fill("Runs only if", "${ .dark }").await?;
    browser.click("Source").await?;
    for line in
        ["# Asked for by the audit.", "  # The lamp.", "      set: { seen: true }", "      if: ${ .dark }"]
    {
        browser.source_says(line).await?;
    }
    browser.click("Undo").await?;
    browser.click("Undo").await?;
    browser.until("the empty workflow is back", &format!("{NODES} === ''")).await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_chosen_and_every_format_is_exported() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_new(&browser, &hub).await?;
    from_menu(&browser, "Begin from a template …").await?;
    browser
        .until("five templates", "document.querySelectorAll('dialog[open] .template').length === 5")
        .await?;
    let drill = browser.css("dialog[open] .template:nth-of-type(3)").await?;
    browser.press(&drill, "the drill").await?;
    browser.css("[role=application] [data-pointer^='/do/1/']").await?;
    let name = browser.heading().await?;
    catch_files(&browser).await?;
    from_menu(&browser, "Export JSON").await?;
    let json = file(&browser, &format!("{name}.json")).await?;
    from_menu(&browser, "Export YAML").await?;
    let yaml = file(&browser, &format!("{name}.yaml")).await?;
    let (left, right) = (flow::Document::from_json(&json)?, flow::Document::from_yaml(&yaml)?);
    assert_eq!(left.to_json(), right.to_json(), "both formats say the same");
    assert!(!left.top_level_names().is_empty());
    from_menu(&browser, "Export picture (SVG)").await?;
    let svg = file(&browser, &format!("{name}.svg")).await?;
    for stage in left.top_level_names() {
        assert!(svg.contains(stage), "{stage} is in the picture");
    }
    from_menu(&browser, "Export picture (PNG)").await?;
    let png = format!("window.files['{name}.png']?.startsWith('data:image/png;base64,iVBORw0KGgo')");
    browser.until("a PNG", &png).await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_is_pasted_onto_the_canvas() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_new(&browser, &hub).await?;
    let script = "const at = document.querySelector('[role=application]'); at.focus(); \
        const clipboardData = new DataTransfer(); clipboardData.setData('text/plain', arguments[0]); \
        at.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}));";
    browser.driver().execute(script, vec![json!(YAML)]).await?;
    browser.until("the pasted task", &format!("{NODES} === '/do/0/look'")).await?;
    browser.until("its name too", "document.querySelector('main h1').innerText === 'from-a-file'").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runbook_is_printed_with_every_step_gate_owner_and_rollback() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    crate::editing::open_failover(&browser, &hub).await?;
    from_menu(&browser, "Runbook for paper").await?;
    for text in ["preChecks", "approve", "switchTraffic", "report", "sha256:"] {
        browser.shows(".paper", text).await?;
    }
    let steps = "document.querySelectorAll('.paper__step').length";
    browser.until("every step", &format!("{steps} > 4")).await?;
    browser.until("the gate is told apart", "document.querySelector('.paper__step--gate')").await?;
    browser.until("and the rollback", "document.querySelector('.paper__step--rollback')").await?;
    browser.keys(Key::Escape + "").await?;
    browser.until("the canvas again", "!document.querySelector('.paper')").await?;
    browser.close().await
}
