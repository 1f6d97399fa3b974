//! What was made of the texts that were asked for last, so that the same text is not read, checked and compiled for every
//! run that is started of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

const MOST: usize = 16;
/// A longer text is made anew each time: what is kept of it would be large, and starting it takes its time anyway.
const LONGEST: usize = 256 * 1024;

#[derive(Debug)]
pub(crate) struct Recent<T> {
    /// The one that was asked for last comes first.
    entries: Mutex<VecDeque<(Box<str>, Arc<T>)>>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { entries: Mutex::default() }
    }
}

impl<T> Recent<T> {
    pub(crate) fn get(&self, text: &str) -> Option<Arc<T>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let place = entries.iter().position(|(known, _)| &**known == text)?;
        let entry = entries.remove(place)?;
        let value = Arc::clone(&entry.1);
        entries.push_front(entry);
        Some(value)
    }

    pub(crate) fn put(&self, text: &str, value: &Arc<T>) {
        if text.len() > LONGEST {
            return;
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|(known, _)| &**known != text);
        entries.push_front((text.into(), Arc::clone(value)));
        entries.truncate(MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_last_is_kept_and_the_rest_goes() {
        let recent = Recent::default();
        for number in 0..MOST {
            recent.put(&number.to_string(), &Arc::new(number));
        }
        assert_eq!(recent.get("0"), Some(Arc::new(0)));
        recent.put("new", &Arc::new(99));
        assert_eq!((recent.get("0"), recent.get("1")), (Some(Arc::new(0)), None));
        recent.put(&"x".repeat(LONGEST + 1), &Arc::new(1));
        assert_eq!(recent.get("2"), Some(Arc::new(2)), "a text that is not kept drives no other out");
    }
}
