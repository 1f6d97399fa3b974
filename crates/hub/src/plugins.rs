//! The default catalog: the plugins that a palette shows and a definition calls, embedded from `plugins/*.json`.
//!
//! It describes them. What performs them stands in `execution` (HTTP), in the engine (`wait`, `manual-gate`) and in
//! `lab` (everything else).

use std::sync::Arc;

use flow::{Catalog, CatalogFunction};
use wire::plugin::Plugin;

/// One file for each group, in the order in which the palette shows them.
const GROUPS: [&str; 6] = [
    include_str!("../plugins/general.json"),
    include_str!("../plugins/traffic.json"),
    include_str!("../plugins/data.json"),
    include_str!("../plugins/storage.json"),
    include_str!("../plugins/test.json"),
    include_str!("../plugins/application.json"),
];

/// The plugins, and the catalog that validation looks them up in; cheap to clone.
#[derive(Clone, Debug)]
pub struct Plugins {
    plugins: Arc<[Plugin]>,
    catalog: Arc<Catalog>,
}

impl Plugins {
    /// Reads the embedded files.
    ///
    /// # Errors
    /// Where one of them is not what it must be; a test sees to it that this is never in a build.
    pub fn embedded() -> Result<Self, serde_json::Error> {
        let mut plugins = Vec::new();
        for group in GROUPS {
            plugins.extend(serde_json::from_str::<Vec<Plugin>>(group)?);
        }
        let catalog = Arc::new(flow_catalog(&plugins));
        Ok(Self { plugins: plugins.into(), catalog })
    }

    /// The plugins of a group; an empty name and `all` are every group.
    pub fn of_group(&self, group: &str) -> Vec<&Plugin> {
        let every = group.is_empty() || group == "all";
        self.plugins.iter().filter(|plugin| every || plugin.kind == group).collect()
    }

    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }
}

/// The plugins as validation sees them.
pub fn flow_catalog(plugins: &[Plugin]) -> Catalog {
    let mut catalog = Catalog::default();
    for plugin in plugins {
        catalog.insert(plugin.call.clone(), CatalogFunction { input_schema: plugin.input_schema.clone() });
    }
    catalog
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugins() -> Plugins {
        Plugins::embedded().unwrap()
    }

    #[test]
    fn the_catalog_has_the_products_24_plugins() {
        let plugins = plugins();
        let names: Vec<&str> = plugins.plugins.iter().map(|plugin| plugin.plugin.as_str()).collect();
        insta::assert_snapshot!(names.join(" "), @"http-request wait manual-gate dns-record-add dns-record-delete dns-record-weight load-balancer-job dcs-whitelist dcs-failover drs-switch drs-check-rto-rpo rds-read-write rds-backup ddm-read-write dws-dr opengauss-dr obs-bucket-policy obs-replication obs-compare perftest-task chaos mas-switch aom-job smart-connect");
        assert_eq!(plugins.of_group("").len(), 24);
        assert_eq!(plugins.of_group("all").len(), 24);
        assert_eq!(plugins.of_group("storage").len(), 3);
        assert_eq!(plugins.of_group("nothing").len(), 0);
    }

    #[test]
    fn what_the_palette_inserts_fits_its_own_schema() {
        for plugin in plugins().plugins.iter() {
            let problems = flow::check_input(&plugin.input_schema, &plugin.dsl["with"]);
            assert!(problems.is_empty(), "{}: {problems:?}", plugin.plugin);
            assert_eq!(plugin.dsl["call"], plugin.call);
            assert_eq!(plugin.call, format!("{}:{}@default", plugin.plugin, plugin.version));
        }
    }

    #[test]
    fn everything_that_a_person_reads_is_there_in_both_languages() {
        for plugin in plugins().plugins.iter() {
            let both = |text: &serde_json::Value| {
                ["zh", "en"]
                    .iter()
                    .all(|language| text[language].as_str().is_some_and(|text| !text.is_empty()))
            };
            assert!(!plugin.name.zh.is_empty() && !plugin.name.en.is_empty(), "{}", plugin.plugin);
            assert!(
                !plugin.description.zh.is_empty() && !plugin.description.en.is_empty(),
                "{}",
                plugin.plugin
            );
            for (name, field) in plugin.input_schema["properties"].as_object().unwrap() {
                assert!(both(&field["title"]), "{}: {name}", plugin.plugin);
                assert!(field.get("description").is_none_or(both), "{}: {name}", plugin.plugin);
            }
        }
    }
}
