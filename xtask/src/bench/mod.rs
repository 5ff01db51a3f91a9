//! `cargo xtask bench`: how fast ours is beside the alternatives, measured side
//! by side in one run. Rounds are interleaved, so that what else the machine
//! does weighs on all alike; the figures are medians.

mod db;
mod host;
mod libc;

use comfy_table::{Table, presets};
use serde::Serialize;
use warpgrid_series::process::Cancel;

use crate::flags::{Bench, BenchName};

/// What one benchmark found.
#[derive(Serialize)]
struct Report {
    bench: &'static str,
    rows: Vec<Row>,
}

/// Ours beside one alternative.
#[derive(Serialize)]
struct Row {
    name: String,
    ours: f64,
    other: f64,
    unit: &'static str,
    /// Ours divided by the other.
    ratio: f64,
    goal: String,
    met: bool,
}

impl Row {
    /// A row whose figures are better the smaller they are.
    fn at_most(
        name: impl Into<String>,
        unit: &'static str,
        ours: Vec<f64>,
        other: Vec<f64>,
        goal: f64,
    ) -> Self {
        let row = Self::beside(name.into(), unit, ours, other);
        Row {
            goal: format!("<={goal:.3}"),
            met: row.ratio <= goal,
            ..row
        }
    }

    /// A row whose figures are better the larger they are.
    fn at_least(
        name: impl Into<String>,
        unit: &'static str,
        ours: Vec<f64>,
        other: Vec<f64>,
        goal: f64,
    ) -> Self {
        let row = Self::beside(name.into(), unit, ours, other);
        Row {
            goal: format!(">={goal:.3}"),
            met: row.ratio >= goal,
            ..row
        }
    }

    fn beside(name: String, unit: &'static str, mut ours: Vec<f64>, mut other: Vec<f64>) -> Self {
        let (ours, other) = (median(&mut ours), median(&mut other));
        Row {
            name,
            ours,
            other,
            unit,
            ratio: ours / other,
            goal: String::new(),
            met: false,
        }
    }
}

/// Runs the verb.
pub fn run(flags: &Bench, cancel: &Cancel) -> anyhow::Result<()> {
    let report = match flags.name {
        BenchName::Db => Report {
            bench: "db",
            rows: db::measure(flags.rounds, cancel)?,
        },
        BenchName::Host => Report {
            bench: "host",
            rows: host::measure(flags.rounds, cancel)?,
        },
        BenchName::Libc => Report {
            bench: "libc",
            rows: libc::measure(flags.rounds, cancel)?,
        },
    };
    if flags.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!("{}", table(&report));
    }
    Ok(())
}

fn table(report: &Report) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header([
        "ours beside",
        "ours",
        "other",
        "unit",
        "ratio",
        "goal",
        "met",
    ]);
    for row in &report.rows {
        table.add_row([
            row.name.clone(),
            format!("{:.1}", row.ours),
            format!("{:.1}", row.other),
            row.unit.to_owned(),
            format!("{:.3}", row.ratio),
            row.goal.clone(),
            if row.met { "yes" } else { "no" }.to_owned(),
        ]);
    }
    table
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
