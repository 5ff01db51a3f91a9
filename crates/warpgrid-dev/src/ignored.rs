//! Which files of a project are its sources: not what git ignores, and not what
//! builds leave.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::Gitignore;

const FILE: &str = ".gitignore";

/// Folders of others, wherever they are.
const FOREIGN: &[&str] = &[".git", ".warp", "node_modules"];

/// Where builds put what they make, in the project's own directory.
const OUTPUT: &str = "target";

/// What a project's `.gitignore` files say. They are read when they are needed.
pub struct Ignored {
    project: PathBuf,
    read: HashMap<PathBuf, Gitignore>,
}

impl Ignored {
    /// Of the project in a directory, which is absolute.
    pub fn of(project: &Path) -> Self {
        Self {
            project: project.to_owned(),
            read: HashMap::new(),
        }
    }

    /// Whether a change there is none of the project's sources.
    pub fn is_ignored(&mut self, path: &Path, is_folder: bool) -> bool {
        let Ok(inside) = path.strip_prefix(&self.project) else {
            return true;
        };
        let mut names = inside.components().map(|part| part.as_os_str());
        if names.clone().next().is_some_and(|first| first == OUTPUT)
            || names.any(|name| FOREIGN.iter().any(|foreign| name == *foreign))
        {
            return true;
        }
        // Whatever is in an ignored folder is ignored, too (gitignore(5)).
        let mut folders: Vec<&Path> = inside.ancestors().skip(1).collect();
        folders.reverse();
        let above = folders.into_iter().skip(1);
        let above: Vec<PathBuf> = above.map(|folder| self.project.join(folder)).collect();
        above.iter().any(|folder| self.says(folder, true)) || self.says(path, is_folder)
    }

    /// Forgets what the files said: one of them has changed.
    pub fn forget(&mut self) {
        self.read.clear();
    }

    /// Whether a path is such a file.
    pub fn is_rule(path: &Path) -> bool {
        path.file_name().is_some_and(|name| name == FILE)
    }

    /// What the nearest file says that says anything.
    fn says(&mut self, path: &Path, is_folder: bool) -> bool {
        for folder in path.ancestors().skip(1) {
            if !folder.starts_with(&self.project) {
                break;
            }
            let rules = self
                .read
                .entry(folder.to_owned())
                .or_insert_with(|| Gitignore::new(folder.join(FILE)).0);
            match rules.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn gitignore_files_and_builds_are_heard() {
        let directory = tempfile::tempdir().unwrap();
        let project = directory.path();
        fs::create_dir_all(project.join("sub/deep")).unwrap();
        fs::write(project.join(FILE), "*.log\n/dist/\nsecret/\n").unwrap();
        fs::write(project.join("sub").join(FILE), "!kept.log\nown.txt\n").unwrap();
        let mut ignored = Ignored::of(project);
        let mut is = |path: &str| ignored.is_ignored(&project.join(path), false);
        for path in [
            "a.log",
            "dist/x.js",
            "sub/secret/x.js",
            "sub/own.txt",
            "sub/deep/own.txt",
            "target/warp/x.wasm",
            "node_modules/p/index.js",
            "sub/node_modules/p/index.js",
            ".warp/postgres/data",
            ".git/HEAD",
        ] {
            assert!(is(path), "{path} is a source");
        }
        for path in [
            "src/main.ts",
            "sub/kept.log",
            "sub/dist/x.js",
            "sub/target/x.js",
            "own.txt",
            "warp.toml",
            ".env",
        ] {
            assert!(!is(path), "{path} is no source");
        }
        assert!(ignored.is_ignored(Path::new("/elsewhere/x.ts"), false));
    }

    #[test]
    fn a_rule_that_changes_counts_once_the_old_ones_are_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let project = directory.path();
        let mut ignored = Ignored::of(project);
        let path = project.join("a.txt");
        assert!(!ignored.is_ignored(&path, false));
        fs::write(project.join(FILE), "a.txt\n").unwrap();
        assert!(Ignored::is_rule(&project.join(FILE)));
        ignored.forget();
        assert!(ignored.is_ignored(&path, false));
    }
}
