//! What the fuzz targets run, each on one input. `cargo xtask fuzz` builds them
//! with `--cfg fuzzing`; the crate's own tests run them on the inputs that are
//! kept in `fuzz/corpus`.

mod calls;
mod config;
mod guest;
#[cfg(test)]
mod tests;

pub use config::config;
pub use guest::shims;
