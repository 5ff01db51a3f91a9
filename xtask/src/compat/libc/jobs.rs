//! Work shared out among the machine's processors.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::progress::Task;

/// What `work` makes of each job, in no particular order. Jobs are taken from
/// the front.
pub fn parallel<J: Send, R: Send>(
    jobs: Vec<J>,
    task: &Task,
    work: impl Fn(J) -> R + Sync,
) -> Vec<R> {
    let count = jobs.len() as u64;
    let queue = Mutex::new(jobs.into_iter());
    let done = AtomicU64::new(0);
    let next = || queue.lock().ok()?.next();
    let worker = || {
        let mut results = Vec::new();
        while let Some(job) = next() {
            results.push(work(job));
            task.at(done.fetch_add(1, Ordering::Relaxed) + 1, count);
        }
        results
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .flat_map(|worker| match worker.join() {
                Ok(results) => results,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}
