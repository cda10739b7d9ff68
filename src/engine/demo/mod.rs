//! The sample project: support tickets, a model's logged predictions, and weaknesses planted on purpose.
//!
//! Its files go through the same reader as anybody's. A labelled reference (thirteen weeks), a labelled evaluation (three
//! weeks) and four production weeks without labels, all from one seed. The weeks begin like the reference, and then three things
//! happen to them, so that a firewall has something to see: a lookup fails for three days, a campaign slowly brings in another country, and
//! a new product comes out.

mod model;
mod plant;
mod ticket;
mod words;

pub use plant::{PLANTED, Planted};

use self::ticket::{COUNTRIES, COUNTRIES_LATER, Mix, Ticket};
use self::words::TOPICS;
use crate::random::Rng;
use crate::table::moment_text;

/// The seed of the sample that the page shows.
pub const SEED: u64 = 42;

/// One data set of the sample with its predictions, as files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleSet {
    /// Its name in the project: `reference`, `evaluation`, `week_1`, …
    pub name: String,
    /// The data's file name.
    pub data_name: String,
    /// The data as CSV.
    pub data: Vec<u8>,
    /// The predictions' file name.
    pub predictions_name: String,
    /// The predictions as CSV, one probability a class, row i for row i.
    pub predictions: Vec<u8>,
}

const DAY: i64 = 86_400_000;
/// Monday 2 March 2026, 00:00 UTC.
const START: i64 = 20_514 * DAY;
const REFERENCE_ROWS: u64 = 6_000;
const EVALUATION_ROWS: u64 = 2_770;
const WEEK_ROWS: u64 = 1_500;
/// Of so many tickets of the evaluation one was exported twice.
const EXPORTED_TWICE: u64 = 12;

/// A period of time and what its tickets are like.
struct Period {
    name: String,
    file: String,
    rows: u64,
    from: i64,
    days: i64,
    kind: Kind,
}

/// What a period is for.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Reference,
    Evaluation,
    Production,
}

/// The day on which production begins, counted from the start.
const PRODUCTION: i64 = 112;
/// Days of production on which the customer's tier was not looked up.
const NO_TIER: std::ops::Range<i64> = 9..12;
/// The day of production from which on the campaign works, and how many percent more of the tickets it reaches each day.
const CAMPAIGN: (i64, i64) = (7, 3);
/// The day of production on which the new product comes out, and its percent of the tickets.
const LAUNCH: (i64, u64) = (16, 12);

impl Period {
    fn labelled(&self) -> bool {
        self.kind != Kind::Production
    }

    /// What a ticket of this moment is drawn from.
    fn mix(&self, rng: &mut Rng, moment: i64) -> Mix {
        match self.kind {
            Kind::Reference => Mix { countries: &COUNTRIES, new_product: 0 },
            Kind::Evaluation => Mix { countries: &COUNTRIES_LATER, new_product: 9 },
            Kind::Production => {
                let day = (moment - START) / DAY - PRODUCTION;
                let reached = (rng.below(100) as i64) < (day - CAMPAIGN.0).max(0) * CAMPAIGN.1;
                Mix {
                    countries: if reached { &COUNTRIES_LATER } else { &COUNTRIES },
                    new_product: if day < LAUNCH.0 { 0 } else { LAUNCH.1 },
                }
            }
        }
    }
}

/// The sample's data sets: reference, evaluation, and the production weeks.
pub fn sample(seed: u64) -> Vec<SampleSet> {
    let set = |name: &str, rows, from: i64, days, kind| Period {
        name: name.to_owned(),
        file: if kind == Kind::Production { format!("{name}.csv") } else { format!("tickets_{name}.csv") },
        rows,
        from: START + from * DAY,
        days,
        kind,
    };
    let mut periods =
        vec![set("reference", REFERENCE_ROWS, 0, 91, Kind::Reference), set("evaluation", EVALUATION_ROWS, 91, 21, Kind::Evaluation)];
    periods.extend((0..4).map(|week| set(&format!("week_{}", week + 1), WEEK_ROWS, PRODUCTION + 7 * week, 7, Kind::Production)));
    let mut first_id = 100_000;
    let sets = periods.iter().map(|period| {
        let set = build(seed, period, first_id);
        first_id += period.rows;
        set
    });
    sets.collect()
}

fn build(seed: u64, period: &Period, first_id: u64) -> SampleSet {
    let mut rng = Rng::for_case(seed, "demo", &period.name);
    let mut moments: Vec<i64> = (0..period.rows).map(|_| moment(&mut rng, period)).collect();
    moments.sort_unstable();
    let gap_from = period.from + period.days / 3 * DAY;
    let gap = gap_from..gap_from + 5 * DAY;
    let mut rows: Vec<(Ticket, Vec<f64>)> = Vec::new();
    for (at, moment) in moments.into_iter().enumerate() {
        let mix = period.mix(&mut rng, moment);
        let mut ticket = Ticket::draw(&mut rng, mix, first_id + at as u64, moment);
        let signal = plant::signal(&mut rng, &ticket);
        let probabilities = model::predict(&mut rng, &ticket, signal);
        let evaluation = period.kind == Kind::Evaluation;
        if evaluation {
            plant::spoil(&mut rng, &mut ticket, gap.clone());
        } else if period.kind == Kind::Production && NO_TIER.contains(&((moment - START) / DAY - PRODUCTION)) {
            ticket.tier = None;
        }
        let twice = evaluation && rng.below(EXPORTED_TWICE) == 0;
        rows.push((ticket, probabilities));
        if twice {
            rows.extend(rows.last().cloned());
        }
    }
    SampleSet {
        name: period.name.clone(),
        data_name: period.file.clone(),
        data: data_csv(&rows, period.labelled()).into_bytes(),
        predictions_name: format!("predictions_{}.csv", period.name),
        predictions: predictions_csv(&rows).into_bytes(),
    }
}

/// A moment of the period, by day: most people write between eight and eight.
fn moment(rng: &mut Rng, period: &Period) -> i64 {
    let day = rng.below(period.days as u64) as i64;
    let second = 7 * 3600 + rng.below(7 * 3600) + rng.below(7 * 3600);
    period.from + day * DAY + second as i64 * 1000
}

fn data_csv(rows: &[(Ticket, Vec<f64>)], labelled: bool) -> String {
    let mut out =
        String::from("ticket_id,opened_at,channel,country,customer_tier,product,customer_age_group,previous_tickets,response_minutes,text");
    out.push_str(if labelled { ",label\n" } else { "\n" });
    for (t, _) in rows {
        let previous = t.previous_tickets.map(|n| n.to_string()).unwrap_or_default();
        out.push_str(&format!(
            "T-{},{},{},{},{},{},{},{previous},{},\"{}\"",
            t.id,
            moment_text(t.opened_at),
            t.channel,
            t.country,
            t.tier.unwrap_or(""),
            t.product,
            t.age_group,
            t.response_minutes,
            t.text.replace('"', "\"\"")
        ));
        if labelled {
            out.push(',');
            out.push_str(TOPICS.get(t.topic).map_or("", |topic| topic.name));
        }
        out.push('\n');
    }
    out
}

fn predictions_csv(rows: &[(Ticket, Vec<f64>)]) -> String {
    let mut out = TOPICS.map(|t| t.name).join(",");
    out.push('\n');
    for (_, probabilities) in rows {
        out.push_str(&probabilities.iter().map(f64::to_string).collect::<Vec<_>>().join(","));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(csv: &[u8]) -> Vec<Vec<String>> {
        // The sample quotes the text alone, and no text of it holds a line break.
        let lines = std::str::from_utf8(csv).unwrap().lines().skip(1);
        let row = |line: &str| match line.split_once('"') {
            Some((before, after)) => {
                let (text, tail) = after.rsplit_once('"').unwrap();
                let mut row: Vec<String> = before.trim_end_matches(',').split(',').map(str::to_owned).collect();
                row.push(text.to_owned());
                row.extend(tail.strip_prefix(',').map(str::to_owned));
                row
            }
            None => line.split(',').map(str::to_owned).collect(),
        };
        lines.map(row).collect()
    }

    fn accuracy(set: &SampleSet, keep: impl Fn(&[String]) -> bool) -> f64 {
        let (data, predictions) = (cells(&set.data), cells(&set.predictions));
        let rows: Vec<bool> = data
            .iter()
            .zip(&predictions)
            .filter(|(row, _)| keep(row))
            .map(|(row, p)| {
                let p: Vec<f64> = p.iter().map(|v| v.parse().unwrap()).collect();
                let top = (0..p.len()).reduce(|a, b| if p[b] > p[a] { b } else { a }).unwrap();
                TOPICS[top].name == row[10]
            })
            .collect();
        rows.iter().filter(|hit| **hit).count() as f64 / rows.len() as f64
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(sample(7), sample(7));
        assert_ne!(sample(7), sample(8));
    }

    #[test]
    fn six_sets_with_a_prediction_a_row() {
        let sets = sample(SEED);
        let names: Vec<&str> = sets.iter().map(|s| s.data_name.as_str()).collect();
        assert_eq!(names, ["tickets_reference.csv", "tickets_evaluation.csv", "week_1.csv", "week_2.csv", "week_3.csv", "week_4.csv"]);
        for set in &sets {
            let (data, predictions) = (cells(&set.data), cells(&set.predictions));
            assert_eq!(data.len(), predictions.len());
            let width = if set.name.starts_with("week") { 10 } else { 11 };
            assert!(data.iter().all(|row| row.len() == width), "{}", set.name);
            let sums = predictions.iter().map(|row| row.iter().map(|p| p.parse::<f64>().unwrap()).sum::<f64>());
            assert!(sums.into_iter().all(|sum| (sum - 1.0).abs() < 0.001));
        }
        assert_eq!(cells(&sets[0].data).len(), 6_000);
        assert!((2_950..3_050).contains(&cells(&sets[1].data).len()));
    }

    #[test]
    fn production_begins_calm() {
        let sets = sample(SEED);
        let share = |week: usize, keep: &dyn Fn(&[String]) -> bool| {
            let rows = cells(&sets[1 + week].data);
            rows.iter().filter(|row| keep(row)).count() as f64 / rows.len() as f64
        };
        let (poland, wallet, no_tier) =
            (|row: &[String]| row[3] == "PL", |row: &[String]| row[5] == "Wallet", |row: &[String]| row[4].is_empty());
        assert_eq!((share(1, &wallet), share(2, &wallet), share(1, &no_tier)), (0.0, 0.0, 0.0));
        assert!((0.05..0.11).contains(&share(1, &poland)));
        assert!((0.38..0.48).contains(&share(2, &no_tier)), "three days of seven");
        assert!(share(3, &poland) < share(4, &poland) && share(4, &poland) > 0.2);
        assert!((0.09..0.15).contains(&share(4, &wallet)) && share(3, &no_tier) == 0.0);
    }

    #[test]
    fn the_percents_are_percents() {
        assert_eq!(TOPICS.iter().map(|t| t.percent).sum::<u64>(), 100);
        for list in [&ticket::CHANNELS[..], &ticket::PRODUCTS, &COUNTRIES, &COUNTRIES_LATER] {
            assert_eq!(list.iter().map(|c| c.1).sum::<u64>(), 100);
        }
    }

    #[test]
    fn the_planted_weaknesses_are_there() {
        let sets = sample(SEED);
        let (reference, evaluation) = (&sets[0], &sets[1]);
        let words = |row: &[String]| row[9].split(' ').count();
        let short_chat = |row: &[String]| row[2] == "chat" && words(row) <= 6;
        let plain = |row: &[String]| !short_chat(row) && row[5] != "Wallet" && row[6] != "65+";
        for set in [reference, evaluation] {
            assert!((0.88..0.94).contains(&accuracy(set, plain)));
            assert!(accuracy(set, plain) - accuracy(set, |row| short_chat(row) && plain_but_chat(row)) > 0.25);
            assert!(accuracy(set, plain) - accuracy(set, |row| row[6] == "65+" && !short_chat(row) && row[5] != "Wallet") > 0.15);
        }
        assert!(accuracy(evaluation, plain) - accuracy(evaluation, |row| row[5] == "Wallet") > 0.25);
        let share = |set: &SampleSet, keep: &dyn Fn(&[String]) -> bool| {
            let rows = cells(&set.data);
            rows.iter().filter(|row| keep(row)).count() as f64 / rows.len() as f64
        };
        assert_eq!(share(reference, &|row| row[4].is_empty()), 0.0);
        assert!(share(evaluation, &|row| row[4].is_empty()) > 0.2);
        assert!(share(evaluation, &|row| row[3] == "PL") > 0.3);
        assert!(share(evaluation, &|row| row[9].chars().all(|c| !c.is_lowercase())) > 0.15);
    }

    fn plain_but_chat(row: &[String]) -> bool {
        row[5] != "Wallet" && row[6] != "65+"
    }
}
