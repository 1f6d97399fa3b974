//! Components that know no feature: what two features need lives here.

pub mod changes;
pub mod confirm;
pub mod decision;
pub mod dialog;
pub mod files;
pub mod flow_canvas;
pub mod icon;
pub mod json_view;
pub mod launch;
pub mod link;
pub mod menu;
pub mod pager;
pub mod paper;
pub mod preferences;
pub mod schema_form;
pub mod states;
pub mod status;
pub mod time;
pub mod toast;

pub use confirm::Confirm;
pub use decision::{DecisionDialog, Gate};
pub use dialog::{Dialog, DialogSize};
pub use flow_canvas::FlowCanvas;
pub use icon::{Icon, IconView};
pub use json_view::JsonView;
pub use launch::use_launcher;
pub use link::{go, href};
pub use menu::{Menu, MenuItem};
pub use pager::Pager;
pub use paper::Paper;
pub use preferences::{TimeDisplay, use_preferences};
pub use schema_form::SchemaForm;
pub use states::{EmptyState, ErrorState, ListStage, ListView, Loading, describe_error};
pub use status::StatusBadge;
pub use time::{Duration, Time};
pub use toast::{Toasts, use_toasts};
