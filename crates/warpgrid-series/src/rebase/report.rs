//! What a rebase says about each patch.

use serde::{Deserialize, Serialize};

/// A series on its way to another version of its upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebaseReport {
    /// Upstream's name.
    pub upstream: String,
    /// The version the series applies to now.
    pub from: String,
    /// The version it is to apply to.
    pub to: String,
    /// The patches, in order.
    pub patches: Vec<RebasedPatch>,
}

/// One patch of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebasedPatch {
    /// File name.
    pub file: String,
    /// What became of it.
    pub status: RebaseStatus,
    /// Where it conflicts; for [`RebaseStatus::Fuzz`], where it did before the
    /// conflict was resolved.
    pub conflicts: Vec<RebaseConflict>,
    /// The remembered resolution that was used or made, by its file's name in
    /// the series folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
}

/// What became of a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RebaseStatus {
    /// It merged by itself, and as a patch it is what it was but for line
    /// numbers and the hashes of the files.
    Applied,
    /// It applies, and is another text than before: its context or the name of
    /// a file changed, or a conflict was resolved.
    Fuzz,
    /// The new version has all of its change, maybe within a larger one; it is
    /// dropped.
    Upstream,
    /// It needs a hand: it does not merge, or the new version has a part of it.
    Conflict,
    /// Its turn has not come.
    Pending,
}

/// A place where a patch and the new version do not go together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebaseConflict {
    /// The file, as the new version names it.
    pub path: String,
    /// The header of the patch's hunk (`@@ -1,2 +1,3 @@`); none when it is
    /// about the whole file.
    pub hunk: Option<String>,
    /// The upstream commit since which the hunk does not apply: abbreviated
    /// hash and subject. None where upstream has no history.
    pub culprit: Option<String>,
    /// What is wrong, in git's words or ours.
    pub message: String,
    /// What upstream did to the lines (`-old`, `+new`).
    pub upstream: String,
    /// What the patch does to them.
    pub patch: String,
}

impl RebaseReport {
    /// Which patch comes next, from 0.
    pub(crate) fn next(&self) -> Option<usize> {
        self.patches
            .iter()
            .position(|p| matches!(p.status, RebaseStatus::Pending | RebaseStatus::Conflict))
    }

    /// The patch at which a rebase stopped.
    pub fn stopped_at(&self) -> Option<&RebasedPatch> {
        self.patches
            .iter()
            .find(|p| p.status == RebaseStatus::Conflict)
    }
}

impl RebasedPatch {
    pub(crate) fn pending(file: &str) -> Self {
        RebasedPatch {
            file: file.to_owned(),
            status: RebaseStatus::Pending,
            conflicts: Vec::new(),
            resolution: None,
        }
    }
}
