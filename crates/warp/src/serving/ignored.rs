//! The signals that this process was started to ignore.

/// Whether it ignores the signal of this number; `false` where the system does
/// not say.
pub fn is_ignored(number: u8) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    mask(&status).is_some_and(|mask| mask & 1 << (number - 1) != 0)
}

/// Bit `n` stands for signal `n + 1`: proc_pid_status(5).
fn mask(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_is_read() {
        let status = "Name:\twarp\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000004001\n";
        assert_eq!(mask(status), Some(0x4001));
        assert_eq!(mask("Name:\twarp\n"), None);
    }
}
