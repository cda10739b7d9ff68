//! Named entities in a cell: `[{"type": "person", "mentions": [{"start_offset": 0, "end_offset": 4}]}]`.

use serde_json::Value;

/// A mention of an entity: its type, where it begins, where it ends.
pub type Entity = (String, u64, u64);

/// The mentions that a cell lists, sorted, each once; `None` where it lists something else.
pub fn entities(cell: &str) -> Option<Vec<Entity>> {
    let text = cell.trim();
    if !text.starts_with('[') {
        return None;
    }
    let Ok(Value::Array(kinds)) = serde_json::from_str(text) else { return None };
    let mut out = Vec::new();
    for kind in &kinds {
        let name = kind.get("type")?.as_str()?;
        for mention in kind.get("mentions")?.as_array()? {
            let at = |key: &str| mention.get(key).and_then(Value::as_u64);
            out.push((name.to_owned(), at("start_offset")?, at("end_offset")?));
        }
    }
    out.sort_unstable();
    out.dedup();
    Some(out)
}

/// How many of the sorted mentions of one list are in another.
pub fn shared(a: &[Entity], b: &[Entity]) -> usize {
    a.iter().filter(|mention| b.binary_search(mention).is_ok()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_match_by_type_and_offsets() {
        let cell = r#"[{"type":"person","mentions":[{"start_offset":0,"end_offset":4},{"start_offset":9,"end_offset":12}]},{"type":"place","mentions":[]}]"#;
        let truth = entities(cell).unwrap();
        assert_eq!(truth.len(), 2);
        let said = entities(
            r#" [{"type":"place","mentions":[{"start_offset":0,"end_offset":4}]},
            {"type":"person","mentions":[{"start_offset":9,"end_offset":12,"text":"Ann"}]}]"#,
        );
        assert_eq!(shared(&said.unwrap(), &truth), 1);
        assert_eq!(entities("[]"), Some(Vec::new()));
        assert_eq!((entities("[0.1, 0.9]"), entities("person"), entities("[{\"type\":1}]")), (None, None, None));
    }
}
