//! KILL: a guest knows its session by the number that it was greeted with, and
//! the server knows it by another. Clients kill their own queries so, for
//! example on Ctrl-C.
//!
//! Source: MariaDB documentation, "KILL" and "COM_PROCESS_KILL".

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{BufMut, Bytes, BytesMut};

use super::frame::COM_QUERY;
use crate::endpoint::Tenant;
use crate::protocol;

pub(super) const COM_PROCESS_KILL: u8 = 0x0c;
/// No KILL of one thread is longer, in bytes of its payload.
const LONGEST: usize = 64;
const KILL: &[u8] = b"KILL";

/// What the start of a payload says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    Like,
    Unlike,
    /// There is too little of it.
    Unknown,
}

/// Whether a payload of this length that begins so may be a KILL.
pub(super) fn looks(length: usize, start: &[u8]) -> Looks {
    match start.split_first() {
        Some((&COM_PROCESS_KILL, _)) if length == 5 => Looks::Like,
        Some((&COM_QUERY, text)) if (6..=LONGEST).contains(&length) => {
            let known = text.len().min(KILL.len());
            if !text[..known].eq_ignore_ascii_case(&KILL[..known]) {
                Looks::Unlike
            } else if known == KILL.len() {
                Looks::Like
            } else {
                Looks::Unknown
            }
        }
        _ => Looks::Unlike,
    }
}

/// The sessions of an endpoint, by the numbers that their guests know.
#[derive(Debug, Default)]
pub(crate) struct Threads(Mutex<HashMap<u32, Target>>);

#[derive(Debug)]
struct Target {
    tenant: Tenant,
    thread: u32,
    /// A KILL of it has gone out, and may have its effect at any time.
    killed: bool,
}

impl Threads {
    /// Makes a session known.
    pub(super) fn register(
        self: &Arc<Self>,
        greeted: u32,
        tenant: &Tenant,
        thread: u32,
    ) -> Registration {
        let target = Target {
            tenant: tenant.clone(),
            thread,
            killed: false,
        };
        let free = match self.targets().entry(greeted) {
            Entry::Vacant(free) => {
                free.insert(target);
                true
            }
            Entry::Occupied(_) => false,
        };
        Registration {
            threads: self.clone(),
            greeted: free.then_some(greeted),
            tenant: tenant.clone(),
        }
    }

    /// The server's number of the session that a tenant is about to kill.
    fn kill(&self, tenant: &Tenant, greeted: u32) -> Option<u32> {
        let mut targets = self.targets();
        let target = targets.get_mut(&greeted)?;
        if target.tenant != *tenant {
            return None;
        }
        target.killed = true;
        Some(target.thread)
    }

    fn targets(&self) -> MutexGuard<'_, HashMap<u32, Target>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that can be killed as long as it lives.
pub(crate) struct Registration {
    threads: Arc<Threads>,
    /// None where another session has the number.
    greeted: Option<u32>,
    tenant: Tenant,
}

impl Registration {
    /// What its session may kill.
    pub(super) fn reach(&self) -> Reach {
        Reach(Some((self.threads.clone(), self.tenant.clone())))
    }

    /// Whether it was killed.
    fn forget(&mut self) -> bool {
        let greeted = self.greeted.take();
        let target = greeted.and_then(|greeted| self.threads.targets().remove(&greeted));
        target.is_some_and(|target| target.killed)
    }
}

impl protocol::Registration for Registration {
    /// What was killed is not used again: the KILL might hit the next session.
    fn close(mut self) -> Option<Pin<Box<dyn Future<Output = bool> + Send>>> {
        self.forget().then(|| Box::pin(ready(false)) as _)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.forget();
    }
}

/// What a session may kill: those of its tenant.
#[derive(Clone, Debug, Default)]
pub(super) struct Reach(Option<(Arc<Threads>, Tenant)>);

impl Reach {
    /// The payload for the server where this is a KILL of a number that a guest
    /// was greeted with.
    pub(super) fn translate(&self, payload: &[u8]) -> Option<Bytes> {
        let (threads, tenant) = self.0.as_ref()?;
        let (command, rest) = payload.split_first()?;
        let mut out = BytesMut::with_capacity(payload.len());
        out.put_u8(*command);
        match *command {
            COM_PROCESS_KILL => {
                let greeted = u32::from_le_bytes(rest.try_into().ok()?);
                out.put_u32_le(threads.kill(tenant, greeted)?);
            }
            COM_QUERY => {
                let (kill, greeted) = statement(rest)?;
                let thread = threads.kill(tenant, greeted)?;
                out.put_slice(format!("{kill} {thread}").as_bytes());
            }
            _ => return None,
        }
        Some(out.freeze())
    }
}

/// `KILL [HARD | SOFT] [CONNECTION | QUERY] thread`, as its words and the
/// thread. One of another form is the server's to understand.
fn statement(text: &[u8]) -> Option<(String, u32)> {
    let text = std::str::from_utf8(text).ok()?.trim_end();
    let text = text.strip_suffix(';').unwrap_or(text);
    let (kill, thread) = text
        .trim_end()
        .rsplit_once(|c: char| c.is_ascii_whitespace())?;
    let mut words = kill.split_ascii_whitespace().map(str::to_ascii_uppercase);
    let mut word = words.next();
    let mut next_if = |known: &[&str]| {
        let found = word.as_deref().is_some_and(|word| known.contains(&word));
        if found {
            word = words.next();
        }
        found
    };
    if !next_if(&["KILL"]) {
        return None;
    }
    next_if(&["HARD", "SOFT"]);
    next_if(&["CONNECTION", "QUERY"]);
    let whole = word.is_none();
    Some((kill.trim_end().to_owned(), thread.parse().ok()?)).filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_kill_is_known_by_its_start() {
        for (length, start, expected) in [
            (12, &b"\x03kIlL"[..], Looks::Like),
            (12, b"\x03KI", Looks::Unknown),
            (12, b"\x03", Looks::Unknown),
            (12, b"\x03KEY", Looks::Unlike),
            (5, b"\x03kill", Looks::Unlike),
            (65, b"\x03kill ", Looks::Unlike),
            (12, b"\x16kill ", Looks::Unlike),
            (5, b"\x0c", Looks::Like),
            (6, b"\x0c\0\0\0\0", Looks::Unlike),
        ] {
            assert_eq!(looks(length, start), expected, "{start:?}");
        }
    }

    #[test]
    fn a_tenant_reaches_its_own_sessions_while_they_live() {
        let threads = Arc::new(Threads::default());
        let greeted = 3_000_000_000;
        let registered = threads.register(greeted, &Tenant::new("a"), 7);
        let other = threads.register(8, &Tenant::new("b"), 9);
        let translated = |from: &Registration, payload: &[u8]| {
            let payload = from.reach().translate(payload);
            payload.map(|payload| String::from_utf8_lossy(&payload).into_owned())
        };
        for (statement, expected) in [
            (&b"\x03KILL QUERY 3000000000"[..], Some("\x03KILL QUERY 7")),
            (b"\x03kill\n3000000000 ; ", Some("\x03kill 7")),
            (
                b"\x03Kill soft connection 3000000000",
                Some("\x03Kill soft connection 7"),
            ),
            (b"\x0c\x00\x5e\xd0\xb2", Some("\x0c\x07\0\0\0")),
            // Another's, nobody's, and what is no number.
            (b"\x03KILL 8", None),
            (b"\x03KILL 7", None),
            (b"\x03KILL CONNECTION_ID()", None),
            (b"\x03KILL QUERY ID 3000000000", None),
            (b"\x03KILL 3000000000; KILL 3000000000", None),
            (b"\x03KILLED 3000000000", None),
            (b"\x03KILL 99999999999999", None),
        ] {
            assert_eq!(
                translated(&registered, statement).as_deref(),
                expected,
                "{statement:?}"
            );
        }
        assert_eq!(translated(&other, b"\x03KILL 3000000000"), None);
        drop(registered);
        assert_eq!(translated(&other, b"\x03KILL 3000000000"), None);
    }

    #[tokio::test]
    async fn what_was_killed_is_not_used_again() {
        use protocol::Registration as _;

        let threads = Arc::new(Threads::default());
        let tenant = Tenant::new("a");
        let unhurt = threads.register(1, &tenant, 7);
        let killed = threads.register(2, &tenant, 8);
        assert!(unhurt.reach().translate(b"\x03KILL QUERY 2").is_some());
        assert!(unhurt.close().is_none());
        let again = killed.close().expect("something to wait for");
        assert!(!again.await);
        assert!(threads.targets().is_empty());
    }

    #[test]
    fn a_number_that_is_taken_stays_whose_it_is() {
        let threads = Arc::new(Threads::default());
        let first = threads.register(1, &Tenant::new("a"), 7);
        drop(threads.register(1, &Tenant::new("b"), 8));
        assert!(first.reach().translate(b"\x03KILL 1").is_some());
    }
}
