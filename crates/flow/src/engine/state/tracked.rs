//! A map that knows which of its entries have changed since they were last stored.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::ops::RangeBounds;

#[derive(Clone, Debug)]
pub(super) struct Tracked<K, V> {
    entries: BTreeMap<K, Entry<V>>,
    changed: BTreeSet<K>,
    /// Gone, and stored still. What came and went in between leaves no trace.
    dropped: BTreeSet<K>,
}

#[derive(Clone, Debug)]
struct Entry<V> {
    value: V,
    is_stored: bool,
}

impl<K: Copy + Ord, V> Tracked<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// The entry, to be changed.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let entry = self.entries.get_mut(key)?;
        self.changed.insert(*key);
        Some(&mut entry.value)
    }

    /// The entry, to be prepared for storing: this is no change.
    pub(super) fn quietly(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    pub(super) fn contains_key(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    /// Puts an entry in, and gives the one that was in its place.
    pub(super) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let was_dropped = self.dropped.remove(&key);
        self.changed.insert(key);
        match self.entries.entry(key) {
            btree_map::Entry::Occupied(mut entry) => {
                Some(std::mem::replace(&mut entry.get_mut().value, value))
            }
            btree_map::Entry::Vacant(entry) => {
                entry.insert(Entry { value, is_stored: was_dropped });
                None
            }
        }
    }

    /// Puts an entry in that comes from the store.
    pub(super) fn restore(&mut self, key: K, value: V) {
        self.entries.insert(key, Entry { value, is_stored: true });
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.changed.remove(key);
        if entry.is_stored {
            self.dropped.insert(*key);
        }
        Some(entry.value)
    }

    pub(super) fn clear(&mut self) {
        let keys: Vec<K> = self.entries.keys().copied().collect();
        for key in keys {
            self.remove(&key);
        }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, entry)| (key, &entry.value))
    }

    pub(super) fn keys_within(&self, range: impl RangeBounds<K>) -> Vec<K> {
        self.entries.range(range).map(|(key, _)| *key).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What has changed and what is gone since this was last asked; all of it counts as stored from now on.
    pub(super) fn take_changes(&mut self) -> (BTreeSet<K>, BTreeSet<K>) {
        for key in &self.changed {
            if let Some(entry) = self.entries.get_mut(key) {
                entry.is_stored = true;
            }
        }
        (std::mem::take(&mut self.changed), std::mem::take(&mut self.dropped))
    }
}

impl<K, V> Default for Tracked<K, V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), changed: BTreeSet::new(), dropped: BTreeSet::new() }
    }
}

/// The same entries; what of them is stored does not matter.
impl<K: Copy + Ord, V: PartialEq> PartialEq for Tracked<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(map: &mut Tracked<u32, &str>) -> (Vec<u32>, Vec<u32>) {
        let (changed, dropped) = map.take_changes();
        (changed.into_iter().collect(), dropped.into_iter().collect())
    }

    #[test]
    fn what_comes_and_goes_in_between_is_never_stored() {
        let mut map = Tracked::default();
        map.insert(1, "a");
        map.insert(2, "b");
        map.remove(&2);
        assert_eq!(changes(&mut map), (vec![1], vec![]));
        assert_eq!(changes(&mut map), (vec![], vec![]));
        map.insert(3, "c");
        map.remove(&1);
        assert_eq!(changes(&mut map), (vec![3], vec![1]));
    }

    #[test]
    fn what_is_taken_out_and_put_in_again_is_changed_and_can_be_taken_out_once_more() {
        let mut map = Tracked::default();
        map.insert(1, "a");
        map.take_changes();
        map.remove(&1);
        map.insert(1, "b");
        assert_eq!(changes(&mut map), (vec![1], vec![]));
        map.remove(&1);
        map.insert(1, "c");
        map.remove(&1);
        assert_eq!(changes(&mut map), (vec![], vec![1]));
    }
}
