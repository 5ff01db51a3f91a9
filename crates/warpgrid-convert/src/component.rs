//! A component that was built already: whether the host has all that it imports.

use std::path::Path;

use warpgrid_pack::{Error, inspect};

use crate::report::{Account, Finding, Report, Verdict};
use crate::shims;

pub(crate) fn analyze(path: &Path, bytes: &[u8]) -> Result<Report, Error> {
    let analysis = warpgrid_pack::analyze_bytes(path, bytes)?;
    let inspection = inspect(path)?;
    let mut account = Account::of("imports");
    for import in &analysis.imports {
        account.part(import);
    }
    for shim in &analysis.shims {
        let import = analysis
            .imports
            .iter()
            .find(|import| import.contains(&format!("/{shim}@")));
        account.add(
            import.map_or(shim.as_str(), String::as_str),
            shims::finding(shim),
        );
    }
    for warning in inspection.warnings {
        let import = analysis
            .imports
            .iter()
            .find(|import| warning.what.contains(&format!("`{import}`")));
        let finding =
            Finding::new(Verdict::NeedsChanges, warning.what.clone()).remedy(warning.help);
        account.add(import.map_or("program", String::as_str), finding);
    }
    Ok(account.finish())
}
