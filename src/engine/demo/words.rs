//! Word lists and sentence patterns of the sample tickets. `{p}` stands for the product, `{w}` for a time, `{d}` for a device,
//! `{t}` for a thing of the topic.

/// What one topic's tickets are made of.
pub struct Topic {
    /// The class.
    pub name: &'static str,
    /// How common it is, in percent.
    pub percent: u64,
    /// Whole tickets of a few words, as people write them in a chat.
    pub short: &'static [&'static str],
    /// What happened.
    pub problem: &'static [&'static str],
    /// More about it.
    pub detail: &'static [&'static str],
    /// What is wanted.
    pub ask: &'static [&'static str],
    /// What `{t}` may be.
    pub thing: &'static [&'static str],
}

/// The topics; percents sum to 100.
pub const TOPICS: [Topic; 6] = [
    Topic {
        name: "account",
        percent: 19,
        short: &[
            "can't log in",
            "password reset fails",
            "locked out of {p}",
            "no code arrives",
            "login keeps failing",
            "wrong email stored",
            "two factor fails",
            "need my access back",
        ],
        problem: &[
            "I cannot sign in to {p} since {w}.",
            "My account for {p} was locked {w} and I do not know why.",
            "The password reset mail for {p} never arrives.",
            "The {t} for {p} is refused every time I try it.",
            "I changed my phone and now the {t} no longer works.",
            "A colleague has left and her {t} must be moved to me.",
            "I would like to change the {t} that is stored with my profile.",
            "After the last sign in I was asked for a {t} that I never set.",
        ],
        detail: &[
            "I have tried it on {d} and in another browser.",
            "The page only says that the details are not valid.",
            "I am sure that the {t} is right because I wrote it down.",
            "The link in the mail had already expired when I opened it.",
            "Nobody else in my team has this trouble.",
            "I have waited for an hour between the attempts.",
        ],
        ask: &[
            "Please unlock my account.",
            "Could you send me a new link?",
            "Please tell me how I can get back in.",
            "Can you reset the {t} from your side?",
        ],
        thing: &["password", "security code", "backup code", "user name", "email address", "phone number", "access right"],
    },
    Topic {
        name: "billing",
        percent: 23,
        short: &[
            "charged twice",
            "wrong invoice",
            "refund not here",
            "card declined again",
            "price is wrong",
            "invoice for {p} missing",
            "why this charge",
            "vat number missing",
        ],
        problem: &[
            "I was charged twice for {p} {w}.",
            "The {t} for {p} shows an amount that we never agreed on.",
            "My card was declined although there is enough money on it.",
            "The refund that you promised {w} has not reached my bank.",
            "We were billed for ten seats of {p} but use only four.",
            "The {t} does not show our tax number.",
            "The price of {p} went up without any notice.",
            "I cannot find the {t} of last month anywhere.",
        ],
        detail: &[
            "The bank confirms both payments.",
            "Our finance team cannot book it like this.",
            "The amount on the {t} and the amount on my statement differ.",
            "I have attached a copy of the {t}.",
            "The same thing happened to us {w}.",
            "I pay by direct debit, not by card.",
        ],
        ask: &[
            "Please pay back the rest.",
            "Could you send a corrected {t}?",
            "Please check what went wrong with the payment.",
            "Can you explain this charge to me?",
        ],
        thing: &["invoice", "receipt", "bill", "credit note", "statement", "payment reminder"],
    },
    Topic {
        name: "bug",
        percent: 22,
        short: &[
            "app crashes",
            "{p} won't open",
            "blank screen every time",
            "sync is broken",
            "error when saving",
            "search finds nothing",
            "it freezes when scrolling",
            "upload hangs",
        ],
        problem: &[
            "{p} crashes as soon as I open the {t}.",
            "Since the update {w} the {t} stays empty.",
            "The {t} in {p} freezes when I scroll quickly.",
            "My changes disappear after I save the {t}.",
            "Search in {p} finds nothing although the entries are there.",
            "The {t} shows an error and a long number.",
            "Files that I upload to {p} stop at ninety percent.",
            "Two entries are shown where there should be only one.",
        ],
        detail: &[
            "It happens on {d} every time.",
            "I have already installed it again without success.",
            "A restart helps for a few minutes.",
            "It worked without trouble until {w}.",
            "The error also appears when I am offline.",
            "My colleague sees the same on {d}.",
        ],
        ask: &["Please fix this soon.", "Is there a way around it?", "Tell me which logs you need.", "When can we expect a repair?"],
        thing: &["start page", "settings page", "editor", "list view", "export dialog", "preview", "calendar view"],
    },
    Topic {
        name: "cancellation",
        percent: 10,
        short: &["cancel my plan", "stop the contract now", "close my account", "want to quit {p}", "end the trial", "please cancel {p}"],
        problem: &[
            "I want to cancel {p} at the end of the {t}.",
            "We have decided to leave {p} and move to another tool.",
            "Please stop my {t} before it renews.",
            "I tried to end the {t} but there is no button for it.",
            "We no longer need {p} from next month on.",
            "My {t} was renewed although I had cancelled it {w}.",
        ],
        detail: &[
            "We hardly use it any more.",
            "The team has become smaller.",
            "I could not find the notice period in the terms.",
            "Please keep our data until the {t} is over.",
            "There are no hard feelings, it was a good time.",
        ],
        ask: &["Please confirm the end date in writing.", "Could you delete our data then?", "Please end it as early as possible."],
        thing: &["contract", "trial", "tariff", "plan", "seat"],
    },
    Topic {
        name: "feature_request",
        percent: 10,
        short: &[
            "dark mode please",
            "need an export",
            "please add a filter",
            "please support {p} tags",
            "bigger fonts please",
            "wish: shortcuts",
        ],
        problem: &[
            "It would be great if {p} had a {t}.",
            "We miss a {t} in {p} very much.",
            "Could you add a {t} to the next version of {p}?",
            "I would like to suggest a {t} for teams like ours.",
            "Other tools have a {t} and {p} should have one too.",
            "A {t} would save us an hour every day.",
        ],
        detail: &[
            "At the moment we do this by hand.",
            "Many people in our forum have asked for it.",
            "It does not have to be perfect in the first version.",
            "We would happily test it for you.",
            "It should also work on {d}.",
        ],
        ask: &["Is something like this planned?", "Please put it on your list.", "Let me know what you think of the idea."],
        thing: &["dark mode", "bulk export", "saved filter", "shared template", "keyboard shortcut", "weekly summary", "reminder"],
    },
    Topic {
        name: "shipping",
        percent: 16,
        short: &[
            "parcel not here",
            "wrong address",
            "box was empty",
            "where is my order",
            "tracking has been stuck",
            "item arrived broken",
            "delivery late again",
        ],
        problem: &[
            "My {t} should have been here {w} but nothing has come.",
            "The {t} arrived with a broken corner.",
            "The tracking page has shown the same place since {w}.",
            "You sent the {t} to my old address.",
            "One piece is missing from the {t} for {p}.",
            "The driver left the {t} in the rain.",
            "I ordered two and only one {t} came.",
            "Customs holds my {t} and asks for papers.",
        ],
        detail: &[
            "Nobody next door has seen it either.",
            "I was at home the whole day.",
            "The carrier says that it is your turn now.",
            "I need it before the end of the week.",
            "I have kept the box and the label.",
            "The number on the slip is not known to the carrier.",
        ],
        ask: &["Where is it now?", "Please send a new one.", "Can you change the address for me?", "Please tell me when it will arrive."],
        thing: &["parcel", "order", "delivery", "package", "box", "shipment"],
    },
];

/// First words; the empty one is the commonest.
pub const GREETINGS: [&str; 8] = ["", "", "", "Hello,", "Hi there,", "Good morning,", "Dear team,", "Hi,"];
/// Last words.
pub const CLOSINGS: [&str; 8] =
    ["", "", "", "Thank you.", "Many thanks for your help.", "Kind regards.", "Thanks in advance.", "Best wishes."];
/// Times.
pub const TIMES: [&str; 10] = [
    "yesterday",
    "this morning",
    "last week",
    "last night",
    "last Monday",
    "last Friday",
    "two days ago",
    "a week ago",
    "early this month",
    "last month",
];
/// Devices.
pub const DEVICES: [&str; 8] =
    ["my laptop", "my phone", "a tablet", "the office computer", "an old desktop", "two phones", "my work machine", "a new laptop"];
/// Sentences that say nothing about the topic.
pub const FILLERS: [&str; 10] = [
    "I have been a customer for three years.",
    "I could not find an answer in the help pages.",
    "I already wrote to you about this once.",
    "You can reach me in the afternoon.",
    "This is rather urgent for us.",
    "I hope that this is the right place to ask.",
    "All the rest works well.",
    "I am writing for our whole team.",
    "Please do not call before nine.",
    "I have added a picture.",
];
