//! Headless Chromium with a fresh profile. Things are found by role, label or test id, never by the text of the page.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use thirtyfour::prelude::*;
use thirtyfour::{Key, TypingData};

use super::PATIENCE;
use super::hub::{Program, free_port};

pub(crate) struct Browser {
    driver: WebDriver,
    process: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) async fn open(program: &Program) -> Result<Self> {
        // Another journey of this program may have done so already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let port = free_port()?;
        let process = Command::new(&program.driver)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| program.driver.display().to_string())?;
        let profile = tempfile::tempdir()?;
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=en-US",
            "--window-size=1600,900",
            &format!("--user-data-dir={}", profile.path().display()),
        ] {
            capabilities.add_arg(argument)?;
        }
        let address = format!("http://127.0.0.1:{port}");
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let driver = loop {
            match WebDriver::new(&address, capabilities.clone()).await {
                Ok(driver) => break driver,
                Err(error) if tokio::time::Instant::now() > deadline => return Err(error.into()),
                Err(_) => tokio::task::yield_now().await,
            }
        };
        Ok(Self { driver, process, _profile: profile })
    }

    pub(crate) fn driver(&self) -> &WebDriver {
        &self.driver
    }

    pub(crate) async fn goto(&self, url: &str) -> Result<()> {
        Ok(self.driver.goto(url).await?)
    }

    pub(crate) async fn path(&self) -> Result<String> {
        let url = self.driver.current_url().await?;
        Ok(match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        })
    }

    /// The first visible element, waited for.
    pub(crate) async fn css(&self, selector: &str) -> Result<WebElement> {
        self.find(By::Css(selector.to_owned()), selector).await
    }

    /// A button or link by its accessible name, as it stands on it or in its label.
    pub(crate) async fn button(&self, name: &str) -> Result<WebElement> {
        let path = format!(
            "//*[self::button or self::a or @role='button' or @role='menuitem' or @role='tab'][normalize-space(.)='{name}' or @aria-label='{name}']"
        );
        self.find(By::XPath(path), &format!("a button named {name:?}")).await
    }

    pub(crate) async fn click(&self, name: &str) -> Result<()> {
        let button = self.button(name).await?;
        self.press(&button, &format!("the button {name:?}")).await
    }

    /// Clicks as soon as nothing covers or moves the element.
    pub(crate) async fn press(&self, element: &WebElement, what: &str) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            match element.click().await {
                Ok(()) => return Ok(()),
                Err(error) if tokio::time::Instant::now() > deadline => {
                    return Err(error).context(format!("clicking {what}"));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// An input by its label.
    pub(crate) async fn field(&self, label: &str) -> Result<WebElement> {
        let matches = format!("starts-with(normalize-space(.), '{label}')");
        let path = format!(
            "//*[self::input or self::textarea or self::select][@aria-label='{label}' or @id=//label[{matches}]/@for or ancestor::label[{matches}]]"
        );
        self.find(By::XPath(path), &format!("a field labelled {label:?}")).await
    }

    /// Replaces what stands in a field, by the keyboard as a person does. A field that the page draws anew under the hand
    /// is looked for again, and what stands there is replaced whole, so nothing is typed twice.
    pub(crate) async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let field = self.field(label).await?;
            self.press(&field, label).await?;
            let typed = async {
                field.send_keys(Key::Control + "a").await?;
                field.send_keys(Key::Delete + "").await?;
                field.send_keys(TypingData::from(text)).await
            };
            match typed.await {
                Ok(()) => return Ok(()),
                Err(error) if tokio::time::Instant::now() > deadline => {
                    return Err(error).context(format!("typing into {label:?}"));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    pub(crate) async fn heading(&self) -> Result<String> {
        Ok(self.css("main h1").await?.text().await?)
    }

    /// Waits until something on the page holds, asked by a script that returns a boolean.
    pub(crate) async fn until(&self, what: &str, script: &str) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let held = self.driver.execute(format!("return Boolean({script})"), Vec::new()).await;
            if held.is_ok_and(|value| value.json() == &serde_json::json!(true)) {
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                let text = self.driver.execute("return document.body.innerText", Vec::new()).await?;
                bail!("it never came: {what}; at {}; the page shows: {}", self.path().await?, text.json());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until an element of this selector shows this text.
    pub(crate) async fn shows(&self, selector: &str, text: &str) -> Result<()> {
        let script = format!(
            "[...document.querySelectorAll({selector:?})].some(element => element.innerText.includes({text:?}))"
        );
        self.until(&format!("{text:?} in {selector}"), &script).await
    }

    /// Drags with the real pointer: press on the source, move in steps, release over the target.
    pub(crate) async fn drag(&self, source: &WebElement, target: &WebElement) -> Result<()> {
        // Bringing one into view may move the other: both are asked where they are once both are seen.
        target.scroll_into_view().await?;
        source.scroll_into_view().await?;
        let (from, to) = (place(source).await?, place(target).await?);
        self.drag_points(from, to).await
    }

    /// Drags to a place inside of the target, in shares of its size.
    pub(crate) async fn drag_to(
        &self,
        source: &WebElement,
        target: &WebElement,
        across: f64,
        down: f64,
    ) -> Result<()> {
        target.scroll_into_view().await?;
        let from = center(source).await?;
        let area = target.rect().await?;
        let to = ((area.x + area.width * across) as i64, (area.y + area.height * down) as i64);
        self.drag_points(from, to).await
    }

    /// Drags over the page, from and to places counted from the corner of an element.
    pub(crate) async fn drag_from(
        &self,
        element: &WebElement,
        from: (i64, i64),
        to: (i64, i64),
    ) -> Result<()> {
        let area = element.rect().await?;
        let (x, y) = (area.x as i64, area.y as i64);
        self.drag_points((x + from.0, y + from.1), (x + to.0, y + to.1)).await
    }

    /// Clicks with the Shift key held.
    pub(crate) async fn press_with_shift(&self, element: &WebElement) -> Result<()> {
        self.driver
            .action_chain()
            .key_down(Key::Shift)
            .click_element(element)
            .key_up(Key::Shift)
            .perform()
            .await?;
        Ok(())
    }

    /// Types into whatever has the focus.
    pub(crate) async fn keys(&self, keys: impl Into<TypingData>) -> Result<()> {
        Ok(self.driver.active_element().await?.send_keys(keys).await?)
    }

    async fn drag_points(&self, from: (i64, i64), to: (i64, i64)) -> Result<()> {
        let middle = ((from.0 + to.0) / 2, (from.1 + to.1) / 2);
        self.driver
            .action_chain_with_delay(Some(Duration::from_millis(20)), Some(Duration::from_millis(60)))
            .move_to(from.0, from.1)
            .click_and_hold()
            .move_to(from.0 + 8, from.1 + 8)
            .move_to(middle.0, middle.1)
            .move_to(to.0 - 2, to.1 - 2)
            .move_to(to.0, to.1)
            .release()
            .perform()
            .await?;
        Ok(())
    }

    pub(crate) async fn close(mut self) -> Result<()> {
        let ended = self.driver.clone().quit().await;
        self.process.kill()?;
        self.process.wait()?;
        Ok(ended?)
    }

    /// The first match that is displayed. An element that the page replaces between being found and being asked whether
    /// it shows is simply not there yet, so it is looked for again: the driver's own query gives up on it at once.
    async fn find(&self, by: By, what: &str) -> Result<WebElement> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            for element in self.driver.find_all(by.clone()).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) {
                    return Ok(element);
                }
            }
            if tokio::time::Instant::now() > deadline {
                let text = self.driver.execute("return document.body.innerText", Vec::new()).await?;
                bail!("not on the page: {what}; at {}; the page shows: {}", self.path().await?, text.json())
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn center(element: &WebElement) -> Result<(i64, i64)> {
    element.scroll_into_view().await?;
    place(element).await
}

/// The middle of an element, wherever it is seen.
async fn place(element: &WebElement) -> Result<(i64, i64)> {
    let area = element.rect().await?;
    Ok(((area.x + area.width / 2.0) as i64, (area.y + area.height / 2.0) as i64))
}

impl Drop for Browser {
    fn drop(&mut self) {
        // After `close` it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
