//! Which queries are asked, and how often.

use std::sync::Arc;

use fastrand::Rng;

use crate::driver::Query;
use crate::index::Vocabulary;

/// Draws queries from what is in the index; frequent words are asked for more often, as people do.
pub(crate) struct Mix {
    vocabulary: Vocabulary,
}

/// How a client waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Manner {
    /// Asks twice at once, takes the first answer and drops the other.
    Hedged,
    /// Gives up soon.
    Hurried,
    /// Waits as long as it takes.
    Patient,
}

impl Mix {
    /// Mixes from a vocabulary that has words.
    pub(crate) fn new(vocabulary: Vocabulary) -> Self {
        Self { vocabulary }
    }

    /// The next query.
    pub(crate) fn query(&self, dice: &mut Rng) -> Query {
        let Vocabulary { phrases, symbols, words } = &self.vocabulary;
        match dice.u8(..100) {
            0..30 => Query::Prefix(prefix(&drawn(words, dice), dice)),
            30..50 => Query::Phrase(drawn(phrases, dice)),
            50..75 => Query::Symbol(drawn(symbols, dice)),
            75..90 => Query::TopFiles(drawn(words, dice)),
            _ => Query::Typed(typed(&drawn(words, dice), &drawn(words, dice), dice)),
        }
    }

    /// How the next query is waited for.
    pub(crate) fn manner(&self, dice: &mut Rng) -> Manner {
        match dice.u8(..100) {
            0..10 => Manner::Hedged,
            10..25 => Manner::Hurried,
            _ => Manner::Patient,
        }
    }
}

/// One of the texts, those in front more often.
fn drawn(texts: &[Arc<str>], dice: &mut Rng) -> Arc<str> {
    let at = dice.f64().powi(3) * texts.len() as f64;
    texts.get(at as usize).cloned().unwrap_or_else(|| "nothing".into())
}

/// Three letters of a word, or four.
fn prefix(word: &str, dice: &mut Rng) -> Arc<str> {
    word.chars().take(dice.usize(3..5)).collect::<String>().into()
}

/// What a person types; a third of it no search expression.
fn typed(one: &str, other: &str, dice: &mut Rng) -> Arc<str> {
    match dice.u8(..6) {
        0 => format!("\"{one} {other}"),
        1 => format!("{one} AND (OR {other})"),
        2 => format!("{one} OR {other}"),
        3 => format!("{one} NOT {other}"),
        4 => format!("NEAR({one} {other}, 8)"),
        _ => format!("{one} {other}"),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(texts: &[&str]) -> Vec<Arc<str>> {
        texts.iter().map(|text| (*text).into()).collect()
    }

    #[test]
    fn the_same_seed_asks_the_same_queries() {
        let mix = Mix::new(Vocabulary { words: words(&["alpha", "beta", "gamma"]), ..Vocabulary::default() });
        let asked = |seed| -> Vec<Query> {
            let mut dice = Rng::with_seed(seed);
            (0..50).map(|_| mix.query(&mut dice)).collect()
        };
        assert_eq!(asked(1), asked(1));
        assert_ne!(asked(1), asked(2));
    }

    #[test]
    fn every_kind_and_manner_is_in_the_mix() {
        let (mix, mut dice) = (Mix::new(Vocabulary::default()), Rng::with_seed(1));
        let queries: Vec<_> = (0..200).map(|_| mix.query(&mut dice)).collect();
        for kind in ["phrase", "prefix", "symbol", "top-files", "typed"] {
            assert!(queries.iter().any(|query| query.kind() == kind), "no {kind}");
        }
        let manners: Vec<_> = (0..200).map(|_| mix.manner(&mut dice)).collect();
        for manner in [Manner::Hedged, Manner::Hurried, Manner::Patient] {
            assert!(manners.contains(&manner), "no {manner:?}");
        }
    }

    #[test]
    fn what_stands_in_front_is_drawn_more_often() {
        let (texts, mut dice) = (words(&["first", "second", "third"]), Rng::with_seed(1));
        let drawn: Vec<_> = (0..300).map(|_| drawn(&texts, &mut dice)).collect();
        let count = |text: &str| drawn.iter().filter(|drawn| &***drawn == text).count();
        assert!(count("first") > count("second") && count("second") > count("third") && count("third") > 0);
    }
}
