//! Faults that wait for their moment on a connection.

use super::{At, Direction, Fault};

/// What [`super::FaultProxy::at`] was told.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// Later ones have higher numbers.
    pub(super) number: u64,
    pub(super) direction: Direction,
    pub(super) at: At,
    pub(super) fault: Fault,
}

/// One direction of a connection, and the rules that have not struck it.
pub(super) struct Course {
    direction: Direction,
    /// The last rule that it knows.
    known: u64,
    waiting: Vec<Waiting>,
    /// The bytes that have passed.
    passed: u64,
}

struct Waiting {
    rule: Rule,
    /// How many bytes will have passed when it strikes, once that is known.
    due: Option<u64>,
    /// How many bytes it has looked at.
    looked: u64,
    /// The last of them, where the bytes that it waits for may begin.
    tail: Vec<u8>,
}

impl Course {
    pub(super) fn new(direction: Direction) -> Self {
        Self {
            direction,
            known: 0,
            waiting: vec![],
            passed: 0,
        }
    }

    /// Learns which rules there are now.
    pub(super) fn follow(&mut self, rules: &[Rule]) {
        self.waiting
            .retain(|waiting| rules.iter().any(|rule| rule.number == waiting.rule.number));
        for rule in rules.iter().filter(|rule| rule.number > self.known) {
            if rule.direction == self.direction {
                let due = match rule.at {
                    At::Byte(count) => Some(self.passed + count),
                    At::After(_) => None,
                };
                self.waiting.push(Waiting {
                    rule: rule.clone(),
                    due,
                    looked: self.passed,
                    tail: vec![],
                });
            }
        }
        self.known = rules
            .last()
            .map_or(self.known, |rule| rule.number.max(self.known));
    }

    /// How many of the bytes that come next may pass, and what strikes then. It
    /// is called again with what is left.
    pub(super) fn next(&mut self, data: &[u8]) -> (usize, Option<Fault>) {
        let passed = self.passed;
        let end = passed + data.len() as u64;
        let mut first: Option<(u64, usize)> = None;
        for (index, waiting) in self.waiting.iter_mut().enumerate() {
            waiting.look(passed, data);
            let strikes = waiting.due.filter(|&due| match waiting.rule.fault {
                // That needs a byte.
                Fault::Flip(_) => due < end,
                _ => due <= end,
            });
            if let Some(due) = strikes
                && first.is_none_or(|(earliest, _)| due < earliest)
            {
                first = Some((due, index));
            }
        }
        let Some((due, index)) = first else {
            self.passed = end;
            return (data.len(), None);
        };
        let fault = self.waiting.remove(index).rule.fault;
        self.passed = due;
        ((due - passed) as usize, Some(fault))
    }
}

impl Waiting {
    /// Looks for what it waits for in the bytes that come next.
    fn look(&mut self, passed: u64, data: &[u8]) {
        let At::After(wanted) = &self.rule.at else {
            return;
        };
        if self.due.is_some() {
            return;
        }
        let fresh = &data[(self.looked - passed) as usize..];
        let begin = self.looked - self.tail.len() as u64;
        self.looked += fresh.len() as u64;
        self.tail.extend_from_slice(fresh);
        let mut parts = self.tail.windows(wanted.len());
        match parts.position(|part| part == &wanted[..]) {
            Some(at) => self.due = Some(begin + (at + wanted.len()) as u64),
            None => {
                let over = self.tail.len().saturating_sub(wanted.len() - 1);
                self.tail.drain(..over);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(rules: &[(At, Fault)]) -> Course {
        let rules: Vec<_> = rules
            .iter()
            .zip(1..)
            .map(|((at, fault), number)| Rule {
                number,
                direction: Direction::ToServer,
                at: at.clone(),
                fault: *fault,
            })
            .collect();
        let mut course = Course::new(Direction::ToServer);
        course.follow(&rules);
        course
    }

    #[test]
    fn bytes_are_counted_over_pieces() {
        let mut course = course(&[(At::Byte(5), Fault::Stall), (At::Byte(6), Fault::Flip(1))]);
        assert_eq!(course.next(b"abc"), (3, None));
        assert_eq!(course.next(b"defg"), (2, Some(Fault::Stall)));
        assert_eq!(course.next(b"f"), (1, None));
        assert_eq!(course.next(b"g"), (0, Some(Fault::Flip(1))));
        assert_eq!(course.next(b"gh"), (2, None));
    }

    #[test]
    fn what_it_waits_for_may_come_in_pieces() {
        let mut course = course(&[
            (At::After(b"commit".to_vec()), Fault::Flip(1)),
            (At::After(b"om".to_vec()), Fault::Stall),
        ]);
        assert_eq!(course.next(b"a com"), (5, Some(Fault::Stall)));
        assert_eq!(course.next(b"mi"), (2, None));
        assert_eq!(course.next(b"t"), (1, None));
        assert_eq!(course.next(b";"), (0, Some(Fault::Flip(1))));
    }

    #[test]
    fn rules_count_from_when_they_are_made() {
        let mut course = course(&[]);
        assert_eq!(course.next(b"abc"), (3, None));
        let rule = Rule {
            number: 1,
            direction: Direction::ToServer,
            at: At::Byte(1),
            fault: Fault::Stall,
        };
        course.follow(std::slice::from_ref(&rule));
        assert_eq!(course.next(b"de"), (1, Some(Fault::Stall)));
        // Once each, and not at all when it is gone.
        course.follow(&[rule]);
        assert_eq!(course.next(b"fg"), (2, None));
    }
}
