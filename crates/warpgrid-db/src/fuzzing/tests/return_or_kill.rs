//! Of any sequence of requests and answers, cut and broken off anywhere, a
//! connection goes back exactly when everything that was asked is answered, as
//! the sequence itself says; and the models that the fuzz targets use say so.

use proptest::prelude::*;

use super::exchanges::{Exchange, mysql, postgres, redis};
use crate::fuzzing::drive::{Subject, converse};
use crate::fuzzing::{Chunk, Model, Options, Side};
use crate::mysql::Mysql;
use crate::postgres::Postgres;
use crate::protocol::Verdict;
use crate::redis::Redis;

/// How a sequence goes.
#[derive(Clone, Debug)]
struct Way {
    exchanges: Vec<Exchange>,
    /// How many requests the guest is ahead of the answers.
    ahead: usize,
    /// The lengths of the pieces, over and over.
    cuts: Vec<usize>,
    /// So much of it does not come to pass, in bytes.
    missing: usize,
}

fn way(exchange: impl Strategy<Value = Exchange>) -> impl Strategy<Value = Way> {
    let cuts = prop::collection::vec(1..40_usize, 1..20);
    let missing = prop_oneof![Just(0), 0..200_usize];
    let all = (
        prop::collection::vec(exchange, 0..8),
        0..4_usize,
        cuts,
        missing,
    );
    all.prop_map(|(exchanges, ahead, cuts, missing)| Way {
        exchanges,
        ahead,
        cuts,
        missing,
    })
}

impl Way {
    /// What each side sends, in order.
    fn chunks(&self) -> Vec<Chunk> {
        let mut chunks = vec![];
        let requests = self
            .exchanges
            .iter()
            .map(|exchange| Some(&exchange.request));
        let mut answers = self.exchanges.iter();
        let rest = std::iter::repeat_n(None, self.ahead);
        for (at, request) in requests.chain(rest).enumerate() {
            if let Some(bytes) = request.cloned() {
                chunks.push(Chunk {
                    from: Side::Guest,
                    bytes,
                });
            }
            if at >= self.ahead
                && let Some(exchange) = answers.next()
            {
                let bytes = exchange.answer.clone();
                chunks.push(Chunk {
                    from: Side::Server,
                    bytes,
                });
            }
        }
        chunks
    }

    /// The pieces that come to pass.
    fn pieces(&self) -> Vec<Chunk> {
        let chunks = self.chunks();
        let all: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
        let mut left = all.saturating_sub(self.missing);
        let (mut pieces, mut cuts) = (vec![], self.cuts.iter().cycle());
        for Chunk { from, bytes } in chunks {
            let mut rest = &bytes[..left.min(bytes.len())];
            left -= rest.len();
            while let Some(cut) = cuts.next()
                && !rest.is_empty()
            {
                let (piece, after) = rest.split_at(rest.len().min(*cut));
                pieces.push(Chunk {
                    from,
                    bytes: piece.to_vec(),
                });
                rest = after;
            }
        }
        pieces
    }

    /// What may become of the connection after so much of it.
    fn truth(&self, pieces: &[Chunk]) -> Option<Verdict> {
        let sent = |side| {
            let own = pieces.iter().filter(|piece| piece.from == side);
            own.map(|piece| piece.bytes.len()).sum::<usize>()
        };
        let (mut asked, mut answered) = (sent(Side::Guest), sent(Side::Server));
        let mut verdict = Some(Verdict::Reset);
        for exchange in &self.exchanges {
            if asked == 0 {
                break;
            }
            asked = asked.checked_sub(exchange.request.len())?;
            answered = answered.checked_sub(exchange.answer.len())?;
            verdict = verdict.and(exchange.leaves);
        }
        verdict.filter(|_| answered == 0)
    }
}

fn holds<P: Subject>(options: u8, startup: &[u8], way: &Way) -> Result<(), TestCaseError> {
    let pieces = way.pieces();
    let truth = way.truth(&pieces);
    let mut chunks = vec![];
    if !startup.is_empty() {
        chunks.push(Chunk {
            from: Side::Guest,
            bytes: startup.to_vec(),
        });
    }
    chunks.extend(pieces);
    let outcome = converse::<P>(Options(options), &chunks);
    // Redis begins with the first byte.
    let begun = !startup.is_empty() || chunks.iter().any(|chunk| chunk.from == Side::Guest);
    prop_assert_eq!(outcome.verdict.is_some(), begun);
    if !begun {
        return Ok(());
    }
    let verdict = outcome
        .verdict
        .filter(|verdict| !matches!(verdict, Verdict::Kill { .. }));
    prop_assert_eq!(verdict, truth);
    // The model does not know of what the host still holds.
    match (outcome.model, truth) {
        (Some(Model::Clean(clean)), Some(truth)) => prop_assert_eq!(clean, truth),
        (Some(Model::Clean(_) | Model::Dirty(_)), None) => {}
        other => prop_assert!(false, "{:?}", other),
    }
    Ok(())
}

/// The host has credentials.
const HOSTS: u8 = 0x10;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn postgres_goes_back_exactly_when_all_is_answered(way in way(postgres::exchange())) {
        holds::<Postgres>(HOSTS, postgres::STARTUP, &way)?;
    }

    #[test]
    fn mysql_goes_back_exactly_when_all_is_answered(way in way(mysql::exchange(false))) {
        holds::<Mysql>(HOSTS, &mysql::startup(false), &way)?;
    }

    #[test]
    fn mysql_without_eof_goes_back_exactly_when_all_is_answered(way in way(mysql::exchange(true))) {
        holds::<Mysql>(HOSTS, &mysql::startup(true), &way)?;
    }

    #[test]
    fn redis_goes_back_exactly_when_all_is_answered(way in way(redis::exchange())) {
        holds::<Redis>(HOSTS, b"", &way)?;
    }
}
