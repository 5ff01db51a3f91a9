//! The files of a series folder: as they were, and as they are to be.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item, value};

use super::versions::Version;
use crate::export::replace_files;
use crate::{Patch, Series, SeriesError, Source};

const PIN: &str = "UPSTREAM_REF";
const SOURCES: &str = "sources.toml";
/// The table of git repositories in it.
const GIT: &str = "git";

/// The patches and the pin, by file name; contents are blobs of the work
/// tree's repository, so that a killed rebase can be ended either way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder(BTreeMap<String, String>);

impl Folder {
    /// As it is.
    pub(crate) fn read(
        series: &Series,
        repository: &git2::Repository,
    ) -> Result<Self, SeriesError> {
        let mut folder = Folder::default();
        for patch in series.patches()? {
            folder.add(repository, &patch.file, &patch.bytes)?;
        }
        for file in [PIN, SOURCES] {
            let path = series.dir.join(file);
            let bytes = fs::read(&path).map_err(|e| SeriesError::io("read", &path, e))?;
            folder.add(repository, file, &bytes)?;
        }
        Ok(folder)
    }

    /// As it is to be on another version.
    pub(crate) fn rebased(
        series: &Series,
        repository: &git2::Repository,
        patches: &[Patch],
        version: &Version,
    ) -> Result<Self, SeriesError> {
        let mut folder = Folder::default();
        for patch in patches {
            folder.add(repository, &patch.file, &patch.bytes)?;
        }
        let pin = edited(&series.dir.join(PIN), |pin| repin(pin, version))?;
        folder.add(repository, PIN, pin.as_bytes())?;
        let sources = edited(&series.dir.join(SOURCES), |s| resource(s, version))?;
        folder.add(repository, SOURCES, sources.as_bytes())?;
        Ok(folder)
    }

    fn add(
        &mut self,
        repository: &git2::Repository,
        file: &str,
        bytes: &[u8],
    ) -> Result<(), SeriesError> {
        let blob = repository.blob(bytes);
        let blob = blob.map_err(|e| SeriesError::repository(repository.path(), &e))?;
        self.0.insert(file.to_owned(), blob.to_string());
        Ok(())
    }

    /// Makes the folder this. Files of `other` that are not in it go.
    pub(crate) fn write(
        &self,
        dir: &Path,
        repository: &git2::Repository,
        other: &Folder,
    ) -> Result<(), SeriesError> {
        let mut written = Vec::new();
        for (file, blob) in &self.0 {
            let blob = git2::Oid::from_str(blob).and_then(|id| repository.find_blob(id));
            let blob = blob.map_err(|e| SeriesError::repository(repository.path(), &e))?;
            if fs::read(dir.join(file)).ok().as_deref() != Some(blob.content()) {
                written.push((file.clone(), blob.content().to_vec()));
            }
        }
        let gone = other.0.keys().filter(|file| !self.0.contains_key(*file));
        replace_files(dir, &written, &gone.cloned().collect::<Vec<_>>())
    }
}

/// The sources that can only be had for the old version: their checksums on
/// the new one are not known.
pub(crate) fn sources_to_drop(series: &Series, version: &Version) -> Vec<String> {
    let mut kept = false;
    let mut follows = |source: &Source| {
        let first = source.table() == followed(version) && (source.table() == GIT || !kept);
        kept |= first;
        first
    };
    let others = series.sources.0.iter().filter(|s| !follows(s));
    others.map(|s| s.transport().describe()).collect()
}

/// The table of `sources.toml` whose entries can follow to a version.
fn followed(version: &Version) -> &'static str {
    version.source.as_ref().map_or(GIT, Source::table)
}

/// Edits a file and keeps its comments, also those above an entry that goes.
fn edited(path: &Path, edit: impl FnOnce(&mut DocumentMut)) -> Result<String, SeriesError> {
    let failed = |e| SeriesError::io("read", path, e);
    let text = fs::read_to_string(path).map_err(failed)?;
    let mut document: DocumentMut = text.parse().map_err(|e| failed(std::io::Error::other(e)))?;
    edit(&mut document);
    let head = text.find("\n[").map_or("", |at| &text[..=at]);
    let new = document.to_string();
    if head.starts_with('#') && !new.starts_with(head) {
        return Ok(format!("{head}{}", new.trim_start()));
    }
    Ok(new)
}

fn repin(pin: &mut DocumentMut, version: &Version) {
    replace(pin, "version", &version.name);
    match &version.commit {
        Some(commit) => replace(pin, "commit", commit),
        None => drop(pin.remove("commit")),
    }
    replace(pin, "tree", &version.tree);
}

fn resource(sources: &mut DocumentMut, version: &Version) {
    let table = followed(version);
    let others: Vec<String> = sources.iter().map(|(key, _)| key.to_owned()).collect();
    for key in others.iter().filter(|key| *key != table) {
        sources.remove(key);
    }
    let Some(entries) = sources
        .get_mut(table)
        .and_then(Item::as_array_of_tables_mut)
    else {
        return;
    };
    if let Some(registry) = version.source.as_ref().and_then(Source::registry) {
        let mut first = true;
        entries.retain(|_| std::mem::take(&mut first));
        for entry in entries.iter_mut() {
            for (key, new) in registry.fields() {
                entry[key] = value(new);
            }
        }
    }
    if let Some(commit) = &version.commit {
        for entry in entries.iter_mut() {
            entry["rev"] = value(commit);
        }
    }
}

fn replace(document: &mut DocumentMut, key: &str, new: &str) {
    document[key] = value(new);
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMENT: &str = "# What it is.\n# And why.\n\n";

    fn version() -> Version {
        Version {
            name: "2.0".to_owned(),
            commit: Some("c2".to_owned()),
            tree: "t2".to_owned(),
            pristine: "p2".to_owned(),
            history: None,
            source: None,
        }
    }

    fn edit(text: &str, with: fn(&mut DocumentMut, &Version)) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        edited(file.path(), |document| with(document, &version())).unwrap()
    }

    #[test]
    fn the_pin_follows_and_its_comment_stays() {
        let old =
            format!("{COMMENT}name = \"n\"\nversion = \"1.0\"\ncommit = \"c1\"\ntree = \"t1\"\n");
        let new =
            format!("{COMMENT}name = \"n\"\nversion = \"2.0\"\ncommit = \"c2\"\ntree = \"t2\"\n");
        assert_eq!(edit(&old, repin), new);
    }

    #[test]
    fn no_source_of_the_old_tree_stays() {
        let git = "[[git]]\nurl = \"u\"\nrev = \"c1\" # the release\n";
        let debian = "[[debian]]\nsuite = \"s\"\nsha256 = \"x\"\n";
        let new = format!("{COMMENT}[[git]]\nurl = \"u\"\nrev = \"c2\"\n");
        assert_eq!(edit(&format!("{COMMENT}{git}\n{debian}"), resource), new);
        assert_eq!(edit(&format!("{COMMENT}{debian}\n{git}"), resource), new);
    }
}
