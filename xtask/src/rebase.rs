//! `cargo xtask rebase`: a series on another version of its upstream.

use anyhow::bail;
use comfy_table::{Table, presets};
use warpgrid_series::process::Cancel;
use warpgrid_series::rebase::{
    RebaseConflict, RebaseReport, RebaseStatus, RebaseStep, RebasedPatch, Survey, SurveyRow,
    abort_rebase, continue_rebase, rebase, survey,
};
use warpgrid_series::{Place, Programs, Series};

use crate::flags::Rebase;
use crate::progress::Task;

/// Lines of one side of a conflict that are shown.
const SHOWN: usize = 12;

/// Runs the verb.
pub fn run(flags: &Rebase, cancel: &Cancel) -> anyhow::Result<()> {
    let series = Series::open(&flags.named.dir())?;
    let (place, programs) = (Place::open_default()?, Programs::default());
    let git = flags.git.as_deref();
    if flags.abort {
        abort_rebase(&series, &place, &programs)?;
        println!("the rebase is undone; resolutions that were made stay in the series folder");
        return Ok(());
    }
    if flags.survey {
        let task = Task::start(format!("trying versions of {}", series.upstream.name));
        let survey = survey(&series, &place, &programs, cancel, &flags.to, git)?;
        drop(task);
        return print_survey(&survey, flags.json);
    }
    let step = if flags.resume {
        continue_rebase(&series, &place, &programs, cancel)?
    } else {
        let to = flags.version().unwrap_or_else(|wrong| wrong.exit());
        let _task = Task::start(format!("rebasing {} to {to}", series.name));
        rebase(&series, &place, &programs, cancel, to, git)?
    };
    match step {
        RebaseStep::Done { report, dropped } => {
            print(&report, flags.json)?;
            for source in dropped {
                eprintln!(
                    "sources.toml no longer has {source}: it is the old version; \
                     add the new one with its sha256 when there is one"
                );
            }
            eprintln!("next: cargo xtask setup, then cargo xtask test-all");
            Ok(())
        }
        RebaseStep::Stopped(report) => {
            print(&report, flags.json)?;
            let patch = report.stopped_at().map_or("", |p| &p.file);
            let name = &series.name;
            bail!(
                "{patch} does not go with {} {}\n  \
                 help: mend it in {}, then run `cargo xtask rebase {name} --continue` (or `--abort`)",
                report.upstream,
                report.to,
                place.work_dir(&report.upstream).display()
            )
        }
    }
}

fn print(report: &RebaseReport, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    println!("{} {} -> {}", report.upstream, report.from, report.to);
    for patch in &report.patches {
        println!("{:<9} {}{}", word(patch.status), patch.file, remark(patch));
        if patch.status == RebaseStatus::Conflict {
            patch.conflicts.iter().for_each(print_conflict);
        }
    }
    Ok(())
}

fn word(status: RebaseStatus) -> &'static str {
    match status {
        RebaseStatus::Applied => "applied",
        RebaseStatus::Fuzz => "fuzz",
        RebaseStatus::Upstream => "upstream",
        RebaseStatus::Conflict => "conflict",
        RebaseStatus::Pending => "pending",
    }
}

fn remark(patch: &RebasedPatch) -> String {
    match (&patch.resolution, patch.status) {
        (Some(file), _) => format!(" (resolved as in {file})"),
        (None, RebaseStatus::Upstream) => " (dropped: the new version has it)".to_owned(),
        _ => String::new(),
    }
}

fn print_conflict(conflict: &RebaseConflict) {
    let hunk = conflict.hunk.as_deref().unwrap_or("the whole file");
    println!("  {} {hunk}: {}", conflict.path, conflict.message);
    if let Some(culprit) = &conflict.culprit {
        println!("  since upstream's {culprit}");
    }
    for (side, text) in [("upstream", &conflict.upstream), ("patch", &conflict.patch)] {
        if text.is_empty() {
            continue;
        }
        println!("  {side}:");
        for line in text.lines().take(SHOWN) {
            println!("    {line}");
        }
        if text.lines().count() > SHOWN {
            println!("    ...");
        }
    }
}

fn print_survey(survey: &Survey, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(survey)?);
        return Ok(());
    }
    if survey.rows.is_empty() {
        println!("{} has no version after {}", survey.upstream, survey.from);
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["version", "outcome"]);
    for row in &survey.rows {
        table.add_row([&row.to, &outcome(row)]);
    }
    println!("{table}");
    Ok(())
}

fn outcome(row: &SurveyRow) -> String {
    let mut parts = Vec::new();
    for status in [RebaseStatus::Fuzz, RebaseStatus::Upstream] {
        let count = row.patches.iter().filter(|p| p.status == status).count();
        if count > 0 {
            parts.push(format!("{count} {}", word(status)));
        }
    }
    let stopped = row
        .patches
        .iter()
        .find(|p| p.status == RebaseStatus::Conflict);
    if let Some(patch) = stopped {
        let conflict = patch.conflicts.first();
        let path = conflict.map_or("", |c| &c.path);
        let culprit = conflict.and_then(|c| c.culprit.as_deref());
        let since = culprit.map_or(String::new(), |c| format!(" since {c}"));
        parts.push(format!("{} conflicts in {path}{since}", patch.file));
    }
    if parts.is_empty() {
        "clean".to_owned()
    } else {
        parts.join(", ")
    }
}
