//! What a protocol's model is told, and what it says.

use super::Side;
use crate::protocol::Verdict;

/// What passed between the guest and the server once the guest had its
/// connection, in the order in which it passed.
pub(crate) type Relayed = [(Side, Vec<u8>)];

/// What may become of a connection, as a model sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// The server is done, and this brings its session back to its start.
    Clean(Verdict),
    /// It is not, or says what nobody understands.
    Dirty(&'static str),
    /// More than the model was written for.
    Unknown,
}

/// One side's bytes, and when each of them passed.
pub(crate) struct Stream {
    bytes: Vec<u8>,
    /// Ends of the pieces, in bytes from the start, and their places among all.
    ends: Vec<(usize, usize)>,
}

impl Stream {
    pub(crate) fn of(relayed: &Relayed, side: Side) -> Self {
        let (mut bytes, mut ends) = (vec![], vec![]);
        for (at, (from, piece)) in relayed.iter().enumerate() {
            if *from == side {
                bytes.extend_from_slice(piece);
                ends.push((bytes.len(), at));
            }
        }
        Self { bytes, ends }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// When the byte before this place had passed.
    pub(crate) fn passed(&self, place: usize) -> usize {
        let piece = self.ends.partition_point(|(end, _)| *end < place);
        self.ends.get(piece).map_or(usize::MAX, |(_, at)| *at)
    }
}
