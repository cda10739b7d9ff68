//! Required characters: what every reference value has.

use super::LearntRule;
use crate::profile::rules::{Rule, RuleKind};

/// Characters that are named.
const SHOWN: usize = 6;

/// `abnormal_inputs:req_characters`.
pub static REQ_CHARACTERS: LearntRule = LearntRule {
    kind: RuleKind::RequiredCharacters,
    id: "req_characters",
    name: "Required Characters",
    default_on: true,
    checks: "Whether values lack a character that every reference value has, such as the @ of an address or the dash of a code.",
    matters: "A value without it is cut short, of another format, or in the wrong column.",
    decided: "Learnt from at least 10 distinct values in 100 rows.",
    words: |rule, feature| {
        let Rule::RequiredCharacters { characters, .. } = rule else { return Default::default() };
        // Signs tell more than letters, which a handful of words may share by chance.
        let (mut shown, letters): (Vec<char>, Vec<char>) = characters.iter().partition(|c| !c.is_alphanumeric());
        shown.extend(letters);
        let more = shown.len().saturating_sub(SHOWN);
        shown.truncate(SHOWN);
        let mut list: Vec<String> = shown.iter().map(|c| if *c == ' ' { "a space".to_owned() } else { format!("\"{c}\"") }).collect();
        if more > 0 {
            list.push(format!("{more} more"));
        }
        let list = list.join(", ");
        let one = if characters.len() == 1 { list.clone() } else { format!("one of {list}") };
        (format!("{feature} contains {list}"), format!("have a value of {feature} without {one}"))
    },
};
