//! `warp convert`

use std::process::ExitCode;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use warpgrid_convert::{Finding, Options, Report, Verdict, analyze};
use warpgrid_pack::{Error, Program};

use crate::pack::packers;
use crate::progress::Reporter;
use crate::{cli, output};

/// How wide the table is where nothing says it.
const WIDTH: u16 = 120;

pub fn run(args: cli::Convert) -> miette::Result<ExitCode> {
    match args.verb {
        cli::ConvertVerb::Analyze(args) => analyse(args),
    }
}

fn analyse(args: cli::Analyze) -> miette::Result<ExitCode> {
    let progress = Reporter::default();
    let report = analyze(
        &args.path,
        &Options {
            packers: &packers(),
            lang: args.lang,
            compiler: args.compiler,
            package: args.package,
            program: args
                .bin
                .map(Program::Binary)
                .or(args.lib.then_some(Program::Library)),
            warp: std::env::current_exe()
                .map_err(|error| Error::file("find", "the running warp", &error))?,
            progress: &progress,
        },
    )?;
    drop(progress);
    if args.json {
        output::json(&report)?;
    } else {
        print(&report)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(report: &Report) -> miette::Result<()> {
    if !report.findings.is_empty() {
        output::line(format_args!("{}\n", table(&report.findings).trim_fmt()))?;
    }
    output::line(conclusion(report))
}

fn table(findings: &[Finding]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width());
    table.set_header([
        "verdict",
        "where",
        "what",
        "what to do, or what stands behind it",
    ]);
    for finding in findings {
        let place = match (&finding.path, finding.line) {
            (Some(path), Some(line)) => format!("{path}:{line}"),
            (Some(path), None) => path.clone(),
            _ => String::new(),
        };
        table.add_row([
            finding.verdict.name(),
            &place,
            &finding.what,
            finding.remedy.as_deref().unwrap_or_default(),
        ]);
    }
    if let Some(column) = table.column_mut(0) {
        let longest = Verdict::WorksWithShims.name().len();
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(
            u16::try_from(longest).unwrap_or(WIDTH),
        )));
    }
    table
}

/// The terminal's, where the shell tells it.
fn width() -> u16 {
    let columns = std::env::var("COLUMNS").ok();
    let columns = columns.and_then(|columns| columns.parse().ok());
    columns.filter(|columns| *columns >= 60).unwrap_or(WIDTH)
}

/// One line.
fn conclusion(report: &Report) -> String {
    let verdict = match report.verdict {
        Verdict::Works => "It works as it is",
        Verdict::WorksWithShims => "It works as it is, with what the host puts behind it",
        Verdict::NeedsChanges => "It works when it is changed as said above",
        Verdict::Cannot => "It cannot work as it is: see what is marked `cannot` above",
    };
    format!(
        "{verdict} (score {}; {}).",
        report.score, report.explanation
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_where_what_and_the_conclusion() {
        let finding = Finding {
            path: Some("src/main.c".to_owned()),
            line: Some(3),
            what: "fork() makes processes".to_owned(),
            verdict: Verdict::Cannot,
            remedy: Some("leave it out".to_owned()),
        };
        let shown = table(std::slice::from_ref(&finding)).to_string();
        for words in ["cannot", "src/main.c:3", "fork()", "leave it out"] {
            assert!(shown.contains(words), "{shown}");
        }
        let report = Report {
            verdict: Verdict::Cannot,
            findings: vec![finding],
            score: 50,
            explanation: "sources: 2, of which 1 works as it is, 1 cannot work".to_owned(),
        };
        assert!(
            conclusion(&report)
                .ends_with("(score 50; sources: 2, of which 1 works as it is, 1 cannot work).")
        );
    }
}
