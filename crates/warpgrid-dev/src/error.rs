//! Why it cannot go on.

use miette::Diagnostic;

/// Why a project cannot be run at all. What is wrong with its sources is no error,
/// but an [`Event`](crate::Event).
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum Error {
    /// The project, or what builds it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Project(#[from] warpgrid_pack::Error),
    /// The host.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Host(#[from] warpgrid_host::Error),
}
