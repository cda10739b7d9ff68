//! The weaknesses that the sample project holds, and how each gets into the tickets.

use super::model::Signal;
use super::ticket::{NEW_PRODUCT, Ticket, with_typos};
use crate::random::Rng;

/// A weakness that was put into the sample on purpose.
#[derive(Debug, Clone, Copy)]
pub struct Planted {
    /// Stable, snake_case.
    pub id: &'static str,
    /// What was done, in one sentence.
    pub sentence: &'static str,
    /// Tests of the catalogue that must find it; one of them is enough.
    pub tests: &'static [&'static str],
    /// Features of which one must be named; empty where it concerns whole rows.
    pub features: &'static [&'static str],
}

/// Everything that was planted. Beyond these, reference and evaluation are drawn from one distribution.
pub const PLANTED: [Planted; 9] = [
    Planted {
        id: "short_chats",
        sentence: "Chat messages of a few words are hard for the model: it is right in about half of them, and it knows that it is unsure.",
        tests: &["subset_performance:subset_multiclass_accuracy", "subset_performance:subset_macro_f1"],
        features: &["channel", "text.TokenCount", "text.CharacterCount"],
    },
    Planted {
        id: "country_mix",
        sentence: "After a campaign 42 % of the tickets come from Poland, where the reference has 8 %.",
        tests: &["drift:feature_drift"],
        features: &["country"],
    },
    Planted {
        id: "new_product",
        sentence: "9 % of the evaluation's tickets are about Wallet, a product that the reference never saw and that confuses the model.",
        tests: &["abnormal_inputs:unseen_categorical"],
        features: &["product"],
    },
    Planted {
        id: "missing_tier",
        sentence: "For five days the customer's tier was not looked up: it is missing in those rows, and never in the reference.",
        tests: &["drift:nulls_per_feature_drift", "abnormal_inputs:null_check", "abnormal_inputs:empty_string"],
        features: &["customer_tier"],
    },
    Planted {
        id: "seconds_for_minutes",
        sentence: "One in forty response times was logged in seconds instead of minutes.",
        tests: &["abnormal_inputs:numeric_outlier"],
        features: &["response_minutes"],
    },
    Planted {
        id: "shouting",
        sentence: "Since the web form was rebuilt, nine in ten of its texts arrive in capitals.",
        tests: &["drift:feature_drift"],
        features: &["text.UppercaseShare"],
    },
    Planted {
        id: "typos",
        sentence: "8 % of the texts come with slips of the finger in every third longer word.",
        tests: &["abnormal_inputs:unseen_unigram"],
        features: &["text", "text.UnseenTokenShare"],
    },
    Planted {
        id: "duplicates",
        sentence: "The export ran twice for one in thirteen tickets of the evaluation.",
        tests: &["data_cleanliness:duplicate_rows"],
        features: &[],
    },
    Planted {
        id: "unfair_to_the_old",
        sentence: "Tickets of customers of 65 and over are often taken for account questions, and the model is sure of it.",
        tests: &["subset_performance:subset_multiclass_accuracy", "subset_performance:subset_macro_f1"],
        features: &["customer_age_group"],
    },
];

/// μ of an ordinary ticket; the model is right in about nine of ten.
const CLEAR: f64 = 2.75;
/// μ of a chat message of a few words.
const UNCLEAR: f64 = 1.25;
/// μ of a ticket about the new product, and what the model believes.
const STRANGE: (f64, f64) = (1.3, 1.7);
/// The place of `account` among the topics.
const ACCOUNT: usize = 0;

/// How clearly a ticket speaks to the model; the same in every period, as these are the model's own weaknesses.
pub fn signal(rng: &mut Rng, ticket: &Ticket) -> Signal {
    let misled = ticket.age_group == "65+" && rng.below(100) < 30;
    let (strength, believed) = if ticket.product == NEW_PRODUCT {
        STRANGE
    } else if ticket.channel == "chat" && ticket.short {
        (UNCLEAR, UNCLEAR)
    } else {
        (CLEAR, CLEAR)
    };
    Signal { strength, believed, taken_for: misled.then_some(ACCOUNT) }
}

/// What happens to tickets after the reference was collected: the tier's gap, seconds for minutes, capitals and typos.
pub fn spoil(rng: &mut Rng, ticket: &mut Ticket, tier_gap: std::ops::Range<i64>) {
    if tier_gap.contains(&ticket.opened_at) {
        ticket.tier = None;
    }
    if rng.below(40) == 0 {
        ticket.response_minutes *= 60;
    }
    if rng.below(100) < 8 {
        ticket.text = with_typos(rng, &ticket.text);
    }
    if ticket.channel == "web form" && rng.below(10) < 9 {
        ticket.text = ticket.text.to_uppercase();
    }
}
