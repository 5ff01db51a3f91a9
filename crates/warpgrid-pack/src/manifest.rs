//! `warp.toml`: one file, several readers.
//!
//! `[package]` is read here; the other sections are the host's. Each reader
//! checks the keys of its own sections, and all refuse a section that no reader
//! knows ([`SECTIONS`]).

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use miette::NamedSource;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_spanned::Spanned;
use toml_edit::{Document, Item, Table, TableLike};

use crate::Error;
use crate::error::ManifestError;

/// The file's name.
pub const FILE: &str = "warp.toml";

/// Every section that some reader knows.
pub const SECTIONS: &[&str] = &[
    "package",
    "shims",
    "database",
    "services",
    "dns",
    "filesystem",
    "network",
    "directories",
    "limits",
    "env",
];

/// Keys of `[package]` that every language has.
pub const SHARED: &[Key] = &[
    Key {
        name: "name",
        what: "The component's name, and its file's.",
        example: "name = \"hello\"",
    },
    Key {
        name: "lang",
        what: "The language, if the project's files do not say it.",
        example: "lang = \"c\"",
    },
];

/// A key that a section may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it says.
    pub what: &'static str,
    /// A line that uses it rightly, shown where its value has the wrong type.
    pub example: &'static str,
}

/// A project's `warp.toml`, parsed but not yet read by every reader.
#[derive(Debug, Clone)]
pub struct Manifest {
    path: PathBuf,
    text: String,
    document: Document<String>,
    shared: Shared,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Shared {
    name: Option<Spanned<String>>,
    lang: Option<Spanned<String>>,
}

#[derive(Deserialize)]
struct PackageOf<T> {
    package: Option<T>,
}

impl Manifest {
    /// Reads the `warp.toml` of a project; `None` where it has none.
    ///
    /// # Errors
    /// When the file cannot be read, is no TOML, or holds a section that nobody
    /// knows.
    pub fn of_project(project: &Path) -> Result<Option<Manifest>, Error> {
        let path = project.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Manifest::parse(path, text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file("read", path, &error)),
        }
    }

    /// Parses a manifest's text. The path is for messages.
    ///
    /// # Errors
    /// As [`Manifest::of_project`].
    pub fn parse(path: impl Into<PathBuf>, text: String) -> Result<Manifest, Error> {
        let path = path.into();
        let document = Document::parse(text.clone())
            .map_err(|error| toml_error(&path, &text, &[], None, &error.into()))?;
        let mut manifest = Manifest {
            path,
            text,
            document,
            shared: Shared::default(),
        };
        manifest.check_names(manifest.document.as_table(), None, SECTIONS)?;
        manifest.shared = manifest.package_as(SHARED)?.unwrap_or_default();
        if let Some(name) = &manifest.shared.name {
            manifest.check_package_name(name)?;
        }
        Ok(manifest)
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `[package] name`.
    pub fn name(&self) -> Option<&str> {
        self.shared
            .name
            .as_ref()
            .map(|name| name.get_ref().as_str())
    }

    /// `[package] lang`, and where it stands.
    pub fn lang(&self) -> Option<(&str, Range<usize>)> {
        self.shared
            .lang
            .as_ref()
            .map(|lang| (lang.get_ref().as_str(), lang.span()))
    }

    /// Reads a packer's own keys of `[package]`; the default where there are
    /// none.
    ///
    /// # Errors
    /// When the section holds another key, or a value of the wrong type.
    pub fn package<T: DeserializeOwned + Default>(&self, keys: &[Key]) -> Result<T, Error> {
        if let Some(table) = self
            .document
            .as_table()
            .get("package")
            .and_then(Item::as_table_like)
        {
            let known: Vec<_> = SHARED.iter().chain(keys).map(|key| key.name).collect();
            self.check_names(table, Some("package"), &known)?;
        }
        Ok(self.package_as(keys)?.unwrap_or_default())
    }

    /// An error that points into this file.
    pub fn error_at(&self, span: Range<usize>, message: impl Into<String>, help: String) -> Error {
        error_at(&self.path, &self.text, span, message.into(), Some(help))
    }

    /// Reads the whole file as a type that names the sections it wants and
    /// ignores the others. The keys' examples serve for messages.
    fn read<T: DeserializeOwned>(&self, keys: &[Key]) -> Result<T, Error> {
        toml_edit::de::from_str(&self.text)
            .map_err(|error| toml_error(&self.path, &self.text, keys, Some(&self.document), &error))
    }

    fn package_as<T: DeserializeOwned>(&self, keys: &[Key]) -> Result<Option<T>, Error> {
        // A section of the wrong shape fails here, before the type's own fields.
        let _: PackageOf<std::collections::BTreeMap<String, IgnoredAny>> = self.read(&[Key {
            name: "package",
            what: "What is packed.",
            example: "[package]",
        }])?;
        Ok(self.read::<PackageOf<T>>(keys)?.package)
    }

    fn check_names(
        &self,
        table: &dyn TableLike,
        section: Option<&str>,
        known: &[&str],
    ) -> Result<(), Error> {
        for (name, _) in table.iter() {
            if known.contains(&name) {
                continue;
            }
            let span = table
                .key(name)
                .and_then(toml_edit::Key::span)
                .unwrap_or(0..0);
            let (what, place) = match section {
                Some(section) => ("key", format!("in [{section}]")),
                None => ("section", format!("in {FILE}")),
            };
            let help = match nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known {place}: {}", known.join(", ")),
            };
            return Err(self.error_at(span, format!("unknown {what} `{name}` {place}"), help));
        }
        Ok(())
    }

    /// The name becomes a file's name.
    fn check_package_name(&self, name: &Spanned<String>) -> Result<(), Error> {
        let text = name.get_ref();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !text.is_empty() && text.chars().all(allowed) && !text.starts_with('.') {
            return Ok(());
        }
        Err(self.error_at(
            name.span(),
            format!("`{text}` cannot be a package's name"),
            "use letters, digits, `-`, `_` and `.`, and begin with none of the last".to_owned(),
        ))
    }
}

/// The nearest known name, where one is near enough to be meant.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

fn toml_error(
    path: &Path,
    text: &str,
    keys: &[Key],
    document: Option<&Document<String>>,
    error: &toml_edit::de::Error,
) -> Error {
    let span = error.span().unwrap_or(0..0);
    let help = document
        .and_then(|document| key_of_value(document.as_table(), &span))
        .and_then(|name| keys.iter().find(|key| key.name == name))
        .map(|key| format!("write it as: {}", key.example));
    error_at(
        path,
        text,
        span,
        error.message().trim_end().replace('\n', ", "),
        help,
    )
}

/// The innermost key whose value holds this place.
fn key_of_value(table: &Table, span: &Range<usize>) -> Option<String> {
    table.iter().find_map(|(name, item)| {
        if let Some(inner) = item.as_table().and_then(|table| key_of_value(table, span)) {
            return Some(inner);
        }
        let whole = item.span()?;
        (whole.start <= span.start && span.end <= whole.end).then(|| name.to_owned())
    })
}

fn error_at(
    path: &Path,
    text: &str,
    span: Range<usize>,
    message: String,
    help: Option<String>,
) -> Error {
    let end = span.end.min(text.len());
    let start = span.start.min(end);
    Error::Manifest(Box::new(ManifestError {
        message,
        help: help.unwrap_or_else(|| "mend the marked place".to_owned()),
        source_code: NamedSource::new(path.display().to_string(), text.to_owned()),
        span: (start..end).into(),
    }))
}

#[cfg(test)]
mod tests {
    use miette::Diagnostic;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Own {
        sources: Option<Vec<String>>,
    }

    const KEYS: &[Key] = &[Key {
        name: "sources",
        what: "What is compiled.",
        example: "sources = [\"src/*.c\"]",
    }];

    fn own(text: &str) -> Result<Own, Error> {
        Manifest::parse("warp.toml", text.to_owned())?.package(KEYS)
    }

    /// The message, the marked text, the help.
    fn failure(text: &str) -> (String, String, String) {
        let error = own(text).unwrap_err();
        let help = error.help().unwrap().to_string();
        let Error::Manifest(error) = error else {
            panic!("{error:?}")
        };
        let ManifestError { message, span, .. } = *error;
        (
            message,
            text[span.offset()..span.offset() + span.len()].to_owned(),
            help,
        )
    }

    #[test]
    fn shared_and_own_keys_are_read_and_other_sections_left_alone() {
        let text = "[package]\nname = \"a\"\nlang = \"c\"\nsources = [\"b.c\"]\n[limits]\nx = 1\n";
        let manifest = Manifest::parse("warp.toml", text.to_owned()).unwrap();
        assert_eq!(manifest.name(), Some("a"));
        assert_eq!(manifest.lang().unwrap().0, "c");
        assert_eq!(own(text).unwrap().sources, Some(vec!["b.c".to_owned()]));
        assert_eq!(own("").unwrap(), Own::default());
    }

    #[test]
    fn unknown_keys_come_with_the_nearest_known() {
        let (message, marked, help) = failure("[package]\nsuorces = []\n");
        assert_eq!(message, "unknown key `suorces` in [package]");
        assert_eq!(marked, "suorces");
        assert_eq!(help, "did you mean `sources`?");
        let (_, marked, _) = failure("package = { suorces = [] }\n");
        assert_eq!(marked, "suorces");
        let (_, _, help) = failure("[package]\nzzz = 1\n");
        assert_eq!(help, "known in [package]: name, lang, sources");
    }

    #[test]
    fn unknown_sections_come_with_the_nearest_known() {
        let (message, marked, help) = failure("[pakage]\nname = \"a\"\n");
        assert_eq!(message, "unknown section `pakage` in warp.toml");
        assert_eq!(marked, "pakage");
        assert_eq!(help, "did you mean `package`?");
    }

    #[test]
    fn wrong_types_are_marked_and_shown_right() {
        let (message, marked, help) = failure("[package]\nname = 3\n");
        assert_eq!(message, "invalid type: integer `3`, expected a string");
        assert_eq!(marked, "3");
        assert_eq!(help, "write it as: name = \"hello\"");
        let (_, marked, help) = failure("[package]\nsources = [\"a.c\", 7]\n");
        assert_eq!(marked, "7");
        assert_eq!(help, "write it as: sources = [\"src/*.c\"]");
        let (message, marked, help) = failure("package = 1\n");
        assert_eq!(message, "invalid type: integer `1`, expected a map");
        assert_eq!(marked, "1");
        assert_eq!(help, "write it as: [package]");
    }

    #[test]
    fn what_is_no_toml_is_marked() {
        let (_, marked, _) = failure("[package]\nname = \n");
        assert_eq!(marked.trim(), "");
        failure("[package\n");
        failure("\u{0}");
    }

    #[test]
    fn a_name_that_would_leave_the_directory_is_refused() {
        for name in ["../x", "", "a b", ".x"] {
            let (message, _, _) = failure(&format!("[package]\nname = \"{name}\"\n"));
            assert_eq!(message, format!("`{name}` cannot be a package's name"));
        }
    }
}
