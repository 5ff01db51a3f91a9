//! What a program asks of its host: names, files, sockets. A C program of the
//! patched toolchain beside the same by the stock one, both in our host.

use warpgrid_libc::Linkage;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::echo::Echo;

use super::guests::Guests;
use super::microseconds;
use super::programs;
use super::row::{Goal, Row};

/// The stock libc has a real file where the patched one has a virtual one.
const CONFIGURATION: &str = "[directories]\n\"/etc\" = \"root\"\n\
     [network]\nconnect = [\"*\"]\n[dns]\nhosts = { \"api.example.com\" = \"192.0.2.7\" }\n";

/// How the program is told, how often it does it, what the rows call it.
const CALLS: [(&str, &str, &str, f64); 4] = [
    ("file", "5000", "stock libc, a file is read", 1.0),
    ("name", "5000", "stock libc, a name is looked up", 1.0),
    (
        "connect",
        "1000",
        "stock libc, a plain socket connects and is answered",
        1.1,
    ),
    (
        "tcp",
        "5000",
        "stock libc, 64 bytes there and back on a plain socket",
        1.1,
    ),
];

/// The rows of `bench calls`.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    let guests = Guests::prepare(
        programs::warp(cancel)?,
        CONFIGURATION,
        Echo::start()?,
        cancel,
    )?;
    let hosts = "127.0.0.1 localhost\n192.0.2.7 api.example.com\n";
    std::fs::write(guests.root().join("hosts"), hosts)?;
    let [stock, ours] = [Linkage::Stock, Linkage::Libwarpgrid]
        .map(|linkage| guests.compile("calls/calls.c", linkage));
    let (stock, ours) = (stock?, ours?);
    let mut figures = [const { (Vec::new(), Vec::new()) }; CALLS.len()];
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for ((ours_took, stock_took), (call, times, ..)) in figures.iter_mut().zip(CALLS) {
            for (took, component) in [(ours_took, &ours), (stock_took, &stock)] {
                took.push(microseconds(&guests.run(
                    component,
                    &[],
                    &[call, times],
                )?)?);
            }
        }
    }
    let rows = figures.iter().zip(CALLS);
    Ok(rows
        .map(|((ours, stock), (_, _, name, goal))| {
            Row::new(name, "us", ours, stock, Goal::AtMost(goal))
        })
        .collect())
}
