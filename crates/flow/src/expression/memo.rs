//! Remembers what large values become to jq, for as long as one event of a job takes: the thousand branches of a fork all
//! see the same input, and turning it into jq's form is most of what an expression over it costs.
//!
//! Only values that are shared are remembered, by where they are; the memory holds on to them, so that nothing else can be
//! there meanwhile.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Deref;

use jaq_json::Val;
use serde_json::Value;

use super::convert::into_jq;

/// How many values are remembered; the oldest is forgotten first.
const MOST: usize = 16;

#[derive(Default)]
pub struct Memo {
    entries: RefCell<VecDeque<Entry>>,
}

struct Entry {
    value: Box<dyn Deref<Target = Value>>,
    /// Once somebody has asked for it.
    converted: Option<Val>,
}

impl Memo {
    /// Says that this value may be asked for again.
    pub fn remember(&self, value: &(impl Deref<Target = Value> + Clone + 'static)) {
        let mut entries = self.entries.borrow_mut();
        if entries.iter().any(|entry| std::ptr::eq(&**entry.value, &**value)) {
            return;
        }
        if entries.len() == MOST {
            entries.pop_front();
        }
        entries.push_back(Entry { value: Box::new(value.clone()), converted: None });
    }

    /// The value as jq sees it.
    pub(super) fn as_jq(&self, value: &Value) -> Val {
        let mut entries = self.entries.borrow_mut();
        match entries.iter_mut().find(|entry| std::ptr::eq(&**entry.value, value)) {
            Some(entry) => entry.converted.get_or_insert_with(|| into_jq(value)).clone(),
            None => into_jq(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_remembered_is_turned_once_and_what_is_not_is_what_it_is() {
        let memo = Memo::default();
        let shared = Arc::new(json!([1, 2, 3]));
        memo.remember(&shared);
        let (Val::Arr(first), Val::Arr(second)) = (memo.as_jq(&shared), memo.as_jq(&shared)) else {
            unreachable!("an array is an array");
        };
        assert!(std::ptr::eq(&*first, &*second));
        assert_eq!(memo.as_jq(&json!([1, 2, 3])), Val::Arr(first));
        for number in 0..MOST {
            memo.remember(&Arc::new(json!(number)));
        }
        let Val::Arr(third) = memo.as_jq(&shared) else { unreachable!("an array is an array") };
        assert!(!std::ptr::eq(&*second, &*third), "the oldest is forgotten");
    }
}
