//! Requests in a second: the host beside hyper without a guest, and beside the
//! least host that wasmtime's `ProxyHandler` makes.

use super::servers::{MANY, Server, Servers};
use crate::bench::row::{Goal, Row};

const CONNECTIONS: u32 = 64;
/// How long each is warmed and measured, in seconds.
const WARM: u32 = 1;
const MEASURED: u32 = 3;

const SERVERS: [Server; 5] = [
    Server::Native,
    Server::Ours(1),
    Server::Ours(MANY),
    Server::Bare(1),
    Server::Bare(MANY),
];

pub fn rows(servers: &Servers, rounds: u32) -> anyhow::Result<Vec<Row>> {
    let mut rates = [const { Vec::new() }; SERVERS.len()];
    for round in 1..=rounds {
        eprintln!("requests, round {round} of {rounds}");
        for (rates, server) in rates.iter_mut().zip(SERVERS) {
            let service = servers.start(server)?;
            servers.load(&service, "/hello", CONNECTIONS, WARM)?;
            rates.push(servers.load(&service, "/hello", CONNECTIONS, MEASURED)?);
        }
    }
    let [native, ours, reused, bare, bare_reused] = rates;
    let row = |name, ours: &[f64], other: &[f64], goal| {
        Row::new(name, "requests/s", ours, other, Goal::AtLeast(goal))
    };
    Ok(vec![
        row("native hyper, reused instances", &reused, &native, 0.4),
        row(
            "ProxyHandler without shims, reused instances",
            &reused,
            &bare_reused,
            0.95,
        ),
        row(
            "ProxyHandler without shims, fresh instances",
            &ours,
            &bare,
            1.25,
        ),
    ])
}
