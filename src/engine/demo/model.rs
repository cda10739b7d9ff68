//! The model whose predictions the sample logs: a classifier that sees a noisy signal of the topic.
//!
//! A ticket of topic y sends the signal x = μ·e_y + N(0, I). A model that knows μ and the topics' shares answers with
//! p_k ∝ π_k·exp(μ·x_k), which is Bayes' rule and therefore calibrated; where it believes in another μ than the ticket has, it is
//! over- or underconfident.

use super::ticket::Ticket;
use super::words::TOPICS;
use crate::math;
use crate::random::Rng;

/// How clearly a ticket speaks, and how clearly the model believes that it speaks.
#[derive(Debug, Clone, Copy)]
pub struct Signal {
    /// μ of the ticket.
    pub strength: f64,
    /// μ in the model's mind.
    pub believed: f64,
    /// The topic that the model takes it for, where it is misled.
    pub taken_for: Option<usize>,
}

/// The model's probabilities, one a topic, rounded to four digits as logs are.
pub fn predict(rng: &mut Rng, ticket: &Ticket, signal: Signal) -> Vec<f64> {
    let heard = signal.taken_for.unwrap_or(ticket.topic);
    let scores: Vec<f64> = TOPICS
        .iter()
        .enumerate()
        .map(|(at, topic)| {
            let x = rng.normal() + if at == heard { signal.strength } else { 0.0 };
            math::ln(topic.percent as f64) + signal.believed * x
        })
        .collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = scores.iter().map(|s| math::exp(s - top)).collect();
    let sum: f64 = odds.iter().sum();
    odds.iter().map(|o| (o / sum * 10_000.0).round() / 10_000.0).collect()
}
