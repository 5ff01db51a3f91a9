//! Every input that was kept runs again.

use std::fs;

use warpgrid_test_harness::corpus::{folder, replay};

use crate::fuzzing::Model;
use crate::fuzzing::conversation;
use crate::fuzzing::drive::{Subject, converse};
use crate::mysql::Mysql;
use crate::postgres::Postgres;
use crate::protocol::Verdict;
use crate::redis::Redis;

#[test]
fn postgres() {
    replay("postgres", crate::fuzzing::postgres);
}

#[test]
fn mysql() {
    replay("mysql", crate::fuzzing::mysql);
}

#[test]
fn redis() {
    replay("redis", crate::fuzzing::redis);
}

#[test]
fn session() {
    replay("session", crate::fuzzing::session);
}

fn goes_back<P: Subject>(target: &str, names: &[&str]) {
    for name in names {
        let path = folder(target).join(format!("seed-{name}"));
        let input = fs::read(&path).unwrap();
        let (options, chunks) = conversation::read(&input).unwrap();
        let outcome = converse::<P>(options, &chunks);
        let model = outcome.verdict.map(Model::Clean);
        assert_eq!(outcome.verdict, Some(Verdict::Reset), "{}", path.display());
        assert_eq!(outcome.model, model, "{}", path.display());
    }
}

/// The targets understand what they run.
#[test]
fn recorded_conversations_leave_a_clean_connection() {
    goes_back::<Postgres>(
        "postgres",
        &[
            "query",
            "transaction",
            "copy",
            "ssl",
            "prepared",
            "query-login",
        ],
    );
    goes_back::<Mysql>(
        "mysql",
        &[
            "commands",
            "commands-without-eof",
            "query-login",
            "transaction-login",
            "sha256-login",
        ],
    );
    goes_back::<Redis>("redis", &["query", "transaction", "inline"]);
}
