//! Things by small numbers that are never used twice.

use std::collections::BTreeMap;

/// Holds things by number.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    next: u32,
    things: BTreeMap<u32, T>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { next: 1, things: BTreeMap::new() }
    }
}

impl<T> Shelf<T> {
    /// Takes a thing in and gives its number.
    pub(super) fn put(&mut self, thing: T) -> u32 {
        let id = self.next;
        self.next += 1;
        self.things.insert(id, thing);
        id
    }

    /// The thing of this number.
    pub(super) fn get(&self, id: u32) -> Option<&T> {
        self.things.get(&id)
    }

    /// The thing of this number, to work on.
    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        self.things.get_mut(&id)
    }

    /// Gives the thing out; its number stands for nothing from then on.
    pub(super) fn take(&mut self, id: u32) -> Option<T> {
        self.things.remove(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_not_used_twice() {
        let mut shelf = Shelf::default();
        let first = shelf.put('a');
        assert_eq!(shelf.take(first), Some('a'));
        let second = shelf.put('b');
        assert_ne!(first, second);
        assert_eq!((shelf.get(first), shelf.get(second)), (None, Some(&'b')));
    }
}
