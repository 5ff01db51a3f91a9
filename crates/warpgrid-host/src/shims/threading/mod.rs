//! `warpgrid:shim/threading`: what a program assumes of threads.

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::{HasSelf, Linker};

use crate::bindings::warpgrid::shim::threading;

/// What a program assumes of threads, the least demanding first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ThreadingModel {
    /// That there are none.
    SingleThreaded,
    /// That it is never entered while it runs: its instances get one request
    /// after the other.
    Cooperative,
    /// That threads run beside each other. Here they do not.
    ParallelRequired,
}

/// Defines the shim's imports.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    state: fn(&mut T) -> &mut ThreadingState,
) -> wasmtime::Result<()> {
    threading::add_to_linker::<T, HasSelf<ThreadingState>>(linker, state)
}

/// The most demanding model that an instance of a deployment has declared.
pub struct Declared {
    component: String,
    model: Mutex<Option<ThreadingModel>>,
}

impl Declared {
    /// Of a deployment whose component is called so in the log.
    pub fn new(component: String) -> Self {
        Self {
            component,
            model: Mutex::default(),
        }
    }

    /// `None` before the first declaration.
    pub fn model(&self) -> Option<ThreadingModel> {
        *self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Warns only once, however often instances declare.
    fn declare(&self, model: ThreadingModel) {
        let mut known = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        if *known >= Some(model) {
            return;
        }
        *known = Some(model);
        if model == ThreadingModel::ParallelRequired {
            tracing::warn!(
                component = self.component,
                "the program asked for threads, which components do not have: what it would do on one fails or is left undone"
            );
        }
    }
}

/// One instance's side of the deployment's declaration.
pub struct ThreadingState {
    declared: Arc<Declared>,
}

impl ThreadingState {
    /// State of an instance of the deployment.
    pub fn new(declared: Arc<Declared>) -> Self {
        Self { declared }
    }
}

impl threading::Host for ThreadingState {
    fn declare_threading_model(
        &mut self,
        model: threading::ThreadingModel,
    ) -> wasmtime::Result<()> {
        self.declared.declare(match model {
            threading::ThreadingModel::SingleThreaded => ThreadingModel::SingleThreaded,
            threading::ThreadingModel::Cooperative => ThreadingModel::Cooperative,
            threading::ThreadingModel::ParallelRequired => ThreadingModel::ParallelRequired,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_demanding_declaration_stands() {
        let declared = Declared::new("a.wasm".to_owned());
        assert_eq!(declared.model(), None);
        for (declares, stands) in [
            (
                ThreadingModel::SingleThreaded,
                ThreadingModel::SingleThreaded,
            ),
            (
                ThreadingModel::ParallelRequired,
                ThreadingModel::ParallelRequired,
            ),
            (
                ThreadingModel::Cooperative,
                ThreadingModel::ParallelRequired,
            ),
        ] {
            declared.declare(declares);
            assert_eq!(declared.model(), Some(stands));
        }
    }
}
