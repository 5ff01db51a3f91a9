//! Programs in Rust: what cargo says they are made of, what `warp pack` makes of
//! them, and what of Rust's standard library does nothing in a component.

mod calls;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;
use warpgrid_libc::rust::{Survey, SurveyedCrate, survey};
use warpgrid_pack::source::line_with;
use warpgrid_pack::{Error, PackRequest};

use crate::diagnostics::{self, Diagnostic, What};
use crate::libc;
use crate::packing::{self, Outcome};
use crate::place::shown;
use crate::report::{Account, Finding, Report, Verdict};
use calls::{CALLS, Call, Linked};

pub(crate) fn analyze(request: &PackRequest<'_>) -> Result<Report, Error> {
    let survey = survey(request)?;
    let mut account = Account::of("crates");
    let program = program(&survey);
    for found in &survey.crates {
        account.part(&found.name);
        if let Some(patches) = &found.patches {
            let what = format!(
                "{} {} is built with {patches} for WASI",
                found.name, found.version
            );
            let finding = Finding::new(Verdict::WorksWithShims, what);
            account.add(
                &found.name,
                finding.remedy("`warp pack` does it; the lock file stays as it is"),
            );
        }
    }
    let packing = packing::pack(request, "rust", &["--keep-going"])?;
    match &packing.outcome {
        Outcome::Packed(component) => {
            component.host(&mut account, program, &|words| {
                own_place(&survey, words, &request.project)
            });
            let linked = Linked::read(&survey.link_map)?;
            used(&mut account, request, &survey, |call| linked.has(call));
            if component.functions.contains("listen") || linked.has_function("listen") {
                listens(&mut account, request, &survey);
            }
        }
        Outcome::Refused(refusal) => {
            refused(&mut account, request, &survey, &packing.said);
            if !account.is_refused() {
                account.add(program, refusal.finding());
            }
            // What is linked is not known: the user's own words are.
            used(&mut account, request, &survey, |_| Some(Vec::new()));
        }
    }
    Ok(account.finish())
}

/// The crate that the program is of.
fn program(survey: &Survey) -> &str {
    let mut own = survey.crates.iter().filter(|found| found.is_own);
    let named = own.clone().find(|found| found.name == survey.package);
    named
        .or_else(|| own.next())
        .map_or(&survey.name, |found| &found.name)
}

/// Why it is not built: of the user's own files each error, of other crates the
/// first.
fn refused(account: &mut Account, request: &PackRequest<'_>, survey: &Survey, said: &str) {
    let mut told = BTreeSet::new();
    for diagnostic in diagnostics::read(said, &request.project) {
        let of = crate_of(&diagnostic, &survey.crates);
        let Some(of) = of.filter(|of| !of.is_own) else {
            account.add(program(survey), diagnostic.finding());
            continue;
        };
        if told.insert(&of.name) {
            account.add(&of.name, finding_of(&diagnostic, of));
        }
    }
}

/// The crate that a message is about.
fn crate_of<'a>(diagnostic: &Diagnostic, crates: &'a [SurveyedCrate]) -> Option<&'a SurveyedCrate> {
    let is_named = |found: &&SurveyedCrate| match (&diagnostic.what, &diagnostic.path) {
        (What::BuildScript(name), _) => found.name == *name,
        (_, Some(path)) => {
            let folder = found
                .directory
                .file_name()
                .map(|name| name.to_string_lossy());
            let first = path.split('/').next().unwrap_or_default();
            !found.is_own && folder.is_some_and(|folder| folder == first)
        }
        (_, None) => false,
    };
    crates.iter().find(is_named)
}

fn finding_of(diagnostic: &Diagnostic, of: &SurveyedCrate) -> Finding {
    if matches!(diagnostic.what, What::BuildScript(_)) {
        return libc::of_build_script(&of.name, of.links.as_deref());
    }
    let mut finding = diagnostic.finding();
    finding.what = format!(
        "{} {} does not compile: {}",
        of.name, of.version, finding.what
    );
    if finding.verdict == Verdict::NeedsChanges {
        finding.remedy = Some(format!(
            "turn the features off that need it, use a version of {} that knows wasm32-wasip2, or \
             another crate; where the target is WASI it may be left out under \
             [target.'cfg(not(target_os = \"wasi\"))'.dependencies]",
            of.name
        ));
    }
    finding
}

/// What is called that does nothing. `linked` says of a call whether it is in the
/// program, and by which crates' code, where that can be told.
fn used(
    account: &mut Account,
    request: &PackRequest<'_>,
    survey: &Survey,
    linked: impl Fn(&Call) -> Option<Vec<String>>,
) {
    let is_packed = !account.is_refused();
    let program = survey.name.replace('-', "_");
    for call in CALLS {
        let Some(by) = linked(call) else { continue };
        // Where all was optimised as one, nothing says whose code it is.
        let all = by.iter().all(|name| *name == program);
        let is_by = |found: &&SurveyedCrate| {
            let name = found.name.replace('-', "_");
            all || by.contains(&name) || (found.is_own && by.contains(&program))
        };
        // Patched crates do without.
        let unpatched = survey.crates.iter().filter(|found| found.patches.is_none());
        let places: Vec<_> = unpatched
            .filter(is_by)
            .flat_map(|found| {
                places(found, call.words)
                    .into_iter()
                    .map(move |at| (found, at))
            })
            .collect();
        let (own, others): (Vec<_>, Vec<_>) =
            places.into_iter().partition(|(found, _)| found.is_own);
        for (found, (file, line)) in &own {
            let finding = Finding::new(call.verdict, call.what).remedy(call.remedy);
            let file = shown(file, &request.project);
            account.add(&found.name, finding.at(file, Some(*line)));
        }
        let first = others.first().filter(|_| is_packed && own.is_empty());
        if let Some((found, (file, line))) = first {
            let mut names: Vec<_> = others
                .iter()
                .map(|(found, _)| found.name.as_str())
                .collect();
            names.dedup();
            let verdict = match call.is_borne {
                true => Verdict::Works,
                false => call.verdict,
            };
            let what = format!("{}, by way of {}", call.what, names.join(", "));
            let finding = Finding::new(verdict, what).remedy(call.remedy);
            account.add(
                &found.name,
                finding.at(shown(file, &request.project), Some(*line)),
            );
        }
    }
}

/// That it listens, at the first place that says so.
fn listens(account: &mut Account, request: &PackRequest<'_>, survey: &Survey) {
    let finding = Finding::new(Verdict::Works, "listens for connections").remedy(
        "grant the address by [network] listen in warp.toml, or `warp run --listen`: the program \
         serves by itself",
    );
    let words = &["TcpListener::bind(", "UdpSocket::bind(", ".listen("];
    let place = own_place(survey, words, &request.project);
    let finding = match place {
        Some((file, line)) => finding.at(file, Some(line)),
        None => finding,
    };
    account.add(program(survey), finding);
}

/// The first line of the user's own crates with one of these words.
fn own_place(survey: &Survey, words: &[&str], project: &Path) -> Option<(String, usize)> {
    let own = survey.crates.iter().filter(|found| found.is_own);
    let (file, line) = own.flat_map(|found| places(found, words)).next()?;
    Some((shown(&file, project), line))
}

/// The first line of each file of a crate with one of these words, but for tests,
/// examples, and what is another system's.
fn places(of: &SurveyedCrate, words: &[&str]) -> Vec<(String, usize)> {
    const LEFT_OUT: &[&str] = &[
        "target", "tests", "benches", "examples", "windows", "win32", "build.rs", "tests.rs",
    ];
    let is_wanted = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || LEFT_OUT.contains(&&*name))
    };
    let files = WalkDir::new(&of.directory).sort_by_file_name().into_iter();
    let files = files.filter_entry(is_wanted).flatten();
    let files = files.filter(|entry| entry.path().extension().is_some_and(|end| end == "rs"));
    let place = |path: &Path| {
        let text = fs::read_to_string(path).ok()?;
        let code = text.split("#[cfg(test)]").next().unwrap_or(&text);
        Some((path.display().to_string(), line_with(code, words)?))
    };
    files.filter_map(|entry| place(entry.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Account;

    fn of(name: &str, version: &str, own: bool, links: Option<&str>) -> SurveyedCrate {
        SurveyedCrate {
            name: name.to_owned(),
            version: version.to_owned(),
            directory: format!("/r/registry/src/index/{name}-{version}").into(),
            is_own: own,
            links: links.map(str::to_owned),
            has_build_script: links.is_some(),
            patches: None,
        }
    }

    fn report(said: &str) -> Report {
        let survey = Survey {
            name: "server".to_owned(),
            package: "app".to_owned(),
            crates: vec![
                of("app", "0.1.0", true, None),
                of("mio", "0.6.23", false, None),
                of("openssl-sys", "0.9.109", false, Some("openssl")),
            ],
            link_map: "/none".into(),
        };
        let mut account = Account::of("crates");
        for found in &survey.crates {
            account.part(&found.name);
        }
        let request = PackRequest {
            project: "/p".into(),
            manifest: None,
            profile: warpgrid_pack::Profile::Release,
            strip: false,
            output: None,
            package: None,
            program: None,
            compiler: None,
            arguments: Vec::new(),
            environment: Vec::new(),
            warp: "/none".into(),
            progress: &(),
        };
        assert_eq!(program(&survey), "app");
        refused(&mut account, &request, &survey, said);
        account.finish()
    }

    #[test]
    fn of_other_peoples_crates_the_first_error_is_said() {
        let said = "\
error[E0433]: could not find `unix` in `os`
 --> /r/registry/src/index/mio-0.6.23/src/sys/mod.rs:4:1
error[E0425]: cannot find value `x` in this scope
 --> /r/registry/src/index/mio-0.6.23/src/poll.rs:9:1
error[E0432]: unresolved import `std::os::unix::net`
 --> src/main.rs:3:14
";
        let report = report(said);
        let paths: Vec<_> = report
            .findings
            .iter()
            .flat_map(|found| &found.path)
            .collect();
        assert_eq!(paths, ["mio-0.6.23/src/sys/mod.rs", "src/main.rs"]);
        let of_mio = &report.findings[0];
        assert!(
            of_mio.what.starts_with("mio 0.6.23 does not compile: "),
            "{}",
            of_mio.what
        );
        assert!(of_mio.remedy.as_deref().unwrap().contains("another crate"));
        assert_eq!(
            report.explanation,
            "crates: 3, of which 1 works as it is, 2 need a change"
        );
    }

    #[test]
    fn a_crate_that_links_a_library_of_c_names_it() {
        let said = "error: failed to run custom build command for `openssl-sys v0.9.109`\n";
        let report = report(said);
        let found = &report.findings[0];
        assert!(
            found.what.contains("links the C library openssl"),
            "{}",
            found.what
        );
        assert!(found.remedy.as_deref().unwrap().contains("rustls"));
    }
}
