//! `warp pack`, run to see what becomes of a program.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use warpgrid_pack::{Error, PackRequest, Program};

use crate::diagnostics;
use crate::report::{Account, Finding, Report, Verdict};
use crate::shims;

/// How it went.
pub(crate) struct Packing {
    /// All that was said on the way.
    pub(crate) said: String,
    pub(crate) outcome: Outcome,
}

pub(crate) enum Outcome {
    /// There is a component.
    Packed(Component),
    /// There is none.
    Refused(Refusal),
}

/// What was packed.
pub(crate) struct Component {
    /// The shims that it imports.
    pub(crate) shims: Vec<String>,
    /// All that it imports.
    imports: Vec<String>,
    /// Whether the host calls it for each request.
    pub(crate) is_handler: bool,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// The functions in it.
    pub(crate) functions: BTreeSet<String>,
}

/// The first line of the user's own sources with one of some words.
pub(crate) type Place<'a> = &'a dyn Fn(&[&str]) -> Option<(String, usize)>;

/// Why `warp pack` gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) help: String,
}

/// As `warp pack --json` prints it.
#[derive(Deserialize)]
struct Printed {
    component: PathBuf,
    shims: Vec<String>,
}

/// Packs a project as a user would. `arguments` are for the build tool.
///
/// # Errors
/// Where it cannot be run.
pub(crate) fn pack(
    request: &PackRequest<'_>,
    lang: &str,
    arguments: &[&str],
) -> Result<Packing, Error> {
    let scratch = tempfile::tempdir()
        .map_err(|error| Error::file("make a folder in", std::env::temp_dir(), &error))?;
    request.progress.step(&format!(
        "Packing {} to see what becomes of it",
        request.name()
    ));
    let output = command(request, lang, arguments, scratch.path())
        .output()
        .map_err(|error| Error::file("run", &request.warp, &error))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let outcome = if output.status.success() {
        Outcome::Packed(read(&output.stdout)?)
    } else {
        Outcome::Refused(refusal(&said))
    };
    Ok(Packing { said, outcome })
}

fn command(request: &PackRequest<'_>, lang: &str, arguments: &[&str], scratch: &Path) -> Command {
    let mut command = Command::new(&request.warp);
    command.arg("pack").arg(&request.project).arg("--json");
    command.args(["--lang", lang]);
    command.arg("--output").arg(scratch.join("program.wasm"));
    if let Some(compiler) = &request.compiler {
        command.args(["--compiler", compiler]);
    }
    if let Some(package) = &request.package {
        command.args(["--package", package]);
    }
    match &request.program {
        Some(Program::Binary(name)) => drop(command.args(["--bin", name])),
        Some(Program::Library) => drop(command.arg("--lib")),
        None => {}
    }
    let further = arguments.iter().map(OsString::from);
    let further: Vec<_> = request.arguments.iter().cloned().chain(further).collect();
    if !further.is_empty() {
        command.arg("--").args(further);
    }
    command
        .envs(
            request
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        // So that what is said is the same everywhere.
        .envs([
            ("NO_COLOR", "1"),
            ("CARGO_TERM_COLOR", "never"),
            ("LC_ALL", "C.UTF-8"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn read(stdout: &[u8]) -> Result<Component, Error> {
    let printed: Printed = serde_json::from_slice(stdout).map_err(|error| Error::Project {
        message: format!("`warp pack --json` printed what is no answer: {error}"),
        help: "this is a defect of warp".to_owned(),
    })?;
    let bytes = std::fs::read(&printed.component)
        .map_err(|error| Error::file("read", &printed.component, &error))?;
    let analysis = warpgrid_pack::analyze_bytes(&printed.component, &bytes)?;
    Ok(Component {
        shims: printed.shims,
        functions: analysis.functions.unwrap_or_default(),
        imports: analysis.imports,
        is_handler: analysis.world.starts_with("wasi:http/"),
        bytes,
    })
}

impl Component {
    /// What of the host stands behind it, said of the part that is the program. `place`
    /// finds the first line of the user's own with one of these words.
    pub(crate) fn host(&self, account: &mut Account, program: &str, place: Place<'_>) {
        for shim in &self.shims {
            let finding = shims::finding(shim);
            let finding = match place(shims::words(shim)) {
                Some((file, line)) => finding.at(file, Some(line)),
                None => finding,
            };
            account.add(program, finding);
        }
        if self
            .imports
            .iter()
            .any(|import| import.starts_with("wasi:sockets/tcp@"))
        {
            let finding = Finding::new(Verdict::Works, "may open sockets that are no database's");
            account.add(program, finding.remedy("[network] in warp.toml grants them: `connect` to where, `listen` at which address; \
                 none are without it",
            ));
        }
    }
}

/// What `warp` says last: what is wrong, and what to do.
fn refusal(said: &str) -> Refusal {
    let lines: Vec<_> = said.lines().collect();
    let after = |mark: &str| {
        let found = lines.iter().rev();
        let mut found = found.filter_map(|line| line.trim_start().strip_prefix(mark));
        found.next().map(|text| text.trim().to_owned())
    };
    let last = || {
        let mut lines = lines.iter().rev().map(|line| line.trim());
        lines
            .find(|line| !line.is_empty())
            .unwrap_or("nothing was said")
            .to_owned()
    };
    Refusal {
        message: after("× ").unwrap_or_else(last),
        help: after("help: ").unwrap_or_else(|| "see what `warp pack` says".to_owned()),
    }
}

impl Refusal {
    /// As a finding, at the place that the message begins with.
    pub(crate) fn finding(&self) -> Finding {
        let (path, line, what) = placed(&self.message);
        let mut finding = Finding::new(Verdict::NeedsChanges, what).remedy(&self.help);
        finding.path = path;
        finding.line = line;
        finding
    }
}

/// `src/main.ts:3: what is said`, or `main.go:3 what is said`, taken apart.
pub(crate) fn placed(message: &str) -> (Option<String>, Option<usize>, String) {
    let parts = || {
        let (file, rest) = message.split_once(':')?;
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let line: usize = rest[..end].parse().ok()?;
        let is_file = file.contains('.') && !file.contains(' ');
        is_file.then(|| {
            (
                file.to_owned(),
                line,
                rest[end..].trim_start_matches([':', ' ']),
            )
        })
    };
    match parts() {
        Some((file, line, what)) => (Some(file), Some(line), what.to_owned()),
        None => (None, None, message.to_owned()),
    }
}

/// What `warp pack` told on the way that is no error, each with its place.
pub(crate) fn notes(said: &str) -> impl Iterator<Item = &str> {
    said.lines().filter_map(|line| line.strip_prefix("note: "))
}

/// A project in a language of which no more is known than that it is packed.
///
/// # Errors
/// As [`pack`].
pub(crate) fn analyze(request: &PackRequest<'_>, lang: &str) -> Result<Report, Error> {
    let mut account = Account::of("programs");
    account.part("program");
    let packing = pack(request, lang, &[])?;
    for note in notes(&packing.said) {
        let (path, line, what) = placed(note);
        let mut finding = Finding::new(Verdict::Works, what);
        (finding.path, finding.line) = (path, line);
        account.add("program", finding);
    }
    match &packing.outcome {
        Outcome::Packed(component) => component.host(&mut account, "program", &|_| None),
        Outcome::Refused(refusal) => {
            for diagnostic in diagnostics::read(&packing.said, &request.project) {
                account.add("program", diagnostic.finding());
            }
            if !account.is_refused() {
                account.add("program", refusal.finding());
            }
        }
    }
    Ok(account.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_warp_says_last_is_the_refusal() {
        let said = "Building a\nerror: no\n  × building a failed: cargo ended with exit status 1\n  \
                    help: mend what it reports above\n";
        let found = refusal(said);
        assert_eq!(
            found.message,
            "building a failed: cargo ended with exit status 1"
        );
        assert_eq!(found.help, "mend what it reports above");
        assert_eq!(refusal("Error: × a\n  help: b\n").help, "b");
        assert_eq!(refusal("killed\n\n").message, "killed");
    }

    #[test]
    fn places_stand_at_the_beginning() {
        let of = |text| placed(text);
        assert_eq!(
            of("main.go:3 uses cgo"),
            (Some("main.go".to_owned()), Some(3), "uses cgo".to_owned())
        );
        assert_eq!(
            of("src/a.ts:12: no"),
            (Some("src/a.ts".to_owned()), Some(12), "no".to_owned())
        );
        assert_eq!(
            of("exit status: 3"),
            (None, None, "exit status: 3".to_owned())
        );
    }
}
