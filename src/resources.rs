//! What the sites consist of, as the resource queries of the API tell it: OBS, DCS, DNS, CPTS, CCE. Read only.

mod kinds;
mod page;

pub use page::ResourcesPage;
