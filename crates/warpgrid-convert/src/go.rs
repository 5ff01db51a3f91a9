//! Programs in Go: what the packer refuses of their packages, what `warp pack` makes
//! of them, and what of Go's standard library does nothing in a component.

mod calls;

use std::collections::BTreeSet;
use std::fs;

use warpgrid_go::{Survey, SurveyedPackage, survey};
use warpgrid_pack::source::line_with;
use warpgrid_pack::{Error, PackRequest};

use crate::compat::{Known, Packages};
use crate::diagnostics;
use crate::packing::{self, Component, Outcome};
use crate::place::shown;
use crate::report::{Account, Finding, Report, Verdict};
use calls::CALLS;

/// What the packer refuses that can be done otherwise.
const OTHERWISE: &[&str] = &["uses cgo"];

pub(crate) fn analyze(request: &PackRequest<'_>) -> Result<Report, Error> {
    let survey = survey(request)?;
    let compiler = request.compiler.as_deref().unwrap_or("go");
    let known = Packages::of_go(compiler);
    let mut account = Account::of("modules");
    for package in &survey.packages {
        let part = part(package);
        account.part(part);
        if let Some((place, error)) = &package.error {
            let (path, line, _) = packing::placed(&format!("{place}: "));
            let mut finding = Finding::new(Verdict::NeedsChanges, error.trim());
            finding = finding.remedy("mend what go says of it");
            (finding.path, finding.line) = (path, line);
            account.add(part, finding);
        }
        match known.get(&package.import_path) {
            Some(Known::Fails(cause)) => account.add(
                part,
                Finding::new(
                    Verdict::NeedsChanges,
                    format!("{} does not work: {cause}", package.import_path),
                )
                .remedy("use another package, or another compiler: docs/domains/go-packages.md"),
            ),
            Some(_) => {}
            None => cgo(&mut account, package),
        }
        if package.module.is_none() {
            refused(&mut account, package);
        }
    }
    let packing = packing::pack(request, "go", &[])?;
    for note in packing::notes(&packing.said) {
        told(&mut account, note);
    }
    match &packing.outcome {
        Outcome::Packed(component) => {
            component.host(&mut account, "program", &|words| {
                let own = survey
                    .packages
                    .iter()
                    .filter(|package| package.module.is_none());
                let (file, line) = own.flat_map(|package| places(package, words)).next()?;
                Some((shown(&file, &request.project), line))
            });
            used(&mut account, request, &survey, &known, component);
        }
        Outcome::Refused(refusal) => {
            for diagnostic in diagnostics::read(&packing.said, &request.project) {
                let path = diagnostic.path.clone().unwrap_or_default();
                let of = survey.packages.iter().find(|package| is_of(package, &path));
                let finding = diagnostic.finding();
                account.add(of.map_or("program", part), finding);
            }
            let finding = refusal.finding();
            let known = finding
                .path
                .as_deref()
                .is_some_and(|path| account.has_place(path, finding.line));
            // What sums up says nothing new.
            let sums_up = account.is_refused() && finding.path.is_none();
            if !(known || sums_up) {
                account.add("program", finding);
            }
        }
    }
    Ok(account.finish())
}

/// A module, or the program.
fn part(package: &SurveyedPackage) -> &str {
    package.module.as_ref().map_or("program", |(path, _)| path)
}

/// Whether a file, as a report names it, is a package's.
fn is_of(package: &SurveyedPackage, file: &str) -> bool {
    let module = package.module.as_ref();
    module.is_some_and(|(path, version)| file.starts_with(&format!("{path}@{version}/")))
}

/// A package that is built without its C: what it does then, nothing tells.
fn cgo(account: &mut Account, package: &SurveyedPackage) {
    if package.has_cgo && package.module.is_some() {
        let what = format!("{} uses cgo, and is built without", package.import_path);
        let finding = Finding::new(Verdict::NeedsChanges, what).remedy(
            "use a package that is in Go alone; where this one does without, try what it does",
        );
        account.add(part(package), finding);
    }
}

/// What packing refuses of the user's own packages.
fn refused(account: &mut Account, package: &SurveyedPackage) {
    for refused in &package.refused {
        let verdict = match OTHERWISE.contains(&refused.what) {
            true => Verdict::NeedsChanges,
            false => Verdict::Cannot,
        };
        let finding = Finding::new(verdict, refused.what).remedy(refused.help);
        let file = refused.file.display().to_string();
        account.add("program", finding.at(file, Some(refused.line)));
    }
}

/// What packing tells of the user's own files, and goes on: TinyGo does less.
fn told(account: &mut Account, note: &str) {
    let (path, line, what) = packing::placed(note);
    if let Some(path) = path {
        let finding = Finding::new(Verdict::NeedsChanges, what).at(path, line);
        account.add(
            "program",
            finding.remedy("pack with `--compiler go`, or do without"),
        );
    }
}

/// What is linked in that does nothing, where some package's words say that it is
/// that which wants it.
fn used(
    account: &mut Account,
    request: &PackRequest<'_>,
    survey: &Survey,
    known: &Packages,
    component: &Component,
) {
    for call in CALLS.iter().filter(|call| call.is_in(component)) {
        let mut others = BTreeSet::new();
        let mut first = None;
        for package in &survey.packages {
            let places = places(package, call.words);
            if package.module.is_none() {
                for (file, line) in places {
                    let finding = Finding::new(call.verdict, call.what).remedy(call.remedy);
                    account.add(
                        "program",
                        finding.at(shown(&file, &request.project), Some(line)),
                    );
                }
            } else if let Some(place) = places.into_iter().next()
                && call.is_linked_by_name()
                && !matches!(known.get(&package.import_path), Some(Known::Works(_)))
            {
                others.insert(package.import_path.as_str());
                first.get_or_insert((package, place));
            }
        }
        if let Some((package, (file, line))) = first {
            let verdict = match call.is_borne {
                true => Verdict::Works,
                false => call.verdict,
            };
            let names: Vec<_> = others.into_iter().collect();
            let what = format!("{}, by way of {}", call.what, names.join(", "));
            let finding = Finding::new(verdict, what).remedy(call.remedy);
            account.add(
                part(package),
                finding.at(shown(&file, &request.project), Some(line)),
            );
        }
    }
}

/// The first line of each file of a package with one of these words.
fn places(package: &SurveyedPackage, words: &[&str]) -> Vec<(String, usize)> {
    let place = |file: &String| {
        let path = package.directory.join(file);
        let text = fs::read_to_string(&path).ok()?;
        Some((path.display().to_string(), line_with(&text, words)?))
    };
    package.files.iter().filter_map(place).collect()
}
