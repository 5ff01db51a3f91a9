//! Times such as `"30s"`, as far as they can be counted.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// No time is longer: one that is added to the present must not pass the end of
/// the clock, which on Linux is that of an `i64` of seconds.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let time = humantime_serde::Serde::<Duration>::deserialize(from)?.into_inner();
    if time > LONGEST {
        return Err(D::Error::custom("a time of more than 100 years"));
    }
    Ok(time)
}

/// Of a time that may be absent.
pub(in crate::config) mod option {
    use super::{Deserializer, Duration};

    pub(in crate::config) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        super::deserialize(from).map(Some)
    }
}
