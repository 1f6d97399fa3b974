//! The inspector under people's hands: a definition to try its forms on, and what they make of it.

use anyhow::Result;
use serde_json::Value;

use super::{Browser, Hub};

impl Browser {
    /// Signs in, and opens a new workflow with this definition, all of it in sight.
    pub(crate) async fn open_definition(&self, hub: &Hub, definition: &Value) -> Result<()> {
        self.goto(&hub.sign_in_link).await?;
        self.click("New workflow").await?;
        self.write_source(&definition.to_string()).await?;
        self.click("Canvas").await?;
        self.css("[data-pointer^='/do/1/']").await?;
        self.click("Fit the whole workflow").await
    }

    /// Selects a task on the canvas; its form is there afterwards.
    pub(crate) async fn select_task(&self, pointer: &str) -> Result<()> {
        let task = self.css(&format!("[data-pointer='{pointer}'] .node__header")).await?;
        self.press(&task, pointer).await?;
        self.until("its form", "document.querySelector('.inspector input') !== null").await
    }

    /// Waits until the selected task's JSON, as the inspector has it under Advanced, holds a text.
    pub(crate) async fn defined(&self, text: &str) -> Result<()> {
        let script = format!(
            "[...document.querySelectorAll('.inspector textarea')].some(field => {{ try {{ return JSON.stringify(JSON.parse(field.value)).includes({text:?}) }} catch {{ return false }} }})"
        );
        self.until(text, &script).await
    }
}
