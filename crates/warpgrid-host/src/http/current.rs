//! The deployment that serves, which another may take over from.

use std::sync::{Arc, PoisonError, RwLock};

use crate::deployment::Deployment;

/// The deployment that requests go to from now on.
pub struct Current(RwLock<Arc<Deployment>>);

impl Current {
    /// Starts with this one.
    pub fn new(deployment: Arc<Deployment>) -> Self {
        Self(RwLock::new(deployment))
    }

    /// The one that serves now.
    pub fn get(&self) -> Arc<Deployment> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Sends requests to another one from now on. Those that the former has
    /// are answered by it, and then it ends.
    pub fn replace(&self, deployment: Arc<Deployment>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = deployment;
    }
}
