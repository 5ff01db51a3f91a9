//! `warp cache`: what the store holds, and less of it.

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use warpgrid_pack::Error;
use warpgrid_store::{Collected, Store};

use crate::{cli, output};

/// What is younger may just have been handed out.
const YOUNGEST: Duration = Duration::from_secs(10 * 60);

/// What `--json` prints.
#[derive(Serialize)]
struct Found {
    directory: String,
    entries: usize,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<Removed>,
}

#[derive(Serialize)]
struct Removed {
    entries: usize,
    bytes: u64,
}

pub fn run(args: &cli::Cache) -> miette::Result<ExitCode> {
    let store = Store::open_default().map_err(Error::of_two_lines)?;
    let removed = args.prune.map(|unused_for| prune(&store, unused_for));
    let (entries, bytes) = store.size().map_err(Error::of_two_lines)?;
    let found = Found {
        directory: store.dir().display().to_string(),
        entries,
        bytes,
        removed: removed.transpose()?.map(|removed| Removed {
            entries: removed.entries.len(),
            bytes: removed.bytes,
        }),
    };
    if args.json {
        output::json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&found.directory)?;
    let counted = |name, entries, bytes: u64| {
        output::line(format_args!(
            "  {name}  {entries} entries, {} MB",
            bytes.div_ceil(1_000_000)
        ))
    };
    counted("holds  ", found.entries, found.bytes)?;
    if let Some(removed) = found.removed {
        counted("removed", removed.entries, removed.bytes)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn prune(store: &Store, unused_for: Duration) -> Result<Collected, Error> {
    store
        .gc(unused_for.max(YOUNGEST))
        .map_err(Error::of_two_lines)
}
