//! libpq: in a guest, and natively on a connection that is held and reset as a
//! pool does, on a new one each time, through PgBouncer, and through our own TCP
//! front.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use warpgrid_test_harness::service::Service;

use super::pgbouncer::{Login, PgBouncer};
use super::took;
use crate::bench::row::{Goal, Row};
use crate::test_all::matrix::Stage;

/// How often one round does it, on connections that are cheap, that another
/// process passes on, and that are new.
const CHEAP: &str = "4000";
const PASSED: &str = "1000";
const DEAR: &str = "100";

/// What the guest is measured beside, in the rows' order, with how much of it
/// ours may take.
const OTHERS: [(&str, f64); 4] = [
    ("native libpq, query and reset on a held connection", 1.3),
    (
        "native libpq, query on a new connection (SCRAM)",
        1.0 / 30.0,
    ),
    (
        "native libpq, query on a new connection to PgBouncer (SCRAM)",
        1.0,
    ),
    (
        "native libpq, query on a new connection to PgBouncer (trust)",
        1.0,
    ),
];

pub fn rows(warp: &Path, stage: &Stage<'_>, rounds: u32) -> anyhow::Result<Vec<Row>> {
    let bounds = &stage.bounds;
    let server = stage.databases.address("postgres")?;
    let [scram, trust] =
        [Login::Scram, Login::Trust].map(|login| PgBouncer::start(server, login, bounds));
    let (scram, trust) = (scram?, trust?);
    let configuration = stage.configuration()?;
    let front = Service::start(bounds, |address| {
        let mut command = Command::new(warp);
        command
            .arg("db-proxy")
            .args(["--listen", &address.to_string()]);
        command.arg("--config").arg(&configuration);
        command
    })?;
    let native = |way: &[&str], address: SocketAddr| {
        let mut command = stage.native();
        command.args(way).env("PGPORT", address.port().to_string());
        took(&mut command, bounds)
    };
    let (mut ours, mut fronted) = (Vec::new(), Vec::new());
    let mut others = [const { Vec::new() }; OTHERS.len()];
    for round in 1..=rounds {
        eprintln!("libpq, round {round} of {rounds}");
        let mut guest = stage.component()?;
        guest.args(["--", "connect", CHEAP]);
        ours.push(took(&mut guest, bounds)?);
        fronted.push(native(&["connect", PASSED], front.address())?);
        let measured = [
            native(&["held", CHEAP], server)?,
            native(&["connect", DEAR], server)?,
            native(&["connect", PASSED], scram.address())?,
            native(&["connect", PASSED], trust.address())?,
        ];
        for (figures, measured) in others.iter_mut().zip(measured) {
            figures.push(measured);
        }
    }
    let mut rows: Vec<Row> = OTHERS
        .iter()
        .zip(&others)
        .map(|((name, goal), other)| Row::new(*name, "us", &ours, other, Goal::AtMost(*goal)))
        .collect();
    let [.., trusted] = &others;
    let name = "native libpq, query on a new connection: warp db-proxy beside PgBouncer (trust)";
    rows.push(Row::new(name, "us", &fronted, trusted, Goal::AtMost(1.0)));
    Ok(rows)
}
