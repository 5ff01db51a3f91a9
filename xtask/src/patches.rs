//! `cargo xtask patches`: the series engine on the command line.

use anyhow::bail;
use comfy_table::{Table, presets};
use warpgrid_series::process::Cancel;
use warpgrid_series::{
    Change, EditStep, Exported, NewPatch, Operation, PatchState, Place, Programs, Series, Status,
    WorkState,
};

use crate::flags::{self, Patches, PatchesAction};

/// Runs the verb.
pub fn run(flags: &Patches, cancel: &Cancel) -> anyhow::Result<()> {
    let named = flags.action.named();
    let verb = Verb {
        series: Series::open(&named.dir())?,
        place: Place::open_default()?,
        programs: Programs::default(),
    };
    match &flags.action {
        PatchesAction::Import(_) => verb.import(cancel),
        PatchesAction::Apply(apply) => verb.apply(apply, cancel),
        PatchesAction::Export(export) => verb.export(export),
        PatchesAction::New(new) => verb.new_patch(new),
        PatchesAction::Edit(edit) => verb.edit(edit),
        PatchesAction::Status(status) => verb.status(status),
    }
}

struct Verb {
    series: Series,
    place: Place,
    programs: Programs,
}

impl Verb {
    fn import(&self, cancel: &Cancel) -> anyhow::Result<()> {
        let imported = warpgrid_series::import(&self.series, &self.place, &self.programs, cancel)?;
        let from = imported.from.as_deref().unwrap_or("the cache");
        println!(
            "{} {}: from {from}",
            self.series.upstream.name, self.series.upstream.version
        );
        println!("work tree: {}", self.work());
        Ok(())
    }

    fn apply(&self, flags: &flags::Apply, cancel: &Cancel) -> anyhow::Result<()> {
        if flags.abort {
            warpgrid_series::abort_apply(&self.series, &self.place, &self.programs)?;
            println!("the interrupted apply is undone");
            return Ok(());
        }
        let applied = warpgrid_series::apply(&self.series, &self.place, &self.programs, cancel)?;
        if applied.recovered {
            println!("an earlier apply had been interrupted; it was undone first");
        }
        for patch in &applied.patches {
            println!("{patch}");
        }
        println!(
            "{} applied in {}",
            count(applied.patches.len()),
            self.work()
        );
        Ok(())
    }

    fn export(&self, flags: &flags::Export) -> anyhow::Result<()> {
        let exported =
            warpgrid_series::export(&self.series, &self.place, &self.programs, flags.check)?;
        self.print_exported(&exported);
        if flags.check && exported.changes().next().is_some() {
            bail!(
                "the series folder is not what the work tree exports\n  \
                 help: run `cargo xtask patches export {}`, or apply the series again",
                self.series.name
            );
        }
        Ok(())
    }

    fn new_patch(&self, flags: &flags::New) -> anyhow::Result<()> {
        let new = NewPatch {
            subject: flags.subject.clone(),
            reason: flags.reason.clone(),
            upstream_status: flags.upstream_status.clone(),
            test: flags.test.clone(),
            slug: flags.name.clone(),
            author: flags.author.clone(),
        };
        let exported = warpgrid_series::new_patch(&self.series, &self.place, &self.programs, &new)?;
        self.print_exported(&exported);
        Ok(())
    }

    fn edit(&self, flags: &flags::Edit) -> anyhow::Result<()> {
        let name = &self.series.name;
        let (series, place, programs) = (&self.series, &self.place, &self.programs);
        let step = match &flags.patch {
            _ if flags.abort => {
                warpgrid_series::abort_edit(series, place, programs)?;
                println!("the edit is undone");
                return Ok(());
            }
            Some(patch) => warpgrid_series::edit(series, place, programs, patch)?,
            None => warpgrid_series::continue_edit(series, place, programs)?,
        };
        match step {
            EditStep::Stopped { patch } => {
                println!("stopped at {patch} in {}", self.work());
                println!(
                    "change files there, then run `cargo xtask patches edit {name} --continue`"
                );
                Ok(())
            }
            EditStep::Conflict { subject, files } => bail!(
                "'{subject}' conflicts with the change in {}\n  \
                 help: resolve the marked places in {}, then run \
                 `cargo xtask patches edit {name} --continue` (or `--abort`)",
                files.join(", "),
                self.work()
            ),
            EditStep::Done { exported } => {
                self.print_exported(&exported);
                Ok(())
            }
        }
    }

    fn status(&self, flags: &flags::Status) -> anyhow::Result<()> {
        let status = warpgrid_series::status(&self.series, &self.place, &self.programs)?;
        if flags.json {
            println!("{}", serde_json::to_string(&status)?);
        } else {
            print_status(&status);
        }
        Ok(())
    }

    fn print_exported(&self, exported: &Exported) {
        for (file, change) in exported.changes() {
            let word = match change {
                Change::Same => "same",
                Change::Changed => "changed",
                Change::Added => "added",
                Change::Removed => "removed",
            };
            println!("{word:<8} {file}");
        }
        if exported.changes().next().is_none() {
            println!(
                "{} in {}, none changed",
                count(exported.patches.len()),
                self.series.dir.display()
            );
        }
    }

    fn work(&self) -> String {
        self.place
            .work_dir(&self.series.upstream.name)
            .display()
            .to_string()
    }
}

fn print_status(status: &Status) {
    let upstream = &status.upstream;
    println!(
        "upstream   {} {} (tree {})",
        upstream.name, upstream.version, upstream.tree
    );
    println!("work tree  {}", status.work.display());
    println!("state      {}", describe(&status.state));
    if status.unexported {
        println!(
            "           it has commits that are not in {}",
            status.dir.display()
        );
    }
    for file in &status.dirty {
        println!("changed    {file}");
    }
    if status.patches.is_empty() {
        println!("patches    none");
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for patch in &status.patches {
        let state = match patch.state {
            PatchState::Applied => "applied",
            PatchState::Changed => "changed",
            PatchState::NotApplied => "not applied",
        };
        let lints: Vec<String> = patch.lints.iter().map(ToString::to_string).collect();
        table.add_row([patch.file.as_str(), state, &lints.join("; ")]);
    }
    println!("{table}");
}

fn describe(state: &WorkState) -> String {
    match state {
        WorkState::NotImported => "not imported".to_owned(),
        WorkState::WrongVersion { tree } => format!("another version: tree {tree}"),
        WorkState::Pristine => "pristine".to_owned(),
        WorkState::Applied => "the series is applied".to_owned(),
        WorkState::Differs => "other commits than the series".to_owned(),
        WorkState::UnderWay(Operation::Apply { .. }) => "an interrupted apply".to_owned(),
        WorkState::UnderWay(Operation::Edit { patch, .. }) => format!("{patch} is being edited"),
        WorkState::UnderWay(Operation::Rebase(state)) => {
            format!("a rebase to {} is under way", state.report.to)
        }
    }
}

fn count(patches: usize) -> String {
    if patches == 1 {
        "1 patch".to_owned()
    } else {
        format!("{patches} patches")
    }
}
