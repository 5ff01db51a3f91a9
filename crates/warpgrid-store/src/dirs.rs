//! Where the user's cache lies.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::StoreError;

/// The cache directory of WarpGrid: `$WARPGRID_CACHE_DIR`, else
/// `$XDG_CACHE_HOME/warpgrid`, else `~/.cache/warpgrid`.
///
/// The directory may not exist yet. As the XDG base directory specification
/// demands, a relative `XDG_CACHE_HOME` is ignored; a relative
/// `WARPGRID_CACHE_DIR` is taken from the current directory.
///
/// # Errors
/// [`StoreError::NoCacheDir`] when none of the variables (nor `HOME`) is set.
pub fn cache_dir() -> Result<PathBuf, StoreError> {
    let path = choose(|name| std::env::var_os(name)).ok_or(StoreError::NoCacheDir)?;
    std::path::absolute(&path).map_err(|e| StoreError::io("find", &path, e))
}

fn choose(var: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| var(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(own) = set("WARPGRID_CACHE_DIR") {
        return Some(own);
    }
    if let Some(xdg) = set("XDG_CACHE_HOME").filter(|p| p.is_absolute()) {
        return Some(xdg.join("warpgrid"));
    }
    set("HOME").map(|home| home.join(".cache/warpgrid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(vars: &[(&str, &str)]) -> Option<PathBuf> {
        choose(|name| vars.iter().find(|(k, _)| *k == name).map(|(_, v)| v.into()))
    }

    #[test]
    fn own_variable_then_xdg_then_home() {
        let all = [
            ("WARPGRID_CACHE_DIR", "/a"),
            ("XDG_CACHE_HOME", "/b"),
            ("HOME", "/c"),
        ];
        assert_eq!(with(&all), Some("/a".into()));
        assert_eq!(with(&all[1..]), Some("/b/warpgrid".into()));
        assert_eq!(with(&all[2..]), Some("/c/.cache/warpgrid".into()));
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn empty_and_relative_values_do_not_count() {
        let vars = [
            ("WARPGRID_CACHE_DIR", ""),
            ("XDG_CACHE_HOME", "rel"),
            ("HOME", "/c"),
        ];
        assert_eq!(with(&vars), Some("/c/.cache/warpgrid".into()));
    }
}
