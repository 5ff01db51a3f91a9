//! wasi-libc's own tests, on the stock and on the patched sysroot, with our
//! host as the engine.

mod cmake;
mod engine;
mod jobs;
mod suite;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;
use warpgrid_libc::{LIBWARPGRID_TARGET, Linkage, SYSROOT_TARGETS, Toolchain};
use warpgrid_series::process::Cancel;
use warpgrid_series::{Place, Programs, Series, import_upstream, materialize};
use warpgrid_store::FileLock;
use warpgrid_test_harness::process::Bounds;

use crate::guest::{self, Source};
use crate::progress::Task;
use crate::test_all::suites;
use crate::workspace;
use engine::{Engine, Verdict};
use suite::{Kind, Program, Test};
use table::{Outcome, Row, Table};

/// How long a program may take. Upstream allows ten seconds, on a machine that
/// does nothing else.
const LIMIT: Duration = Duration::from_secs(60);
/// How often a test that failed beside others is run alone before that counts:
/// on a busy machine a sleep is longer than a test allows, and a client gives
/// up before its server listens.
const ALONE: u32 = 4;
/// The machine has something else to do: how much longer the next run waits.
const PAUSE: Duration = Duration::from_millis(500);
/// What is known of tests that do not pass.
const CAUSES: &str = "xtask/compat/libc/causes.toml";

/// [`CAUSES`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Causes {
    /// Why a test fails with the stock libc, by test and target.
    fails: BTreeMap<String, String>,
    /// Why a test is not run, by test.
    left_out: BTreeMap<String, String>,
}

impl Causes {
    fn read() -> anyhow::Result<Self> {
        workspace::read_toml(CAUSES)
    }

    /// The tests in upstream's folder, without those that are left out.
    fn tests(&self, folder: &Path, target: &str) -> anyhow::Result<Vec<Test>> {
        let mut tests = suite::read(folder, target)?;
        for (name, cause) in &self.left_out {
            let test = tests.iter_mut().find(|test| test.name == *name);
            let test = test.with_context(|| {
                format!(
                    "{CAUSES} leaves `{name}` out, which upstream does not have; remove that line"
                )
            })?;
            test.left_out.get_or_insert(cause.clone());
        }
        Ok(tests)
    }
}

/// What a run of all tests found.
pub struct Run {
    pub table: Table,
    /// Tests that pass with stock and not with ours, each with its whole account.
    pub regressions: Vec<String>,
}

impl Run {
    /// How many rows were run and kept the rule.
    pub fn kept(&self) -> usize {
        let run = self.table.rows.iter();
        run.filter(|row| row.stock != Outcome::NotRun)
            .count()
            .saturating_sub(self.regressions.len())
    }
}

impl super::Run for Run {
    type Table = Table;

    fn table(&self) -> &Table {
        &self.table
    }

    fn wrong(&self) -> &[String] {
        &self.regressions
    }

    fn rule(&self) -> String {
        "of upstream's tests are not as they should be".to_owned()
    }
}

/// Compiles and runs every test.
///
/// # Errors
/// Where a sysroot or upstream's sources are not there, or upstream's list of
/// tests is not understood.
pub fn run(cancel: &Cancel) -> anyhow::Result<Run> {
    let place = Place::open_default()?;
    let scratch = tempfile::Builder::new()
        .prefix("warpgrid-libc-tests-")
        .tempdir()?;
    let series = Series::open(&workspace::root().join("libc-patches"))?;
    let programs = Programs::default();
    let upstream = import_upstream(&series, &place, &programs, cancel)?;
    let sources = scratch.path().join("upstream");
    materialize(&upstream, &[], &programs, &sources)?;
    let causes = Causes::read()?;
    let suites = SYSROOT_TARGETS
        .iter()
        .flat_map(|target| Linkage::ALL.map(|linkage| (*target, linkage)))
        .filter(|(target, linkage)| {
            *linkage != Linkage::Libwarpgrid || *target == LIBWARPGRID_TARGET
        })
        .map(|(target, linkage)| {
            Ok(Suite {
                target,
                linkage,
                toolchain: Toolchain::linking(place.store(), target, linkage)?,
                tests: causes.tests(&sources.join("test"), target)?,
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let runner = Runner {
        engine: Engine {
            warp: suites::warp(cancel)?,
            scratch: scratch.path().to_owned(),
            bounds: Bounds {
                limit: LIMIT,
                stop: cancel.flag(),
            },
        },
        sources: sources.join("test/src"),
        ports: place.cache().join("libc-tests.lock"),
    };
    let built = runner.build(&suites)?;
    let outcomes = runner.run(&suites, &built)?;
    ensure!(!cancel.is_cancelled(), "interrupted");
    Ok(judge(&series.upstream.version, &suites, &outcomes, causes))
}

/// The tests on one target with one libc.
struct Suite {
    target: &'static str,
    linkage: Linkage,
    toolchain: Toolchain,
    tests: Vec<Test>,
}

impl Suite {
    fn wanted(&self) -> impl Iterator<Item = &Test> {
        self.tests.iter().filter(|test| test.left_out.is_none())
    }
}

/// A program of a suite: the suite's index, the file.
type Compiled = BTreeMap<(usize, String), Result<PathBuf, String>>;
/// A test of a suite: the suite's index, its name.
type Outcomes = BTreeMap<(usize, String), Verdict>;

struct Runner {
    engine: Engine,
    sources: PathBuf,
    /// Held while tests with sockets run: they all use the same ports.
    ports: PathBuf,
}

impl Runner {
    fn build(&self, suites: &[Suite]) -> anyhow::Result<Compiled> {
        let mut programs: BTreeMap<(usize, String), (&Suite, &Program)> = BTreeMap::new();
        for (index, suite) in suites.iter().enumerate() {
            for program in suite.wanted().flat_map(Test::programs) {
                // A pair names programs that the list gives flags elsewhere.
                let entry = programs.entry((index, program.source.clone()));
                entry.or_insert((suite, program));
            }
        }
        let headers = self.engine.scratch.join("include");
        std::fs::create_dir_all(&headers)?;
        std::fs::write(
            headers.join("test.h"),
            include_str!("../../compat/libc/test.h"),
        )?;
        let task = Task::start(format!("compiling {} of wasi-libc's tests", programs.len()));
        let built = jobs::parallel(
            programs.into_iter().collect(),
            &task,
            |(key, (suite, program))| {
                let outcome = self.compile(suite, program, &headers);
                (key, outcome.map_err(|error| format!("{error:#}")))
            },
        );
        task.done("compiled");
        Ok(built.into_iter().collect())
    }

    fn compile(&self, suite: &Suite, program: &Program, headers: &Path) -> anyhow::Result<PathBuf> {
        let name = format!(
            "programs/{}/{}/{}",
            suite.target,
            suite.linkage.name(),
            program.source
        );
        let output = self.engine.scratch.join(name).with_extension("wasm");
        let folder = output.parent().context("a program is in a folder")?;
        std::fs::create_dir_all(folder)?;
        let mut cflags = vec!["-w".to_owned(), format!("-I{}", headers.display())];
        cflags.extend_from_slice(&program.cflags);
        let source = Source {
            file: &self.sources.join(&program.source),
            cflags: &cflags,
            ldflags: &program.ldflags,
        };
        guest::compile(&source, &suite.toolchain, &output, &self.engine.bounds)?;
        Ok(output)
    }

    /// Tests with sockets are one job, the first, and the others are one each.
    fn run(&self, suites: &[Suite], built: &Compiled) -> anyhow::Result<Outcomes> {
        let mut queue = vec![Vec::new()];
        for (index, suite) in suites.iter().enumerate() {
            for test in suite.wanted() {
                if test.network {
                    queue[0].push((index, suite, test));
                } else {
                    queue.push(vec![(index, suite, test)]);
                }
            }
        }
        let ports = FileLock::exclusive(&self.ports, || {
            eprintln!("waiting for another run of wasi-libc's tests");
        })?;
        let task = Task::start("running wasi-libc's tests");
        let verdicts = jobs::parallel(queue, &task, |tests| {
            tests
                .into_iter()
                .map(|(index, suite, test)| {
                    let verdict = self.test((index, suite), test, 0, built);
                    ((index, test.name.clone()), verdict)
                })
                .collect::<Vec<_>>()
        });
        let mut outcomes: Outcomes = verdicts.into_iter().flatten().collect();
        self.again(suites, built, &mut outcomes);
        drop(ports);
        task.done("run");
        Ok(outcomes)
    }

    /// Runs what failed again, with no other test beside it.
    fn again(&self, suites: &[Suite], built: &Compiled, outcomes: &mut Outcomes) {
        for attempt in 1..=ALONE {
            let failed = outcomes.iter_mut().filter(|(_, verdict)| !verdict.passed);
            let mut failed = failed.peekable();
            if failed.peek().is_some() {
                thread::sleep(PAUSE * (attempt - 1));
            }
            for ((index, name), verdict) in failed {
                let suite = &suites[*index];
                if let Some(test) = suite.wanted().find(|test| test.name == *name) {
                    *verdict = self.test((*index, suite), test, attempt, built);
                }
            }
        }
    }

    fn test(
        &self,
        (index, suite): (usize, &Suite),
        test: &Test,
        attempt: u32,
        built: &Compiled,
    ) -> Verdict {
        let linkage = suite.linkage.name();
        let name = format!("{}.{}.{linkage}.{attempt}", test.name, suite.target);
        let name = &name.replace('/', "-");
        let component = |program: &Program| match built.get(&(index, program.source.clone())) {
            Some(Ok(component)) => Ok(component.as_path()),
            Some(Err(said)) => Err(Verdict::failed("does not compile", said)),
            None => Err(Verdict::failed("is not compiled", "")),
        };
        let verdict = match &test.kind {
            Kind::Single(program, settings) => component(program)
                .map(|program| self.engine.single(name, program, settings, test.network)),
            Kind::Pair {
                server,
                client,
                clients,
            } => component(server)
                .and_then(|server| Ok((server, component(client)?)))
                .map(|(server, client)| self.engine.pair(name, server, client, *clients)),
        };
        verdict.unwrap_or_else(|failed| failed)
    }
}

/// One row for each test and target, and what breaks the rule.
fn judge(upstream: &str, suites: &[Suite], outcomes: &Outcomes, mut causes: Causes) -> Run {
    let mut regressions = Vec::new();
    let mut rows = Vec::new();
    let tests: BTreeSet<(&str, &str)> = suites
        .iter()
        .flat_map(|suite| {
            suite
                .tests
                .iter()
                .map(|test| (test.name.as_str(), suite.target))
        })
        .collect();
    for (name, target) in tests {
        let verdict = |linkage| {
            let suite = suites
                .iter()
                .position(|suite| suite.target == target && suite.linkage == linkage)?;
            outcomes.get(&(suite, name.to_owned()))
        };
        let verdicts = Linkage::ALL.map(verdict);
        if let Some(stock) = verdicts[0].filter(|stock| stock.passed) {
            for (linkage, ours) in Linkage::ALL.iter().zip(verdicts).skip(1) {
                let Some(broken) = ours.and_then(|ours| regression(stock, ours)) else {
                    continue;
                };
                regressions.push(format!("{name}, {target}, {}: {broken}", linkage.name()));
            }
        }
        let [stock, patched, libwarpgrid] = verdicts.map(|verdict| match verdict {
            None => Outcome::NotRun,
            Some(Verdict { passed: true, .. }) => Outcome::Passes,
            Some(_) => Outcome::Fails,
        });
        let failed = verdicts.iter().flatten().find(|verdict| !verdict.passed);
        let failure = failed.map(
            |failed| match causes.fails.remove(&format!("{name} {target}")) {
                Some(known) => format!("{}: {known}", failed.cause),
                None => failed.cause.clone(),
            },
        );
        let left_out = suites
            .iter()
            .filter(|suite| suite.target == target)
            .flat_map(|suite| &suite.tests)
            .find(|test| test.name == name)
            .and_then(|test| test.left_out.clone());
        rows.push(Row {
            test: name.to_owned(),
            target: target.to_owned(),
            stock,
            patched,
            libwarpgrid,
            cause: failure.or(left_out),
        });
    }
    regressions.extend(
        causes.fails.into_keys().map(|test| {
            format!("{test}: passes, and {CAUSES} says why it fails; remove that line")
        }),
    );
    Run {
        table: Table {
            matrix: "libc".to_owned(),
            upstream: upstream.to_owned(),
            rows,
        },
        regressions,
    }
}

/// How ours is worse than stock, where it is.
fn regression(stock: &Verdict, ours: &Verdict) -> Option<String> {
    if !ours.passed {
        return Some(format!("{}\n{}", ours.cause, ours.account));
    }
    (ours.stdout != stock.stdout).then(|| {
        format!(
            "prints something else than with stock\n{}--- stock's stdout\n{}",
            ours.account, stock.stdout
        )
    })
}
