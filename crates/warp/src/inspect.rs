//! `warp inspect`

use std::process::ExitCode;

use comfy_table::{CellAlignment, Table, presets};
use warpgrid_pack::contract::{SHIM_PACKAGE, purpose};
use warpgrid_pack::{Analysis, Inspection, inspect};

use crate::{cli, output};

/// How the sections are called that people meet; the others by their own name.
const CUSTOM: &[(&str, &str)] = &[
    (".debug", "debug information"),
    ("name", "names"),
    ("component-name", "names"),
];

pub fn run(args: &cli::Inspect) -> miette::Result<ExitCode> {
    let found = inspect(&args.component)?;
    if args.json {
        output::json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format_args!("{}\n", args.component.display()))?;
    output::line(format_args!("{}\n", identity(&found).trim_fmt()))?;
    output::line(format_args!("{}\n", interfaces(&found.analysis).trim_fmt()))?;
    output::line(sizes(&found).trim_fmt())?;
    if found.modules.len() > 1 {
        output::line(format_args!("\n{}", modules(&found).trim_fmt()))?;
    }
    for warning in &found.warnings {
        eprintln!("\nwarning: {}\n   help: {}", warning.what, warning.help);
    }
    Ok(ExitCode::SUCCESS)
}

fn identity(found: &Inspection) -> Table {
    let languages: Vec<_> = found
        .producers
        .languages
        .iter()
        .map(ToString::to_string)
        .collect();
    let known = |text: &str| match text {
        "" => "not recorded".to_owned(),
        text => text.to_owned(),
    };
    let mut table = plain();
    table.add_row(["world", &found.analysis.world]);
    table.add_row(["language", &known(&languages.join(", "))]);
    table.add_row([
        "toolchain",
        &known(found.analysis.toolchain.as_deref().unwrap_or_default()),
    ]);
    table
}

/// Shims with what they are for.
fn interfaces(analysis: &Analysis) -> Table {
    let mut table = plain();
    for import in &analysis.imports {
        let shim = import
            .strip_prefix(SHIM_PACKAGE)
            .and_then(|rest| rest.strip_prefix('/')?.split('@').next());
        table.add_row(["import", import, shim.and_then(purpose).unwrap_or_default()]);
    }
    for export in &analysis.exports {
        table.add_row(["export", export, ""]);
    }
    table
}

fn sizes(found: &Inspection) -> Table {
    let mut parts = vec![
        ("code".to_owned(), found.sizes.code),
        ("data".to_owned(), found.sizes.data),
    ];
    for (name, bytes) in &found.sizes.custom {
        let known = CUSTOM.iter().find(|(prefix, _)| match *prefix {
            "name" => name == "name",
            prefix => name.starts_with(prefix),
        });
        let name = known.map_or_else(|| name.clone(), |(_, known)| (*known).to_owned());
        match parts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += bytes,
            None => parts.push((name, *bytes)),
        }
    }
    parts.push(("other".to_owned(), found.sizes.other));
    parts.push(("whole file".to_owned(), found.analysis.bytes));
    let mut table = numbers(["size", "bytes"]);
    for (name, bytes) in parts {
        table.add_row([name, bytes.to_string()]);
    }
    table
}

fn modules(found: &Inspection) -> Table {
    let mut table = numbers(["core module", "bytes", "code", "data", "custom"]);
    for (index, module) in found.modules.iter().enumerate() {
        let name = module.name.clone().unwrap_or_else(|| index.to_string());
        let sizes = [module.bytes, module.code, module.data, module.custom];
        table.add_row(std::iter::once(name).chain(sizes.map(|size| size.to_string())));
    }
    table
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

/// A name, then numbers.
fn numbers<const N: usize>(header: [&str; N]) -> Table {
    let mut table = plain();
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
