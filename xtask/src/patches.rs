//! `cargo xtask patches`: the series engine on the command line.

use warpgrid_series::process::Cancel;
use warpgrid_series::{Place, Programs, Series};

use crate::flags::{Patches, PatchesAction};

/// Runs the verb.
pub fn run(flags: &Patches, cancel: &Cancel) -> anyhow::Result<()> {
    let place = Place::open_default()?;
    let programs = Programs::default();
    match &flags.action {
        PatchesAction::Import(named) => {
            let series = Series::open(&named.dir())?;
            let imported = warpgrid_series::import(&series, &place, &programs, cancel)?;
            let from = imported.from.as_deref().unwrap_or("the cache");
            println!("{} from {from}", imported.tree);
            println!("{}", place.work_dir(&series.upstream.name).display());
        }
        PatchesAction::Apply(apply) => {
            let series = Series::open(&apply.named.dir())?;
            let applied = warpgrid_series::apply(&series, &place, &programs, cancel)?;
            println!("{} patches applied", applied.patches.len());
        }
        _ => anyhow::bail!("not yet"),
    }
    Ok(())
}
