//! One patch file: a mail as git writes it, with a header that says why.

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::SeriesError;

/// A patch of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// File name, `NNNN-slug.patch`.
    pub file: String,
    /// `NNNN`.
    pub number: u32,
    /// The mail's subject without `[PATCH]`, unfolded.
    pub subject: String,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// Something a patch's header should say and does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Lint {
    /// The message has no paragraph that is not a trailer.
    #[error("says no reason: begin the message with why the patch exists")]
    NoReason,
    /// No `Upstream-Status:` line.
    #[error("has no 'Upstream-Status:' line: say whether it could go upstream")]
    NoUpstreamStatus,
    /// No `Test:` line.
    #[error("has no 'Test:' line: name the test that fails without it")]
    NoTest,
}

impl Patch {
    /// Reads a patch file.
    ///
    /// # Errors
    /// [`SeriesError::Patch`] when its name or content is not a patch's.
    pub fn read(path: &Path) -> Result<Self, SeriesError> {
        let bytes = fs::read(path).map_err(|e| SeriesError::io("read", path, e))?;
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Patch::parse(&file, bytes).map_err(|(message, help)| SeriesError::Patch {
            path: path.to_owned(),
            message: message.to_owned(),
            help,
        })
    }

    /// A patch whose text is at hand, built into a program for example.
    ///
    /// # Errors
    /// As [`Patch::read`].
    pub fn from_text(file: &str, text: &str) -> Result<Self, SeriesError> {
        Patch::parse(file, text.into()).map_err(|(message, help)| SeriesError::Patch {
            path: file.into(),
            message: message.to_owned(),
            help,
        })
    }

    pub(crate) fn parse(file: &str, bytes: Vec<u8>) -> Result<Self, (&'static str, &'static str)> {
        let number = file
            .split_once('-')
            .filter(|(digits, _)| digits.len() == 4)
            .and_then(|(digits, _)| digits.parse().ok())
            .ok_or((
                "is not named NNNN-slug.patch",
                "rename it, as 0007-what-it-does.patch",
            ))?;
        let subject = subject(&bytes).ok_or((
            "has no 'Subject:' line",
            "write it with `cargo xtask patches new` or `git format-patch`",
        ))?;
        Ok(Patch {
            file: file.to_owned(),
            number,
            subject,
            bytes,
        })
    }

    /// What its header lacks.
    pub fn lint(&self) -> Vec<Lint> {
        let text = String::from_utf8_lossy(&self.bytes);
        let message = text.split_once("\n\n").map_or("", |(_, body)| body);
        let end = message
            .find("\n---\n")
            .or_else(|| message.find("\ndiff --git "));
        let message = end.map_or(message, |at| &message[..at]);
        let has = |key: &str| {
            message
                .lines()
                .any(|l| l.strip_prefix(key).is_some_and(|v| !v.trim().is_empty()))
        };
        let is_trailer = |line: &&str| {
            let key = line.split(": ").next().unwrap_or("");
            key.len() < line.len() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let reason = message
            .lines()
            .map(str::trim)
            .find(|l| !l.is_empty() && !l.starts_with("---"))
            .is_some_and(|l| !is_trailer(&l) && !l.starts_with("diff --git "));
        let mut lints = Vec::new();
        lints.extend((!reason).then_some(Lint::NoReason));
        lints.extend((!has("Upstream-Status:")).then_some(Lint::NoUpstreamStatus));
        lints.extend((!has("Test:")).then_some(Lint::NoTest));
        lints
    }

    /// The header of the hunk of `file` that begins at `line` of the old file.
    pub(crate) fn hunk(&self, file: &str, line: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        let mut here = false;
        for candidate in text.lines() {
            if let Some(names) = candidate.strip_prefix("diff --git ") {
                here = names.ends_with(&format!(" b/{file}"));
            } else if here
                && candidate.starts_with(&format!("@@ -{line}"))
                && candidate[4 + line.len()..].starts_with([',', ' '])
            {
                let end = candidate[3..]
                    .find("@@")
                    .map_or(candidate.len(), |at| at + 5);
                return Some(candidate[..end].to_owned());
            }
        }
        None
    }
}

/// A file name's slug from a subject, as git makes it: letters, digits and
/// dots, everything else one dash, at most 52 characters.
pub(crate) fn slug(subject: &str) -> String {
    let mut slug = String::new();
    for c in subject.chars() {
        if c.is_ascii_alphanumeric() || c == '.' || c == '_' {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 52 {
            break;
        }
    }
    let slug = slug.trim_end_matches(['-', '.']).to_owned();
    if slug.is_empty() {
        "patch".to_owned()
    } else {
        slug
    }
}

fn subject(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split_once("\n\n").map_or(&*text, |(head, _)| head);
    let mut lines = head.lines();
    let mut subject = lines.find_map(|l| l.strip_prefix("Subject: "))?.to_owned();
    for folded in lines.take_while(|l| l.starts_with([' ', '\t'])) {
        subject.push(' ');
        subject.push_str(folded.trim());
    }
    Some(
        subject
            .strip_prefix("[PATCH] ")
            .unwrap_or(&subject)
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(message: &str) -> Patch {
        let text = format!(
            "From 0\nFrom: A <a@b>\nDate: x\nSubject: [PATCH] add a\n hook\n\n{message}---\n\ndiff --git a/f b/f\n@@ -3,2 +3,3 @@ int main\n"
        );
        Patch::parse("0003-add-a-hook.patch", text.into_bytes()).unwrap()
    }

    #[test]
    fn name_number_and_folded_subject() {
        let patch = patch("");
        assert_eq!((patch.number, patch.subject.as_str()), (3, "add a hook"));
        assert!(Patch::parse("x.patch", b"Subject: y\n\n".to_vec()).is_err());
        assert!(Patch::parse("0001-x.patch", b"nothing".to_vec()).is_err());
    }

    #[test]
    fn lints_name_what_the_header_lacks() {
        assert_eq!(
            patch("").lint(),
            [Lint::NoReason, Lint::NoUpstreamStatus, Lint::NoTest]
        );
        assert_eq!(
            patch("Because.\n\nUpstream-Status: Pending\n").lint(),
            [Lint::NoTest]
        );
        assert_eq!(
            patch("Test: a\nUpstream-Status: b\n").lint(),
            [Lint::NoReason]
        );
        assert_eq!(patch("Why.\n\nUpstream-Status: b\nTest: c\n").lint(), []);
    }

    #[test]
    fn hunks_are_found_by_file_and_line() {
        let patch = patch("");
        assert_eq!(patch.hunk("f", "3").as_deref(), Some("@@ -3,2 +3,3 @@"));
        assert_eq!(patch.hunk("f", "4"), None);
        assert_eq!(patch.hunk("g", "3"), None);
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("net: hook connect()"), "net-hook-connect");
        assert_eq!(slug("Überall"), "berall");
        assert_eq!(slug("???"), "patch");
    }
}
