#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

fn questions(config: Dns) -> Questions<u8, u32> {
    Questions::new(&config)
}

/// Counts how often the system is asked.
fn counting(
    asked: &Arc<AtomicU32>,
    answer: Result<u32, DnsError>,
) -> impl FnOnce() -> Result<u32, DnsError> + Send + 'static {
    let asked = asked.clone();
    move || {
        asked.fetch_add(1, Ordering::SeqCst);
        answer
    }
}

#[tokio::test]
async fn many_that_ask_at_once_ask_the_system_once() {
    let questions = questions(Dns::default());
    let (threads, asked) = (Arc::new(Semaphore::new(1)), Arc::default());
    let held = threads.clone().acquire_owned().await.unwrap();
    let askers = (0..50).map(|_| questions.answer(1, counting(&asked, Ok(7)), &threads));
    let all = futures::future::join_all(askers);
    let (answers, ()) = tokio::join!(all, async {
        tokio::task::yield_now().await;
        drop(held);
    });
    assert!(answers.iter().all(|answer| matches!(answer, Ok(7))));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(questions.0.open().is_empty());
}

#[tokio::test]
async fn that_there_is_no_answer_is_kept_for_its_own_time() {
    let threads = Arc::new(Semaphore::new(1));
    for (negative_ttl, times) in [(Duration::from_secs(3600), 1), (Duration::ZERO, 3)] {
        let questions = questions(Dns {
            negative_ttl,
            ..Dns::default()
        });
        let asked = Arc::default();
        for _ in 0..3 {
            let ask = counting(&asked, Err(DnsError::NotFound));
            let answer = questions.answer(1, ask, &threads).await;
            assert!(matches!(answer, Err(DnsError::NotFound)));
        }
        assert_eq!(asked.load(Ordering::SeqCst), times);
    }
}

#[tokio::test]
async fn failures_are_not_kept() {
    let questions = questions(Dns::default());
    let (threads, asked) = (Arc::new(Semaphore::new(1)), Arc::default());
    for error in [DnsError::Timeout, DnsError::Internal] {
        let ask = counting(&asked, Err(error));
        assert!(questions.answer(1, ask, &threads).await.is_err());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_kept_for_the_next_that_asks() {
    let questions = questions(Dns {
        timeout: Duration::from_millis(20),
        ..Dns::default()
    });
    let threads = Arc::new(Semaphore::new(1));
    let (answers, answer) = std::sync::mpsc::channel::<u32>();
    let late = move || answer.recv().map_err(|_| DnsError::Internal);
    let first = questions.answer(1, late, &threads).await;
    assert!(matches!(first, Err(DnsError::Timeout)));
    answers.send(7).unwrap();
    let asked = Arc::default();
    let again = async || questions.answer(1, counting(&asked, Ok(8)), &threads).await;
    while !matches!(again().await, Ok(7)) {}
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn questions_do_not_pile_up() {
    let questions = questions(Dns {
        timeout: Duration::from_millis(50),
        ..Dns::default()
    });
    let many: Questions<u32, u32> = Questions::new(&Dns::default());
    let threads = Arc::new(Semaphore::new(0));
    let started = (0..MAX_WAITING as u32).map(|key| many.answer(key, || Ok(0), &threads));
    let mut started: Vec<_> = started.map(Box::pin).collect();
    for asker in &mut started {
        assert!(asker.now_or_never().is_none());
    }
    let one_more = many.answer(u32::MAX, || Ok(0), &threads).await;
    assert!(matches!(one_more, Err(DnsError::Timeout)));
    // Nor do they wait for a thread for ever.
    let waited = questions.answer(1, || Ok(0), &threads).await;
    assert!(matches!(waited, Err(DnsError::Timeout)));
    while !questions.0.open().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_name_that_comes_and_goes_is_followed_when_what_is_kept_runs_out() {
    let kept = Duration::from_millis(30);
    let questions = questions(Dns {
        ttl: kept,
        negative_ttl: kept,
        ..Dns::default()
    });
    let threads = Arc::new(Semaphore::new(1));
    // Where the name is; it is nowhere in odd turns.
    let system = |turn: u32| match turn % 2 {
        0 => Ok(turn),
        _ => Err(DnsError::NotFound),
    };
    let (asked, mut put) = (Arc::default(), 0);
    for turn in 1..=10_u32 {
        let changed = std::time::Instant::now();
        loop {
            put += 1;
            let ask = counting(&asked, system(turn));
            let answer = questions.answer(1, ask, &threads).await.ok();
            if answer == system(turn).ok() {
                break;
            }
            // Until then it is as it was before, and nothing else.
            assert_eq!(answer, system(turn - 1).ok());
            assert!(changed.elapsed() < Duration::from_secs(30));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 10, "of {put}");
}
