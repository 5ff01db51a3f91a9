//! Errors in `warp.toml`, with their place and the remedy.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};
use warpgrid_store::describe_io;

/// What is wrong with a configuration file, where, and what to do.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
pub struct ConfigError {
    message: String,
    #[help]
    help: String,
    #[source_code]
    source_code: Option<Arc<NamedSource<String>>>,
    #[label("here")]
    span: Option<SourceSpan>,
}

impl ConfigError {
    pub(super) fn read(path: &Path, error: &std::io::Error) -> Self {
        let path = path.display();
        let help = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "create it, or name another file with --config".to_owned()
            }
            std::io::ErrorKind::PermissionDenied => format!("make {path} readable"),
            _ => format!("make {path} a readable UTF-8 text file"),
        };
        Self {
            message: format!("cannot read {path}: {}", describe_io(error)),
            help,
            source_code: None,
            span: None,
        }
    }

    pub(super) fn syntax(name: &str, text: &str, error: &toml_edit::de::Error) -> Self {
        let message = error.message().trim();
        Problem {
            span: error.span(),
            help: remedy(message),
            message: message.to_owned(),
        }
        .located(name, text)
    }
}

/// A problem before the file it stands in is known.
pub(super) struct Problem {
    span: Option<Range<usize>>,
    message: String,
    help: String,
}

impl Problem {
    pub(super) fn new(span: Range<usize>, message: String, help: impl Into<String>) -> Self {
        Self {
            span: Some(span),
            message,
            help: help.into(),
        }
    }

    pub(super) fn unlocated(message: String, help: impl Into<String>) -> Self {
        Self {
            span: None,
            message,
            help: help.into(),
        }
    }

    pub(super) fn located(self, name: &str, text: &str) -> ConfigError {
        let line = self.span.as_ref().map(|span| {
            let before = text.get(..span.start).unwrap_or(text);
            before.bytes().filter(|byte| *byte == b'\n').count() + 1
        });
        let place = line.map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"));
        ConfigError {
            message: format!("{place}: {}", self.message),
            help: self.help,
            source_code: Some(Arc::new(NamedSource::new(name, without_passwords(text)))),
            span: self.span.map(Into::into),
        }
    }
}

/// The text with stars in the place of each `password`, byte for byte: an error
/// is shown with the lines around it.
fn without_passwords(text: &str) -> String {
    const KEY: &str = "password";
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(KEY) {
        let (before, from_key) = rest.split_at(at + KEY.len());
        shown.push_str(before);
        rest = from_key;
        let value = rest.trim_start_matches(['"', '\'', ' ', '\t']);
        let Some(value) = value.strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start_matches([' ', '\t']);
        let (sign, value) = rest.split_at(rest.len() - value.len());
        let (value, after) = value.split_at(value_length(value));
        shown.push_str(sign);
        shown.extend(
            value
                .bytes()
                .map(|byte| if byte == b'\n' { '\n' } else { '*' }),
        );
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// How many bytes of the text are the value that it begins with.
fn value_length(text: &str) -> usize {
    for quotes in ["\"\"\"", "'''"] {
        if let Some(inside) = text.strip_prefix(quotes) {
            let end = inside.find(quotes).map(|end| end + 2 * quotes.len());
            return end.unwrap_or(text.len());
        }
    }
    text.find('\n').unwrap_or(text.len())
}

/// Turns serde's list of what was expected into advice; for an unknown name,
/// the nearest known one.
fn remedy(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let Some((unknown, known)) = quoted.split_first() else {
        return "see the documentation of warp.toml for what may stand here".to_owned();
    };
    let unknown_name =
        message.starts_with("unknown field") || message.starts_with("unknown variant");
    let nearest = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(unknown, name), name))
        .min()
        .filter(|(distance, name)| unknown_name && *distance <= name.len().div_ceil(2));
    match nearest {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None if unknown_name => format!("it must be one of: {}", known.join(", ")),
        None => "change it to what is expected".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown_and_nothing_moves() {
        for (text, shown) in [
            ("password = \"x\"\nport = 1", "password = ***\nport = 1"),
            ("a = 1\n'password'='\u{e4}'", "a = 1\n'password'=****"),
            ("password = '''a\nb'''\n", "password = ****\n****\n"),
            ("password = \"\"\"a\nb", "password = ****\n*"),
            ("password-file = 'x'", "password-file = 'x'"),
            ("# the password is there", "# the password is there"),
            ("{ password = 5 }", "{ password = ***"),
        ] {
            assert_eq!(without_passwords(text), shown);
            assert_eq!(shown.len(), text.len());
        }
    }
}
