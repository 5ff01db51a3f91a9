//! Requests given to a deployment: every limit ends in an answer.

use std::pin::pin;

use warpgrid_host::{Error, ThreadingModel};

use crate::support::{call, deploy, text};

#[tokio::test(flavor = "multi_thread")]
async fn answers_with_bodies_of_any_size() {
    let deployment = deploy("[env]\nGREETING = 'good day'");
    assert_eq!(text(&deployment, "/hello").await, "hello\n");
    assert_eq!(text(&deployment, "/env").await, "good day");
    assert_eq!(text(&deployment, "/big").await.len(), 10 << 20);
    let sent: Vec<u8> = (0..3 << 20).map(|byte: u32| byte as u8).collect();
    assert_eq!(
        call(&deployment, "/echo", &sent).await.unwrap().body(),
        &sent
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn state_is_carried_only_where_reuse_is_asked_for() {
    let fresh = deploy("");
    let reused = deploy("[limits]\nreuse = 2\ninstances = 1");
    let mut carried = 0;
    for _ in 0..50 {
        assert_eq!(text(&fresh, "/count").await, "1");
        // An instance that is still finishing is not waited for.
        match text(&reused, "/count").await.as_str() {
            "1" => {}
            "2" => carried += 1,
            other => panic!("request {other} on an instance that may serve two"),
        }
    }
    assert!(carried > 0, "no instance was used twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_is_reported_and_the_next_request_served() {
    let deployment = deploy("");
    let error = call(&deployment, "/trap", b"").await.unwrap_err();
    assert!(
        matches!(&error, Error::Guest { reason, .. } if reason.contains("unreachable")),
        "{error:?}"
    );
    assert_eq!(text(&deployment, "/hello").await, "hello\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_ends_at_its_limit() {
    let deployment = deploy("[limits]\nmemory = '16 MiB'");
    assert!(matches!(
        call(&deployment, "/grow", b"").await,
        Err(Error::Guest { .. })
    ));
    assert_eq!(text(&deployment, "/hello").await, "hello\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_without_an_answer_is_an_error() {
    let deployment = deploy("");
    assert!(matches!(
        call(&deployment, "/silent", b"").await,
        Err(Error::Guest { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_that_compute_or_wait_without_end_meet_the_deadline() {
    let deployment = deploy("[limits]\nrequest-timeout = '300ms'");
    for path in ["/spin", "/sleep-long"] {
        let error = call(&deployment, path, b"").await.unwrap_err();
        assert!(matches!(error, Error::TimedOut), "{path}: {error:?}");
    }
    assert_eq!(text(&deployment, "/hello").await, "hello\n");
}

#[tokio::test]
async fn a_guest_that_computes_lets_others_answer() {
    // One thread: the other guest's answer needs the first to be interrupted.
    let deployment = deploy("[limits]\nrequest-timeout = '60s'\ninstances = 2");
    let spinning = {
        let deployment = deployment.clone();
        tokio::spawn(async move { call(&deployment, "/spin", b"").await.map(drop) })
    };
    tokio::task::yield_now().await;
    assert_eq!(text(&deployment, "/hello").await, "hello\n");
    assert!(!spinning.is_finished());
    spinning.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_for_an_instance_up_to_the_queues_bound() {
    let deployment = deploy("[limits]\ninstances = 1\nqueue = 1");
    let mut running = pin!(call(&deployment, "/sleep", b""));
    let mut queued = pin!(call(&deployment, "/hello", b""));
    assert!(futures::poll!(&mut running).is_pending());
    assert!(futures::poll!(&mut queued).is_pending());
    let refused = call(&deployment, "/hello", b"").await;
    assert!(
        matches!(
            refused,
            Err(Error::Overloaded {
                waiting: 1,
                instances: 1
            })
        ),
        "{refused:?}"
    );
    assert_eq!(running.await.unwrap().body(), &b"slept\n"[..]);
    assert_eq!(queued.await.unwrap().body(), &b"hello\n"[..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_over_few_instances_are_all_answered() {
    let deployment = deploy("[limits]\ninstances = 4");
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let deployment = deployment.clone();
            tokio::spawn(async move { text(&deployment, "/hello").await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), "hello\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_sockets_are_refused_unless_granted() {
    let refused = text(&deploy(""), "/connect").await;
    assert!(
        refused.to_lowercase().contains("permission denied"),
        "{refused}"
    );
    // Nothing listens on the discard port: the connection is tried and refused.
    let tried = text(&deploy("[network]\nconnect = ['127.0.0.1:9']"), "/connect").await;
    assert!(tried.to_lowercase().contains("refused"), "{tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cooperative_instance_gets_one_request_after_the_other() {
    let deployment = deploy("[limits]\nreuse = 1000\ninstances = 4");
    assert_eq!(text(&deployment, "/hello").await, "hello\n");
    assert_eq!(deployment.threading_model(), None);
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let deployment = deployment.clone();
            tokio::spawn(async move { text(&deployment, "/cooperative").await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), "0");
    }
    assert_eq!(
        deployment.threading_model(),
        Some(ThreadingModel::Cooperative)
    );
}
