//! Rows as the files in `compat/` have them.

use serde::{Deserialize, Serialize};

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

/// How a package went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Works,
    Fails,
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Status::Works => "works",
            Status::Fails => "fails",
        }
    }
}

/// A size in bytes as megabytes, with one digit after the point.
pub fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}
