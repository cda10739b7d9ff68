//! One support ticket: what is known of it, and its text.

use super::words::{CLOSINGS, DEVICES, FILLERS, GREETINGS, TIMES, TOPICS, Topic};
use crate::math;
use crate::random::Rng;

/// Where tickets come in, with percents.
pub const CHANNELS: [(&str, u64); 4] = [("chat", 25), ("email", 38), ("phone", 15), ("web form", 22)];
/// Products, with percents.
pub const PRODUCTS: [(&str, u64); 4] = [("Calendar", 22), ("Notes", 34), ("Shop", 18), ("Storage", 26)];
/// The product that only came out after the reference was collected.
pub const NEW_PRODUCT: &str = "Wallet";
/// Countries, with percents in the reference.
pub const COUNTRIES: [(&str, u64); 6] = [("DE", 30), ("ES", 12), ("FR", 20), ("GB", 20), ("NL", 10), ("PL", 8)];
/// The same after the campaign in Poland.
pub const COUNTRIES_LATER: [(&str, u64); 6] = [("DE", 14), ("ES", 11), ("FR", 12), ("GB", 11), ("NL", 10), ("PL", 42)];
/// Tiers, with percents.
const TIERS: [(&str, u64); 3] = [("basic", 55), ("business", 15), ("plus", 30)];
/// Age groups, with percents.
const AGES: [(&str, u64); 5] = [("18-29", 23), ("30-44", 30), ("45-54", 20), ("55-64", 14), ("65+", 13)];

/// A ticket.
#[derive(Debug, Clone)]
pub struct Ticket {
    pub id: u64,
    /// Milliseconds since 1970, UTC.
    pub opened_at: i64,
    pub channel: &'static str,
    pub country: &'static str,
    pub tier: Option<&'static str>,
    pub product: &'static str,
    pub age_group: &'static str,
    pub previous_tickets: Option<u64>,
    pub response_minutes: u64,
    pub text: String,
    /// Whether the text has only a few words.
    pub short: bool,
    /// The place of its topic among [`TOPICS`].
    pub topic: usize,
}

/// What a period's tickets are drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Mix {
    /// The countries.
    pub countries: &'static [(&'static str, u64)],
    /// Percent of tickets about the new product.
    pub new_product: u64,
}

impl Ticket {
    /// Draws a ticket.
    pub fn draw(rng: &mut Rng, mix: Mix, id: u64, opened_at: i64) -> Self {
        let weights: Vec<u64> = TOPICS.iter().map(|t| t.percent).collect();
        let topic = pick_weighted(rng, &weights);
        let channel = pick(rng, &CHANNELS);
        let country = pick(rng, mix.countries);
        let product = if rng.below(100) < mix.new_product { NEW_PRODUCT } else { pick(rng, &PRODUCTS) };
        let tier = Some(pick(rng, &TIERS));
        let age_group = pick(rng, &AGES);
        let previous_tickets = (rng.below(1000) >= 15).then(|| previous(rng));
        let response_minutes = (45.0 * math::exp(0.6 * rng.normal())).round().max(1.0) as u64;
        let short = rng.below(100) < if channel == "chat" { 60 } else { 8 };
        let text = TOPICS.get(topic).map(|t| text(rng, t, product, short)).unwrap_or_default();
        Self { id, opened_at, channel, country, tier, product, age_group, previous_tickets, response_minutes, text, short, topic }
    }
}

/// A geometric count: most people write for the first or second time.
fn previous(rng: &mut Rng) -> u64 {
    let mut count = 0;
    while count < 30 && rng.below(100) < 62 {
        count += 1;
    }
    count
}

fn pick(rng: &mut Rng, choices: &[(&'static str, u64)]) -> &'static str {
    let weights: Vec<u64> = choices.iter().map(|c| c.1).collect();
    let at = pick_weighted(rng, &weights);
    choices.get(at).map_or("", |c| c.0)
}

fn pick_weighted(rng: &mut Rng, weights: &[u64]) -> usize {
    let mut left = rng.below(weights.iter().sum());
    for (at, &weight) in weights.iter().enumerate() {
        if left < weight {
            return at;
        }
        left -= weight;
    }
    0
}

fn any<'a>(rng: &mut Rng, list: &[&'a str]) -> &'a str {
    list.get(rng.below(list.len() as u64) as usize).copied().unwrap_or("")
}

/// A ticket's text: a few words, or a greeting, the problem, some details, what is wanted, and a closing.
fn text(rng: &mut Rng, topic: &Topic, product: &str, short: bool) -> String {
    if short {
        let pattern = any(rng, topic.short);
        return filled(rng, pattern, topic, product);
    }
    let mut sentences = vec![any(rng, &GREETINGS), any(rng, topic.problem)];
    for _ in 0..rng.below(4) {
        sentences.push(any(rng, topic.detail));
        if rng.below(3) == 0 {
            sentences.push(any(rng, &FILLERS));
        }
    }
    if rng.below(10) < 7 {
        sentences.push(any(rng, topic.ask));
    }
    sentences.push(any(rng, &CLOSINGS));
    let mut seen: Vec<&str> = Vec::new();
    for sentence in sentences {
        if !sentence.is_empty() && !seen.contains(&sentence) {
            seen.push(sentence);
        }
    }
    filled(rng, &seen.join(" "), topic, product)
}

/// The pattern with its slots filled.
fn filled(rng: &mut Rng, pattern: &str, topic: &Topic, product: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 40);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (slot, tail) = after.split_once('}').unwrap_or(("", after));
        out.push_str(match slot {
            "p" => product,
            "w" => any(rng, &TIMES),
            "d" => any(rng, &DEVICES),
            _ => any(rng, topic.thing),
        });
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The text with slips of the finger in about a third of its longer words: two letters swapped, or one left out.
pub fn with_typos(rng: &mut Rng, text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let mut letters: Vec<char> = word.chars().collect();
        if letters.len() >= 4 && rng.below(3) == 0 {
            let at = 1 + rng.below(letters.len() as u64 - 3) as usize;
            if rng.below(2) == 0 {
                letters.swap(at, at + 1);
            } else {
                letters.remove(at);
            }
        }
        letters.into_iter().collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}
