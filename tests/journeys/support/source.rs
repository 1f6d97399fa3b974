//! The source view under people's hands: the editor component, or the plain field of a console that was built without.

use anyhow::Result;
use thirtyfour::Key;

use super::Browser;

const FIELD: &str = "[role=textbox][aria-label=Source], textarea[aria-label=Source]";

impl Browser {
    /// Opens the source and pastes a text over all of it.
    pub(crate) async fn write_source(&self, text: &str) -> Result<()> {
        self.click("Source").await?;
        self.source_field().await?;
        self.keys(Key::Control + "a").await?;
        let script = "const field = document.activeElement; \
            if (field.tagName === 'TEXTAREA') { field.value = arguments[0]; field.dispatchEvent(new Event('input', {bubbles: true})); return; } \
            const clipboardData = new DataTransfer(); clipboardData.setData('text/plain', arguments[0]); \
            field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}));";
        self.driver().execute(script, vec![serde_json::json!(text)]).await?;
        Ok(())
    }

    /// Waits until the source that is open holds a text: by searching for it, for only the lines that are seen are on
    /// the page.
    pub(crate) async fn source_says(&self, text: &str) -> Result<()> {
        if !self.source_field().await? {
            let held =
                format!("document.querySelector('textarea[aria-label=Source]').value.includes({text:?})");
            return self.until(text, &held).await;
        }
        self.keys(Key::Control + "f").await?;
        self.until("the search", "document.activeElement.name === 'search'").await?;
        self.keys(Key::Control + "a").await?;
        self.keys(text).await?;
        self.keys(Key::Enter + "").await?;
        let found = format!(
            "[...document.querySelectorAll('.cm-searchMatch-selected')].map(part => part.textContent).join('') === {text:?}"
        );
        self.until(text, &found).await?;
        self.keys(Key::Escape + "").await
    }

    /// Goes into the text; whether it is the editor component.
    pub(crate) async fn source_field(&self) -> Result<bool> {
        let field = self.css(FIELD).await?;
        self.press(&field, "the source").await?;
        Ok(field.tag_name().await? != "textarea")
    }
}
