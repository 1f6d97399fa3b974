//! Definitions that may be started: read and checked once, however often they are.

use std::sync::Arc;

use flow::Document;

use crate::error::HubError;
use crate::plugins::Plugins;
use crate::recent::Recent;

/// The definitions that were started last.
#[derive(Clone, Debug, Default)]
pub struct Startable {
    /// Without them, what a definition calls is not looked at.
    plugins: Option<Plugins>,
    checked: Arc<Recent<Document>>,
}

impl Startable {
    pub fn new(plugins: Plugins) -> Self {
        Self { plugins: Some(plugins), checked: Arc::default() }
    }

    /// Reads a definition that was saved.
    ///
    /// # Errors
    /// 400 with the problems that keep the hub from running it.
    pub async fn read(&self, definition: String) -> Result<Arc<Document>, HubError> {
        if let Some(known) = self.checked.get(&definition) {
            return Ok(known);
        }
        let this = self.clone();
        // Checking one of the largest takes long enough for others to notice.
        tokio::task::spawn_blocking(move || {
            let document = Document::from_json(&definition).map_err(HubError::internal)?;
            let refusing = match &this.plugins {
                Some(plugins) => flow::refusals(&document, plugins.catalog()),
                None => {
                    let mut refusing = flow::refusals(&document, &flow::Catalog::default());
                    refusing.retain(|problem| problem.code != flow::problem::UNKNOWN_FUNCTION);
                    refusing
                }
            };
            if let Some(first) = refusing.first() {
                return Err(HubError::invalid_definition(
                    format!("the hub cannot run this: {}", first.message_en),
                    format!("无法执行：{}", first.message_zh),
                    refusing,
                ));
            }
            let document = Arc::new(document);
            this.checked.put(&definition, &document);
            Ok(document)
        })
        .await
        .map_err(HubError::internal)?
    }
}
