//! What a benchmark finds: ours beside one alternative.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Ours beside one alternative; both are medians.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    pub ours: f64,
    pub other: f64,
    pub unit: String,
    /// Ours divided by the other.
    pub ratio: f64,
    pub goal: String,
    pub met: bool,
}

/// What ours should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// The ratio at most: small figures are good.
    AtMost(f64),
    /// The ratio at least: large figures are good.
    AtLeast(f64),
    /// Ours at most so much above the other, in the row's unit.
    Above(f64),
    /// Ours at most so much, in the row's unit, whatever the other is.
    Within(f64),
}

impl Goal {
    fn met(self, ours: f64, other: f64) -> bool {
        match self {
            Goal::AtMost(most) => ours / other <= most,
            Goal::AtLeast(least) => ours / other >= least,
            Goal::Above(most) => ours - other <= most,
            Goal::Within(most) => ours <= most,
        }
    }
}

/// As rows show it: of the ratio unless it says of what.
impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::AtMost(most) => write!(f, "<={most:.3}"),
            Goal::AtLeast(least) => write!(f, ">={least:.3}"),
            Goal::Above(most) => write!(f, "ours-other<={most}"),
            Goal::Within(most) => write!(f, "ours<={most}"),
        }
    }
}

impl Row {
    /// A row of the figures that the rounds gave.
    pub fn new(
        name: impl Into<String>,
        unit: &str,
        ours: &[f64],
        other: &[f64],
        goal: Goal,
    ) -> Self {
        let (ours, other) = (median(ours), median(other));
        Row {
            name: name.into(),
            ours,
            other,
            unit: unit.to_owned(),
            ratio: ours / other,
            goal: goal.to_string(),
            met: goal.met(ours, other),
        }
    }

    /// What a table shows, under [`HEADER`].
    pub fn cells(&self) -> [String; 7] {
        [
            self.name.clone(),
            format!("{:.1}", self.ours),
            format!("{:.1}", self.other),
            self.unit.clone(),
            format!("{:.3}", self.ratio),
            self.goal.clone(),
            if self.met { "yes" } else { "no" }.to_owned(),
        ]
    }
}

/// What [`Row::cells`] are.
pub const HEADER: [&str; 7] = [
    "ours beside",
    "ours",
    "other",
    "unit",
    "ratio",
    "goal",
    "met",
];

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_of_the_ratio_the_difference_or_ours() {
        let met = |goal| Row::new("", "", &[9.0, 3.0, 1.0], &[2.0], goal).met;
        assert!(met(Goal::AtMost(1.5)) && !met(Goal::AtMost(1.4)));
        assert!(met(Goal::AtLeast(1.5)) && !met(Goal::AtLeast(1.6)));
        assert!(met(Goal::Above(1.0)) && !met(Goal::Above(0.9)));
        assert!(met(Goal::Within(3.0)) && !met(Goal::Within(2.9)));
    }

    #[test]
    fn without_a_figure_nothing_is_met() {
        for goal in [
            Goal::AtMost(1.0),
            Goal::AtLeast(1.0),
            Goal::Above(1.0),
            Goal::Within(1.0),
        ] {
            assert!(!Row::new("", "", &[], &[1.0], goal).met, "{goal}");
        }
    }
}
