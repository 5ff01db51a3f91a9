//! Programs in C: what `warp pack` makes of them, and where it fails all that
//! compiler and linker have to say.

mod objects;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use walkdir::{DirEntry, WalkDir};
use warpgrid_libc::c::{Survey, survey};
use warpgrid_pack::source::line_with;
use warpgrid_pack::{Error, PackRequest};

use crate::diagnostics::{self, Diagnostic, What};
use crate::libc;
use crate::packing::{self, Component, Outcome};
use crate::report::{Account, Finding, Report, Verdict};
use crate::sysroot::Sysroot;

/// What links and does nothing: the function or the shim that shows it, how a line
/// says so, what, and the remedy.
const CALLS: &[(&str, &str, &str, &str)] = &[
    (
        "threading",
        "pthread_create(",
        "starts threads",
        "a component has one thread, and to start another is an error: do it in turn, or wait for \
         several connections by poll()",
    ),
    (
        "dlopen",
        "dlopen(",
        "loads libraries while it runs",
        "there are none where a component runs, and it is an error: link them",
    ),
];

pub(crate) fn analyze(request: &PackRequest<'_>) -> Result<Report, Error> {
    let survey = survey(request)?;
    let mut account = Account::of("the program and its sources");
    account.part("program");
    if survey.by_make {
        by_make(request, &mut account)?;
    } else {
        for source in &survey.sources {
            account.part(source.display().to_string());
        }
        let packing = packing::pack(request, "c", &[])?;
        match &packing.outcome {
            Outcome::Packed(component) => packed(&mut account, component, &request.project),
            Outcome::Refused(refusal) => {
                let mut said = packing.said.clone();
                let missing = checked(request, &survey, &mut said)?;
                refused(&mut account, &said, missing, &request.project)?;
                if !account.is_refused() {
                    account.add("program", refusal.finding());
                }
            }
        }
    }
    Ok(account.finish())
}

/// In a copy of the project: make takes what a compiler for this machine left for
/// up to date, and what ours leaves is nothing to that compiler.
fn by_make(request: &PackRequest<'_>, account: &mut Account) -> Result<(), Error> {
    let scratch = tempfile::tempdir()
        .map_err(|error| Error::file("make a folder in", std::env::temp_dir(), &error))?;
    let scratch_path = scratch
        .path()
        .canonicalize()
        .map_err(|error| Error::file("read", scratch.path(), &error))?;
    let copy = scratch_path.join(request.project.file_name().unwrap_or("program".as_ref()));
    let sources = copied(&request.project, &copy)?;
    for source in &sources {
        account.part(source.display().to_string());
    }
    let mut request = request.clone();
    request.project = copy;
    let packing = packing::pack(&request, "c", &["-k"])?;
    match &packing.outcome {
        Outcome::Packed(component) => packed(account, component, &request.project),
        Outcome::Refused(refusal) => {
            let missing = objects::wanted_in(&request.project)?;
            refused(account, &packing.said, missing, &request.project)?;
            if !account.is_refused() {
                let mut finding = refusal.finding();
                finding.remedy = Some(last_words(&packing.said, &refusal.help));
                account.add("program", finding);
            }
        }
    }
    Ok(())
}

/// Copies what is no product of another compiler; gives the C sources.
fn copied(from: &Path, to: &Path) -> Result<Vec<PathBuf>, Error> {
    let is_wanted = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name == ".git" || (name == "target" && entry.file_type().is_dir()))
    };
    let mut sources = Vec::new();
    for entry in WalkDir::new(from)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_wanted)
    {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(from).to_owned();
            Error::file("read", path, &error.into())
        })?;
        let below = entry.path().strip_prefix(from).unwrap_or(entry.path());
        let target = to.join(below);
        let failed = |error| Error::file("write", &target, &error);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).map_err(failed)?;
        } else if entry.path().is_file() && !is_made(entry.path()) {
            fs::copy(entry.path(), &target).map_err(failed)?;
            if entry.path().extension().is_some_and(|end| end == "c") {
                sources.push(below.to_owned());
            }
        }
    }
    Ok(sources)
}

/// An object or a program for this machine, or one of ours of an earlier time.
fn is_made(path: &Path) -> bool {
    use std::io::Read as _;
    let mut start = [0; 4];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    let is_object = path.extension().is_some_and(|end| end == "o");
    read.is_ok() && (start == *b"\x7fELF" || (is_object && start == *b"\0asm"))
}

/// Compiles each source by itself, to hear of all errors; gives the functions that
/// those which compile want of others.
fn checked(
    request: &PackRequest<'_>,
    survey: &Survey,
    said: &mut String,
) -> Result<BTreeSet<String>, Error> {
    let scratch = tempfile::tempdir()
        .map_err(|error| Error::file("make a folder in", std::env::temp_dir(), &error))?;
    for (index, source) in survey.sources.iter().enumerate() {
        let object = scratch.path().join(format!("{index}.o"));
        let mut command = survey.check(request, source, &object);
        command
            .env("LC_ALL", "C.UTF-8")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let clang = &survey.toolchain.tools.clang;
        let output = command
            .output()
            .map_err(|error| Error::spawn(clang, "run `cargo xtask setup`", &error))?;
        said.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    objects::wanted_in(scratch.path())
}

/// Why it is not built: what was said, and functions that are not there.
fn refused(
    account: &mut Account,
    said: &str,
    wanted: BTreeSet<String>,
    project: &Path,
) -> Result<(), Error> {
    let mut found = diagnostics::read(said, project);
    let told: BTreeSet<_> = found.iter().filter_map(symbol).collect();
    let further = wanted.into_iter().filter(|name| !told.contains(name));
    let further: Vec<_> = further.filter(|name| libc::known(name).is_some()).collect();
    // Those with an emulation may be linked with it.
    let has = Sysroot::of_toolchain()?;
    found.extend(
        further
            .into_iter()
            .filter(|name| !has.defines(name))
            .map(|name| Diagnostic {
                path: None,
                line: None,
                what: What::Symbol(name),
            }),
    );
    let mut files = BTreeSet::new();
    for diagnostic in &found {
        // One slip makes many errors: the first of a file says enough.
        if matches!(&diagnostic.what, What::Message(message) if diagnostics::is_syntax(message))
            && !files.insert(diagnostic.path.clone())
        {
            continue;
        }
        let mut finding = diagnostic.finding();
        if let (Some(name), true) = (symbol(diagnostic), finding.line.is_none())
            && let Some((file, line)) = place(project, &[&format!("{name}(")])
        {
            finding = finding.at(file, Some(line));
        }
        if matches!(&diagnostic.what, What::Header(name) if name == "config.h")
            && !project.join("configure").is_file()
        {
            let remedy =
                "its build system makes it: run that first, with `warp cc` as its compiler";
            finding.remedy = Some(remedy.to_owned());
        }
        let part = finding.path.clone().unwrap_or_else(|| "program".to_owned());
        account.add(part, finding);
    }
    unread(account, &found, project, &has);
    Ok(())
}

/// Functions in the sources that clang stopped to read where a header is missing, by
/// their words.
fn unread(account: &mut Account, found: &[Diagnostic], project: &Path, has: &Sysroot) {
    let stopped = found
        .iter()
        .filter(|one| matches!(one.what, What::Header(_)));
    let files: BTreeSet<_> = stopped.filter_map(|one| one.path.as_ref()).collect();
    for file in files {
        let text = fs::read(project.join(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        for name in libc::functions().filter(|name| !has.defines(name)) {
            let line = line_with(&text, &[&format!("{name}(")]);
            if let (Some(line), Some(finding)) = (line, libc::known(name)) {
                account.add(file.as_str(), finding.at(file.as_str(), Some(line)));
            }
        }
    }
}

fn symbol(diagnostic: &Diagnostic) -> Option<String> {
    match &diagnostic.what {
        What::Symbol(name) => Some(name.clone()),
        _ => None,
    }
}

/// What stands behind a component, and what it calls that does nothing.
fn packed(account: &mut Account, component: &Component, project: &Path) {
    component.host(account, "program", &|words| place(project, words));
    for (function, words, what, remedy) in CALLS {
        let is_shim = component.shims.iter().any(|shim| shim == function);
        if !is_shim && !component.functions.contains(*function) {
            continue;
        }
        let finding = Finding::new(Verdict::NeedsChanges, *what).remedy(*remedy);
        match place(project, &[words]) {
            Some((file, line)) => account.add(file.clone(), finding.at(file, Some(line))),
            None => account.add("program", finding),
        }
    }
    let words = &["AF_UNIX", "AF_LOCAL", "PF_UNIX"];
    if let Some((file, line)) = place(project, words) {
        let finding = Finding::new(Verdict::NeedsChanges, "uses Unix's sockets")
            .remedy("a component has TCP and UDP: use an address of these");
        account.add(file.clone(), finding.at(file, Some(line)));
    }
    if component.functions.contains("listen") {
        let finding = Finding::new(Verdict::Works, "listens for connections")
            .remedy("grant the address by [network] listen in warp.toml, or `warp run --listen`");
        match place(project, &["listen("]) {
            Some((file, line)) => account.add(file.clone(), finding.at(file, Some(line))),
            None => account.add("program", finding),
        }
    }
}

/// The first line in the project's sources with one of these words.
fn place(project: &Path, words: &[&str]) -> Option<(String, usize)> {
    let files = WalkDir::new(project)
        .sort_by_file_name()
        .into_iter()
        .flatten();
    let is_source = |path: &Path| path.extension().is_some_and(|end| end == "c" || end == "h");
    let mut files = files.filter(|entry| is_source(entry.path()));
    files.find_map(|entry| {
        let bytes = fs::read(entry.path()).ok()?;
        let line = line_with(&String::from_utf8_lossy(&bytes), words)?;
        let file = entry.path().strip_prefix(project).unwrap_or(entry.path());
        Some((file.display().to_string(), line))
    })
}

/// What make said last of why it stopped.
fn last_words(said: &str, help: &str) -> String {
    let mut lines = said
        .lines()
        .filter(|line| line.contains("***") || line.contains("rror"));
    lines.next().map_or_else(
        || help.to_owned(),
        |line| format!("{help}: {}", line.trim()),
    )
}
