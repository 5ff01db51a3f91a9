//! Programs for Node or Bun: what the packer says of the bundle, and what the bundle
//! asks for that a component does not have.

use std::collections::BTreeMap;

use warpgrid_bun::BUN;
use warpgrid_js::{NODE, Runtime, Serves, Survey, Use};
use warpgrid_pack::contract::SHIM_PACKAGE;
use warpgrid_pack::{Error, PackRequest, Remark};

use crate::compat::{self, Known, Packages};
use crate::place::shown;
use crate::report::{Account, Finding, Report, Verdict};
use crate::shims;

/// What the packer refuses of which nothing in a component could take the place.
const CANNOT: &[&str] = &["child_process is not there"];

/// A program for Node.
pub(crate) fn node(request: &PackRequest<'_>) -> Result<Report, Error> {
    let pages = "docs/domains/npm-packages.md";
    analyze(request, &NODE, &Packages::of_npm(), pages)
}

/// A program for Bun.
pub(crate) fn bun(request: &PackRequest<'_>) -> Result<Report, Error> {
    let pages = "docs/domains/bun-packages.md";
    analyze(request, &BUN, &Packages::of_bun(), pages)
}

/// `known` packages have their table in `pages`.
fn analyze(
    request: &PackRequest<'_>,
    runtime: &Runtime,
    known: &Packages,
    pages: &str,
) -> Result<Report, Error> {
    let survey = warpgrid_js::survey(request, runtime, &compat::missing())?;
    let mut account = Account::of("the program, its files and packages");
    account.part("program");
    for file in &survey.files {
        account.part(file);
    }
    for package in &survey.packages {
        let name = format!("{} {}", package.name, package.version);
        account.part(&package.name);
        match known.get(&package.name) {
            Some(Known::Needs(needs)) => account.add(
                &package.name,
                Finding::new(Verdict::NeedsChanges, format!("{name} needs {needs}"))
                    .remedy(format!("add it to the program, as {pages} says")),
            ),
            Some(Known::Fails(cause)) => account.add(
                &package.name,
                Finding::new(
                    Verdict::NeedsChanges,
                    format!("{name} does not work: {cause}"),
                )
                .remedy("use another package"),
            ),
            Some(Known::Works(_)) | None => {}
        }
    }
    for error in &survey.errors {
        refused(&mut account, error);
    }
    for note in &survey.notes {
        noted(&mut account, note);
    }
    let unknown = |one: &&Use| {
        let package = one.package.as_deref().and_then(|name| known.get(name));
        !matches!(package, Some(Known::Works(_)))
    };
    used(&mut account, survey.uses.iter().filter(unknown), request);
    host(&mut account, &survey);
    if survey.errors.is_empty()
        && let Some(serves) = survey.serves
        && let Some(finding) = unserved(serves, runtime.language)
    {
        account.add("program", finding);
    }
    Ok(account.finish())
}

/// Where no request would be answered: a request is given to what is there when the
/// program is loaded.
fn unserved(serves: Serves, language: &str) -> Option<Finding> {
    let (what, remedy) = match serves {
        Serves::Handler | Serves::Server => return None,
        Serves::Later => (
            "the server listens later than the program is loaded",
            "wait for it at the top level of the program's file, as in `await app.listen(…)` or \
             `await main()`: a request is given to the server that listens then",
        ),
        Serves::Nothing => (
            "the program serves nothing",
            match language {
                "bun" => {
                    "call Bun.serve({ fetch }), or export default { fetch }: a component of a program \
                     for Bun answers requests"
                }
                _ => {
                    "export default { fetch }, call addEventListener(\"fetch\", …) or \
                     http.createServer(…).listen(): a component of a program for Node answers requests"
                }
            },
        ),
    };
    Some(Finding::new(Verdict::NeedsChanges, what).remedy(remedy))
}

/// What makes packing fail.
fn refused(account: &mut Account, error: &Remark) {
    let cannot = CANNOT.iter().any(|words| error.text.starts_with(words));
    let verdict = match cannot {
        true => Verdict::Cannot,
        false => Verdict::NeedsChanges,
    };
    let help = error.help.as_deref().unwrap_or("mend that");
    let mut finding = Finding::new(verdict, &error.text).remedy(help);
    finding.path = file_of(error);
    finding.line = error.line.map(|line| line as usize);
    let part = file_of(error);
    account.add(part.as_deref().unwrap_or("program"), finding);
}

fn file_of(remark: &Remark) -> Option<String> {
    let file = remark.file.as_ref();
    file.map(|file| file.display().to_string())
}

/// What packing tells, and goes on. In the program's own files it is what the
/// program does; in a package it may never be reached.
fn noted(account: &mut Account, note: &Remark) {
    let file = file_of(note);
    let own = file
        .as_deref()
        .filter(|file| !file.contains("node_modules/"));
    let (verdict, help) = match own {
        Some(_) => (
            Verdict::NeedsChanges,
            "write the name out, so that it is bundled",
        ),
        None => (
            Verdict::Works,
            "try what uses it: the rest of the package works",
        ),
    };
    let mut finding = Finding::new(verdict, &note.text);
    finding = finding.remedy(note.help.as_deref().unwrap_or(help));
    finding.line = note.line.map(|line| line as usize);
    finding.path.clone_from(&file);
    account.add(own.unwrap_or("program"), finding);
}

/// Names that are not there: of the program's own each, of packages' those that are
/// used whenever they are loaded, and of the others one line.
fn used<'a>(account: &mut Account, uses: impl Iterator<Item = &'a Use>, request: &PackRequest<'_>) {
    let mut perhaps: BTreeMap<&str, Vec<&Use>> = BTreeMap::new();
    for one in uses {
        match &one.package {
            Some(package) if !one.certain => perhaps.entry(package).or_default().push(one),
            package => {
                let part = package.as_deref().unwrap_or(&one.file);
                let finding = Finding::new(verdict(&one.name), what(&one.name));
                let file = shown(&one.file, &request.project);
                let finding = finding.at(file, Some(one.line as usize));
                account.add(part, finding.remedy(remedy(&one.name)));
            }
        }
    }
    for (package, uses) in perhaps {
        let mut names: Vec<_> = uses.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let what = format!(
            "{package} may ask for {}, not there in a component",
            names.join(", ")
        );
        let finding = Finding::new(Verdict::Works, what).at(
            shown(&uses[0].file, &request.project),
            Some(uses[0].line as usize),
        );
        account.add(
            package,
            finding.remedy("try what uses it: the rest of the package works"),
        );
    }
}

/// What starts other programs.
const PROGRAMS: &[&str] = &["bun.$", "bun.spawn", "bun.spawnSync"];

fn verdict(name: &str) -> Verdict {
    match PROGRAMS.contains(&name) {
        true => Verdict::Cannot,
        false => Verdict::NeedsChanges,
    }
}

fn what(name: &str) -> String {
    if let Some(name) = name.strip_prefix("bun.") {
        return format!("Bun.{name} is not there in a component");
    }
    match name {
        "Bun" | "Deno" => format!("{name} is another engine's own"),
        "__dirname" | "__filename" | "import.meta" => {
            format!("finds files beside its own by {name}")
        }
        _ => format!("{name} is not there in a component"),
    }
}

fn remedy(name: &str) -> String {
    let module = name.split('.').next().unwrap_or(name);
    match name {
        "Bun" | "Deno" => "serve by `export default { fetch }` or node:http, and use Node's modules",
        "__dirname" | "__filename" | "import.meta" => {
            "a component is one file, at `/`: import what is text, and grant folders by [directories] \
             in warp.toml, such as `\"/public\" = \"public\"`"
        }
        "Atomics" | "SharedArrayBuffer" | "MessageChannel" | "BroadcastChannel" => {
            "a component has one thread: leave it out"
        }
        "WebAssembly" => "use the package's version in JavaScript",
        "String.prototype.normalize" => "import a package that normalises, such as unorm",
        _ if PROGRAMS.contains(&name) => {
            "there are no other programs where a component runs: send the work to a service"
        }
        _ => match module {
            "bun" => "leave it out, or use one of Node's modules that does the same",
            "crypto" => "use crypto.subtle, or a package such as @noble/ciphers and @noble/curves",
            "fs" => "read and write whole files: readFile, writeFile, createReadStream",
            "http2" | "https" | "net" | "tls" => {
                "the host has the connections: serve by http.createServer, ask by fetch"
            }
            _ => "leave it out, or use a package that is in JavaScript alone",
        },
    }
    .to_owned()
}

/// The shims that the bundle imports.
fn host(account: &mut Account, survey: &Survey) {
    for import in &survey.imports {
        let shim = import
            .strip_prefix(SHIM_PACKAGE)
            .and_then(|rest| rest.strip_prefix('/')?.split('@').next());
        if let Some(shim) = shim {
            account.add("program", shims::finding(shim));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(survey: &str) -> Report {
        let survey: Survey = serde_json::from_str(survey).unwrap();
        let mut account = Account::of("the program, its files and packages");
        survey
            .errors
            .iter()
            .for_each(|error| refused(&mut account, error));
        survey
            .notes
            .iter()
            .for_each(|note| noted(&mut account, note));
        host(&mut account, &survey);
        account.finish()
    }

    #[test]
    fn what_packing_refuses_is_no_success() {
        let text = r#"{"errors": [
            {"text": "child_process is not there in a component", "help": "a", "file": "a.ts", "line": 3},
            {"text": "the engine has no Intl", "help": "b", "file": "a.ts", "line": 4}]}"#;
        let report = report(text);
        assert_eq!(report.verdict, Verdict::Cannot);
        assert_eq!(report.findings[0].line, Some(3));
        assert_eq!(report.findings[1].verdict, Verdict::NeedsChanges);
    }

    #[test]
    fn a_note_counts_where_the_file_is_the_users_own() {
        let own = r#"{"notes": [{"text": "n", "file": "a.ts", "line": 1}]}"#;
        assert_eq!(report(own).verdict, Verdict::NeedsChanges);
        let other = r#"{"notes": [{"text": "n", "file": "node_modules/b/a.js", "line": 1}]}"#;
        assert_eq!(report(other).verdict, Verdict::Works);
    }

    #[test]
    fn shims_are_what_is_imported_of_them() {
        let text = r#"{"imports": ["warpgrid:shim/dns@0.1.0", "wasi:io/poll@0.2.12"]}"#;
        let report = report(text);
        assert_eq!(report.verdict, Verdict::WorksWithShims);
        assert_eq!(report.findings.len(), 1);
    }

    #[test]
    fn every_kind_of_name_has_a_remedy() {
        for name in [
            "Bun",
            "bun.Glob",
            "bun.spawn",
            "__dirname",
            "Atomics",
            "crypto.createCipheriv",
            "fs.watch",
            "vm.Script",
        ] {
            assert!(!what(name).is_empty() && !remedy(name).is_empty());
        }
    }
}
