//! .
pub fn run(_: &crate::flags::TestAll, _: &warpgrid_series::process::Cancel) -> anyhow::Result<()> { Ok(()) }
