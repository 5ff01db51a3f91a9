//! What libtest and libtest-mimic print of the tests that they run.

use warpgrid_test_harness::process::{Cut, Finished};

use super::report::Counts;

/// The counts of a run that came to its end, and what failed. A run that failed
/// without a failing test did not compile, or crashed.
pub fn counted(finished: &Finished) -> (Counts, Option<String>) {
    let output = String::from_utf8_lossy(&finished.stdout);
    let mut counts = count(&output);
    if finished.status.success() {
        return (counts, None);
    }
    counts.failed = counts.failed.max(1);
    let named = failed(&output).join(", ");
    (counts, Some(format!("{named}\n{finished}")))
}

/// The counts of a run that had to be killed, and what it waited for.
pub fn cut(error: anyhow::Error) -> (Counts, Option<String>) {
    let one = |counts: Counts| Counts {
        failed: counts.failed.max(1),
        ..counts
    };
    match error.downcast::<Cut>() {
        Ok(Cut { cause, finished }) => {
            let output = String::from_utf8_lossy(&finished.stdout);
            let named = [failed(&output), unfinished(&output)].concat().join(", ");
            let text = format!("{cause}: {named}\n{finished}");
            (one(count(&output)), Some(text))
        }
        Err(error) => (one(Counts::default()), Some(format!("{error:#}"))),
    }
}

/// The tests that failed.
fn failed(output: &str) -> Vec<String> {
    let of_line = |line: &str| {
        let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(format!("{name} failed"))
    };
    output.lines().filter_map(of_line).collect()
}

/// The tests of which libtest said that they take long, and then no more.
fn unfinished(output: &str) -> Vec<String> {
    let of_line = |line: &str| {
        let (name, _) = line
            .strip_prefix("test ")?
            .split_once(" has been running for over ")?;
        let ended = format!("test {name} ... ");
        let open = !output.lines().any(|line| line.starts_with(&ended));
        open.then(|| format!("{name} did not end"))
    };
    output.lines().filter_map(of_line).collect()
}

/// Adds up the lines with which a test program ends:
/// `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
fn count(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output
        .lines()
        .filter_map(|line| line.trim().strip_prefix("test result: "))
    {
        let line = line.split_once(". ").map_or(line, |(_, rest)| rest);
        for part in line.split(';') {
            let Some((number, what)) = part.trim().split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match what {
                "passed" => counts.passed += number,
                "failed" => counts.failed += number,
                "ignored" => counts.skipped += number,
                _ => {}
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    const OUTPUT: &str = "\
running 3 tests
test a ... ok
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.64s

running 2 tests
test c::d ... FAILED
test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.0s
test result: ok. 20 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s

running 3 tests
test slow has been running for over 60 seconds
test hangs has been running for over 60 seconds
test slow ... ok
";

    fn finished(output: &str) -> Finished {
        Finished {
            command: "cargo test".to_owned(),
            directory: "/".into(),
            status: ExitStatus::from_raw(9),
            stdout: output.as_bytes().to_vec(),
            stderr: Vec::new(),
        }
    }

    #[test]
    fn result_lines_are_added_up() {
        let wanted = Counts {
            passed: 24,
            failed: 2,
            skipped: 1,
        };
        assert_eq!(count(OUTPUT), wanted);
        assert_eq!(count("nothing of the kind"), Counts::default());
    }

    #[test]
    fn the_first_line_names_what_failed_and_what_hung() {
        let cause = "it did not end within 2400s".to_owned();
        let finished = finished(OUTPUT);
        let (counts, text) = cut(Cut { cause, finished }.into());
        assert_eq!((counts.passed, counts.failed), (24, 2));
        assert_eq!(
            text.unwrap().lines().next(),
            Some("it did not end within 2400s: c::d failed, hangs did not end")
        );
    }

    #[test]
    fn a_run_without_results_is_one_failure() {
        assert_eq!(counted(&finished("")).0.failed, 1);
        assert_eq!(cut(anyhow::anyhow!("no cargo")).0.failed, 1);
    }
}
