//! Files as a report names them: from the project's directory, or within the
//! package that they are of, never by where a machine keeps them.

use std::path::Path;

/// The folders in which tools keep what they fetched, and how many names below
/// them are the tool's own.
const CACHES: &[(&str, usize)] = &[
    ("/registry/src/", 1),
    ("/git/checkouts/", 0),
    ("/pkg/mod/", 0),
    ("/rustlib/src/rust/", 0),
    ("/go/src/", 0),
];

/// A file's name in a report.
pub(crate) fn shown(path: &str, project: &Path) -> String {
    let file = Path::new(path);
    if let Ok(below) = file.strip_prefix(project) {
        return below.display().to_string();
    }
    for (folder, own) in CACHES {
        if let Some(at) = path.find(folder) {
            let below = &path[at + folder.len()..];
            return below
                .splitn(own + 1, '/')
                .last()
                .unwrap_or(below)
                .to_owned();
        }
    }
    match path.rsplit_once("node_modules/") {
        Some((_, below)) if path.starts_with('/') => format!("node_modules/{below}"),
        _ => path.trim_start_matches("./").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_of_a_machine_is_shown() {
        let shown = |path| shown(path, Path::new("/p"));
        assert_eq!(shown("/p/src/main.rs"), "src/main.rs");
        assert_eq!(shown("./main.go"), "main.go");
        assert_eq!(
            shown("/h/.cargo/registry/src/index-1/mio-0.8.11/src/lib.rs"),
            "mio-0.8.11/src/lib.rs"
        );
        assert_eq!(shown("/h/go/pkg/mod/a.b/c@v1/d.go"), "a.b/c@v1/d.go");
        assert_eq!(shown("/x/node_modules/a/b.js"), "node_modules/a/b.js");
    }
}
