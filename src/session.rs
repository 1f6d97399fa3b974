//! Signing in: the page, and the dialog that opens over the page when a session ends in the middle of work.

mod expired;
mod form;
mod page;

pub use expired::SignInAgain;
pub use page::SignInPage;
