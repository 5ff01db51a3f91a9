//! A table of `u64` handles that a guest cannot confuse.

/// Values by handle: the slot's index in the lower half, its generation in the
/// upper, so that the handle of a removed value never names a later one.
pub struct Handles<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Default for Handles<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Handles<T> {
    /// Gives the value a handle, unless there is none left.
    pub(super) fn insert(&mut self, value: T) -> Option<u64> {
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                let index = u32::try_from(self.slots.len()).ok()?;
                self.slots.push(Slot {
                    generation: 0,
                    value: None,
                });
                index
            }
        };
        let slot = self.slots.get_mut(index as usize)?;
        slot.generation = slot.generation.wrapping_add(1);
        slot.value = Some(value);
        Some(u64::from(slot.generation) << 32 | u64::from(index))
    }

    /// The value behind a handle, if the handle is a live one.
    pub fn get(&self, handle: u64) -> Option<&T> {
        let (index, generation) = parts(handle);
        let slot = self.slots.get(index as usize)?;
        if slot.generation == generation {
            slot.value.as_ref()
        } else {
            None
        }
    }

    /// Takes the value back, if the handle is a live one.
    pub fn remove(&mut self, handle: u64) -> Option<T> {
        let (index, generation) = parts(handle);
        let slot = self.slots.get_mut(index as usize)?;
        if slot.generation != generation {
            return None;
        }
        let value = slot.value.take()?;
        self.free.push(index);
        Some(value)
    }
}

/// Index and generation; each is one half of the handle.
fn parts(handle: u64) -> (u32, u32) {
    (handle as u32, (handle >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_handle_never_names_a_later_value() {
        let mut handles = Handles::default();
        let first = handles.insert('a').unwrap();
        assert_eq!(handles.remove(first), Some('a'));
        let second = handles.insert('b').unwrap();
        assert_eq!(parts(first).0, parts(second).0, "the slot is used again");
        assert_eq!(handles.get(first), None);
        assert_eq!(handles.remove(first), None);
        assert_eq!(handles.get(second), Some(&'b'));
    }

    #[test]
    fn made_up_handles_name_nothing() {
        let mut handles = Handles::default();
        handles.insert(1).unwrap();
        for handle in [0, 1, u64::MAX, 1 << 63] {
            assert_eq!(handles.get(handle), None);
            assert_eq!(handles.remove(handle), None);
        }
    }
}
