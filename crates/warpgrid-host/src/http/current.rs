//! The deployment that serves, which another may take over from.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::deployment::Deployment;

/// The deployment that requests go to from now on.
pub struct Current {
    deployment: RwLock<Option<Arc<Deployment>>>,
    pages: Option<Box<dyn Pages>>,
}

/// Answers of whoever runs the host.
pub trait Pages: Send + Sync + 'static {
    /// What a request is answered that the guest does not get; `served` says
    /// whether there is a guest.
    fn page(&self, request: &Parts, served: bool) -> Option<Response<Bytes>>;
}

impl Current {
    /// Starts with this one.
    pub fn new(deployment: Arc<Deployment>) -> Self {
        Self {
            deployment: RwLock::new(Some(deployment)),
            pages: None,
        }
    }

    /// Starts without any; until there is one, the pages are all there is.
    pub fn with_pages(pages: impl Pages) -> Self {
        Self {
            deployment: RwLock::new(None),
            pages: Some(Box::new(pages)),
        }
    }

    /// The one that serves now.
    pub fn get(&self) -> Option<Arc<Deployment>> {
        self.deployment
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Sends requests to another one from now on. Those that the former has
    /// are answered by it, and then it ends.
    pub fn replace(&self, deployment: Arc<Deployment>) {
        let mut current = self
            .deployment
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(former) = current.replace(deployment) {
            former.retire();
        }
    }

    pub(super) fn page(&self, request: &Parts, served: bool) -> Option<Response<Bytes>> {
        self.pages.as_ref()?.page(request, served)
    }
}
