//! What the fields of an inspector read out of a definition, and what they write into it.
//!
//! Pure: a value goes in, a text or the next value comes out, and whatever a form does not know stays as it was
//! written. It validates nothing (`flow` does) and knows no control, no label and no locale.

pub mod cases;
pub mod disabled;
pub mod duration;
pub mod endpoint;
pub mod expression;
pub mod policy;
pub mod process;
pub mod rows;
pub mod schedule;
