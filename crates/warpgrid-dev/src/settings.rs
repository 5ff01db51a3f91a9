//! What `warp dev` is asked.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use warpgrid_host::Compiler;

/// What to run, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The project's directory, absolute.
    pub project: PathBuf,
    /// The configuration; the project's `warp.toml`, where there is one, if absent.
    pub config: Option<PathBuf>,
    /// Where HTTP is served, and what a program that is a server itself may listen on.
    pub listen: SocketAddr,
    /// The language, where the project does not say it.
    pub lang: Option<String>,
    /// Which package of a workspace.
    pub package: Option<String>,
    /// Which of several programs.
    pub bin: Option<String>,
    /// Variables for the program beside those of the configuration.
    pub env: Vec<(String, String)>,
    /// What makes machine code of components; the one that suits, if absent.
    pub compiler: Option<Compiler>,
    /// The `warp` executable, which packs.
    pub warp: PathBuf,
    /// Arguments for the program.
    pub arguments: Vec<OsString>,
}
