//! The host: requests, memory of idle instances, start-up.

mod memory;
mod requests;
mod servers;
mod start;

use warpgrid_series::process::Cancel;

use self::servers::Servers;
use super::row::Row;

/// The rows of `bench host`.
pub fn measure(rounds: u32, cancel: &Cancel) -> anyhow::Result<Vec<Row>> {
    let servers = Servers::prepare(cancel)?;
    let mut rows = requests::rows(&servers, rounds)?;
    rows.push(memory::row(&servers, rounds)?);
    rows.push(start::row(rounds, cancel)?);
    Ok(rows)
}
