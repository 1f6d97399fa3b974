//! One run: what it does, what it waits for, what needs a person, and the acts that this person may take now.

mod acts;
mod address;
mod alerts;
mod attention;
mod bar;
mod compare;
mod estimate;
mod events;
mod gates;
mod graph;
mod live;
mod model;
mod order;
mod outlook;
mod page;
mod panel;
mod related;
mod replay;
mod report;
mod run;
mod tasks;
mod timeline;

pub use compare::ComparePage;
pub use page::RunPage;
pub use run::LogSlot;
