//! Rows as the files in `compat/` have them.

use serde::Serialize;

/// One line for each, so that a change shows as such.
///
/// # Errors
/// None that data of ours could cause.
pub fn lines(rows: &[impl Serialize]) -> serde_json::Result<String> {
    let lines: Vec<String> = rows
        .iter()
        .map(serde_json::to_string)
        .collect::<Result<_, _>>()?;
    Ok(lines.join(",\n"))
}
