//! The keys that records have had so far, and the columns they lead to.

use std::collections::BTreeMap;

/// The tree of keys; nested records are inner nodes.
#[derive(Debug)]
pub(crate) struct Shape {
    nodes: Vec<Node>,
    /// Names of the columns, in order of first appearance.
    pub(crate) columns: Vec<String>,
}

#[derive(Debug, Default)]
struct Node {
    /// What stands before this node's keys in column names: `meta.`.
    prefix: String,
    keys: Vec<Key>,
    by_name: BTreeMap<Vec<u8>, usize>,
    /// Records repeat their keys in order, so the key behind the last one is tried first.
    next: usize,
}

#[derive(Debug)]
struct Key {
    name: Vec<u8>,
    column: Option<usize>,
    node: Option<usize>,
}

/// A key of a node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyId {
    node: usize,
    key: usize,
}

impl Default for Shape {
    fn default() -> Self {
        Self { nodes: vec![Node::default()], columns: Vec::new() }
    }
}

impl Shape {
    /// The outermost record.
    pub(crate) const ROOT: usize = 0;

    /// The key of this name in a node, made if it is new.
    #[inline]
    pub(crate) fn key(&mut self, node: usize, name: &[u8]) -> KeyId {
        if let Some(n) = self.nodes.get_mut(node) {
            if n.keys.get(n.next).is_some_and(|k| k.name == name) {
                let key = n.next;
                n.next = if key + 1 < n.keys.len() { key + 1 } else { 0 };
                return KeyId { node, key };
            }
            return KeyId { node, key: n.search(name) };
        }
        KeyId { node, key: 0 }
    }

    fn at(&mut self, id: KeyId) -> Option<&mut Key> {
        self.nodes.get_mut(id.node)?.keys.get_mut(id.key)
    }

    fn path(&self, id: KeyId) -> String {
        let Some(node) = self.nodes.get(id.node) else { return String::new() };
        let name = node.keys.get(id.key).map_or(&[][..], |k| &k.name);
        format!("{}{}", node.prefix, String::from_utf8_lossy(name))
    }

    /// The column of a key's plain values.
    #[inline]
    pub(crate) fn column(&mut self, id: KeyId) -> usize {
        if let Some(column) = self.at(id).and_then(|k| k.column) {
            return column;
        }
        let column = self.columns.len();
        let path = self.path(id);
        self.columns.push(path);
        if let Some(key) = self.at(id) {
            key.column = Some(column);
        }
        column
    }

    /// The node of a key's nested records.
    pub(crate) fn child(&mut self, id: KeyId) -> usize {
        if let Some(node) = self.at(id).and_then(|k| k.node) {
            return node;
        }
        let node = self.nodes.len();
        let prefix = self.path(id) + ".";
        self.nodes.push(Node { prefix, ..Node::default() });
        if let Some(key) = self.at(id) {
            key.node = Some(node);
        }
        node
    }

    /// Whether a key's values have been records, and never plain values: a null of it is no column.
    pub(crate) fn is_record_only(&mut self, id: KeyId) -> bool {
        self.at(id).is_some_and(|k| k.node.is_some() && k.column.is_none())
    }

    /// Columns of keys that also lead to nested records.
    pub(crate) fn ambiguous(&self) -> Vec<usize> {
        self.nodes.iter().flat_map(|n| &n.keys).filter(|k| k.node.is_some()).filter_map(|k| k.column).collect()
    }
}

impl Node {
    #[cold]
    fn search(&mut self, name: &[u8]) -> usize {
        let key = self.by_name.get(name).copied().unwrap_or_else(|| {
            let key = self.keys.len();
            self.by_name.insert(name.to_vec(), key);
            self.keys.push(Key { name: name.to_vec(), column: None, node: None });
            key
        });
        self.next = if key + 1 < self.keys.len() { key + 1 } else { 0 };
        key
    }
}
