//! The runbook that a newcomer finds: it can be run at once, and it stays deleted once somebody deletes it.

use anyhow::Context as _;

use crate::database::Database;
use crate::plugins::Plugins;
use crate::workflows::{Definition, Workflows};

const FAILOVER: &str = include_str!("../../seed/failover.json");
/// Who made it, as the list shows.
const MAKER: &str = "mas-hub";
/// What this note in the data directory says: the example was given, whether or not it is still there.
const NOTE: &str = "example.given";

/// Saves the example into a fresh database.
///
/// # Errors
/// As the database and the data directory have them.
pub(super) async fn seed(
    database: &Database,
    workflows: &Workflows,
    plugins: &Plugins,
) -> anyhow::Result<()> {
    let note = database.directory().join(NOTE);
    if note.exists() || workflows.list(&crate::workflows::Wanted::default(), 0, 0).await?.1 > 0 {
        return Ok(());
    }
    let definition = Definition::read(FAILOVER, plugins.catalog())?;
    workflows.build(&definition, MAKER).await?;
    std::fs::write(&note, "").with_context(|| note.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_has_no_problem_and_can_be_started() {
        let plugins = Plugins::embedded().unwrap();
        let document = flow::Document::from_json(FAILOVER).unwrap();
        assert_eq!(flow::validate(&document, plugins.catalog()), []);
        assert_eq!(flow::unsupported(&document), []);
    }
}
