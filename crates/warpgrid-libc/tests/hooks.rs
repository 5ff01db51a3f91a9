//! The cases in `tests/hooks/`: C programs, each compiled against the stock and
//! the patched libc, with and without libwarpgrid.
//!
//! `NAME.imports` holds what the components import: the same for every way of
//! compiling, and without libwarpgrid the same as with the stock libc.
//! `NAME.stdout` holds what the program prints with libwarpgrid. The program's
//! first line says what else prints it:
//!
//! - `// Needs: libwarpgrid`: nothing else; without it the patched libc does
//!   what stock does;
//! - `// Needs: the patches`: the patched libc alone;
//! - `// Needs: nothing`: the stock libc, too.
//!
//! A line `// Link: …` names libraries to link.
//!
//! `BLESS=1` rewrites both files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/guest.rs"]
mod guest;
#[path = "support/host.rs"]
mod host;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use guest::{Compiler, OPTIMISATIONS};
use libtest_mimic::{Arguments, Trial};
use warpgrid_libc::Linkage;

/// The way of compiling whose programs are run.
const RUN: usize = 1;
/// Stands for the imports and the output of what does not compile.
const REFUSED: &str = "(does not compile)\n";

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hooks");
    let compiler = Arc::new(Compiler::new()?);
    let mut trials = vec![Trial::test("patches_name_cases", {
        let folder = folder.clone();
        move || check(patches_name_cases(&folder))
    })];
    for case in sources(&folder)? {
        let name = case
            .file_stem()
            .context("a case has a name")?
            .to_string_lossy()
            .into_owned();
        let (compiler_, case_) = (compiler.clone(), case.clone());
        trials.push(Trial::test(format!("imports::{name}"), move || {
            check(imports(&compiler_, &case_))
        }));
        let compiler = compiler.clone();
        trials.push(Trial::test(format!("run::{name}"), move || {
            check(output(&compiler, &case))
        }));
    }
    libtest_mimic::run(&arguments, trials).exit()
}

fn check(result: anyhow::Result<()>) -> Result<(), libtest_mimic::Failed> {
    result.map_err(|error| format!("{error:#}").into())
}

fn sources(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            sources.push(path);
        }
    }
    sources.sort();
    Ok(sources)
}

// =============================================================================
// Imports

fn imports(compiler: &Compiler, case: &Path) -> anyhow::Result<()> {
    let mut text = String::new();
    let mut stock = String::new();
    for variant in Linkage::ALL {
        let mut lists = Vec::new();
        for optimisation in 0..OPTIMISATIONS.len() {
            lists.push(import_list(compiler, case, variant, optimisation)?);
        }
        for (list, (name, ..)) in lists.iter().zip(OPTIMISATIONS) {
            ensure!(
                *list == lists[0],
                "{}: -{name} imports otherwise than -O0:\n{list}-O0:\n{}",
                variant.name(),
                lists[0]
            );
        }
        let list = lists.swap_remove(0);
        write!(text, "[{}]\n{list}", variant.name())?;
        match variant {
            Linkage::Stock => stock = list,
            Linkage::Patched if !stock.starts_with('(') => {
                ensure!(
                    list == stock,
                    "without libwarpgrid the imports are not stock's:\n{list}stock:\n{stock}"
                );
            }
            Linkage::Patched => {}
            Linkage::Libwarpgrid => {}
        }
    }
    compare(&case.with_extension("imports"), &text)
}

fn import_list(
    compiler: &Compiler,
    case: &Path,
    variant: Linkage,
    optimisation: usize,
) -> anyhow::Result<String> {
    match compiler.compile(case, variant, optimisation)? {
        Ok(component) => Ok(guest::imports(&component)?
            .iter()
            .map(|name| format!("{name}\n"))
            .collect()),
        Err(_) if variant == Linkage::Stock => Ok(REFUSED.to_owned()),
        Err(refusal) => bail!("{}: {}", variant.name(), refusal.0),
    }
}

// =============================================================================
// Output

fn output(compiler: &Compiler, case: &Path) -> anyhow::Result<()> {
    let stock = run(compiler, case, Linkage::Stock)?;
    let patched = run(compiler, case, Linkage::Patched)?;
    let ours = run(compiler, case, Linkage::Libwarpgrid)?;
    if let Some(failure) = ours.failure {
        bail!("{failure}\nstandard output:\n{}", ours.stdout);
    }
    compare(&case.with_extension("stdout"), &ours.stdout)?;

    let source = std::fs::read_to_string(case)?;
    let needs = source
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("// Needs: "));
    let expected = match needs.context("the first line says what the case needs")? {
        "libwarpgrid" => (false, false),
        "the patches" => (false, true),
        "nothing" => (true, true),
        other => bail!("there is no {other:?} to need"),
    };
    let found = (stock.stdout == ours.stdout, patched.stdout == ours.stdout);
    ensure!(
        found == expected,
        "needs otherwise: the same as (stock, patched) is {found:?}, not {expected:?}\nstock:\n{}\npatched:\n{}",
        stock.stdout,
        patched.stdout
    );
    ensure!(
        expected != (false, false) || stock.stdout == patched.stdout || stock.stdout == REFUSED,
        "without libwarpgrid it does not do what stock does\nstock:\n{}\npatched:\n{}",
        stock.stdout,
        patched.stdout
    );
    Ok(())
}

fn run(compiler: &Compiler, case: &Path, variant: Linkage) -> anyhow::Result<host::Outcome> {
    let component = match compiler.compile(case, variant, RUN)? {
        Ok(component) => component,
        Err(refusal) if variant == Linkage::Stock => {
            return Ok(host::Outcome {
                stdout: REFUSED.to_owned(),
                failure: Some(refusal.0),
            });
        }
        Err(refusal) => bail!("{}: {}", variant.name(), refusal.0),
    };
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(host::run(&component, folder.path()));
    outcome.map_err(|error| anyhow::anyhow!("{error:?}"))
}

// =============================================================================
// The series

/// Every patch names cases in its header, and each of them fails on stock.
fn patches_name_cases(folder: &Path) -> anyhow::Result<()> {
    let patches = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../libc-patches");
    for entry in std::fs::read_dir(&patches)? {
        let path = entry?.path();
        if path
            .extension()
            .is_none_or(|extension| extension != "patch")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        let (header, _) = text
            .split_once("\ndiff --git ")
            .with_context(|| format!("{} changes nothing", path.display()))?;
        let (_, tests) = header
            .split_once("\nTest: ")
            .with_context(|| format!("{} names no test", path.display()))?;
        for test in tests
            .split([',', '\n'])
            .map(str::trim)
            .filter(|test| !test.is_empty())
        {
            let case = folder
                .parent()
                .context("the folder of the tests")?
                .join(test);
            let source = std::fs::read_to_string(&case)
                .with_context(|| format!("{} names {test}", path.display()))?;
            ensure!(
                !source.starts_with("// Needs: nothing"),
                "{test} passes on stock, so it does not test {}",
                path.display()
            );
        }
    }
    Ok(())
}

fn compare(expected: &Path, found: &str) -> anyhow::Result<()> {
    if std::env::var_os("BLESS").is_some() {
        return Ok(std::fs::write(expected, found)?);
    }
    let text = std::fs::read_to_string(expected).unwrap_or_default();
    ensure!(
        text == found,
        "{} differs (BLESS=1 rewrites it)\nexpected:\n{text}\nfound:\n{found}",
        expected.display()
    );
    Ok(())
}
