//! Bytes on their way through.

use std::future::poll_fn;
use std::task::Poll;

use warpgrid_db::Pools;

use crate::wire::{Wire, message, query, server, single, within};

#[tokio::test]
async fn notifications_come_while_nothing_is_asked() {
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &single()).await;
    wire.rows("listen news").await;
    assert_eq!(wire.session.try_recv(1).unwrap(), None);
    server().sql("notify news, 'hello'").unwrap();
    within(wire.session.readable()).await;
    assert!(wire.session.try_recv(0).unwrap().is_some());
    let message = wire.message().await.unwrap();
    assert_eq!(message.tag, b'A');
    assert!(message.body.ends_with(b"news\0hello\0"), "{message:?}");
    // And it leaves clean.
    let pid = wire.backend().await;
    wire.terminate().await;
    assert_eq!(Wire::open(&pools, &single()).await.backend().await, pid);
}

#[tokio::test]
async fn a_large_result_arrives_whole() {
    let mut wire = Wire::open(&Pools::new(), &single()).await;
    let sql = "select n, repeat(md5(n::text), 32) from generate_series(1, 10000) n";
    let answer = wire.query(sql).await;
    let rows: Vec<_> = answer
        .iter()
        .filter(|message| message.tag == b'D')
        .collect();
    assert_eq!(rows.len(), 10_000);
    assert!(rows.iter().map(|row| row.body.len()).sum::<usize>() > 10_000_000);
    for (index, row) in rows.iter().enumerate() {
        let row = row.row();
        assert_eq!((&row[0], row[1].len()), (&(index + 1).to_string(), 1024));
    }
    assert_eq!(wire.rows("select 1").await, ["1"]);
}

#[tokio::test]
async fn recv_gives_no_more_than_asked_for() {
    let mut wire = Wire::open(&Pools::new(), &single()).await;
    wire.send(&query("select 'abc'")).await;
    let mut bytes = vec![];
    while !bytes.ends_with(b"Z\0\0\0\x05I") {
        let more = within(wire.session.recv(3)).await.unwrap();
        assert!((1..=3).contains(&more.len()));
        bytes.extend_from_slice(&more);
    }
}

#[tokio::test]
async fn copy_in_and_out() {
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &single()).await;
    let pid = wire.backend().await;
    wire.rows("create temp table numbers (n int)").await;
    wire.send(&query("copy numbers from stdin")).await;
    assert_eq!(wire.message().await.unwrap().tag, b'G');
    for n in 0..50_000 {
        wire.send(&message(b'd', format!("{n}\n").as_bytes())).await;
    }
    wire.send(&message(b'c', b"")).await;
    let answer = wire.answer().await;
    assert_eq!(answer[0].body, &b"COPY 50000\0"[..]);
    let answer = wire.query("copy numbers to stdout").await;
    assert_eq!(
        answer.iter().filter(|message| message.tag == b'd').count(),
        50_000
    );
    wire.terminate().await;
    assert_eq!(
        Wire::open(&pools, &single()).await.rows("select 1").await,
        ["1"]
    );
    let endpoint = single();
    let mut again = Wire::open(&pools, &endpoint).await;
    assert_eq!(again.backend().await, pid);
}

/// A client that sends everything before it reads anything would wait for
/// ever on a plain socket, once both directions are full.
#[tokio::test]
async fn a_pipeline_larger_than_every_buffer() {
    let mut wire = Wire::open(&Pools::new(), &single()).await;
    let text = "x".repeat(1000);
    let count = 20_000;
    let mut all = vec![];
    for n in 0..count {
        all.extend_from_slice(&query(&format!("select {n}, '{text}'")));
    }
    assert!(all.len() > 20_000_000);
    let (mut data, mut refusals) = (&all[..], 0);
    while !data.is_empty() {
        let taken = within(wire.session.send(data)).await.unwrap();
        data = &data[taken..];
        if taken == 0 {
            // Nothing can be taken until something is read.
            refusals += 1;
            let more = within(wire.session.recv(usize::MAX)).await.unwrap();
            assert!(!more.is_empty());
            wire.buffer.extend_from_slice(&more);
        }
    }
    assert!(refusals > 0, "the buffers were never full");
    for n in 0..count {
        let answer = wire.answer().await;
        let row = answer
            .iter()
            .find(|message| message.tag == b'D')
            .unwrap()
            .row();
        assert_eq!(row[0], n.to_string());
    }
}

/// One task sends, another receives, a third polls: none silences another.
#[tokio::test]
async fn several_tasks_wait_for_one_session() {
    let wire = Wire::open(&Pools::new(), &single()).await;
    let session = std::sync::Arc::new(std::sync::Mutex::new(wire.session));
    let polling = tokio::spawn({
        let session = session.clone();
        async move { poll_fn(|cx| session.lock().unwrap().poll_readable(cx)).await }
    });
    let receiving = tokio::spawn({
        let session = session.clone();
        async move {
            let mut seen = 0;
            while seen < 30_000_000 {
                let received = poll_fn(|cx| session.lock().unwrap().poll_recv(cx, 65_536)).await;
                seen += received.unwrap().len();
            }
        }
    });
    let sending = tokio::spawn({
        let session = session.clone();
        async move {
            let all = query(&format!("select '{}'", "x".repeat(1000))).repeat(30_000);
            let mut data = &all[..];
            while !data.is_empty() {
                let mut yielded = false;
                let taken = poll_fn(|cx| {
                    let polled = session.lock().unwrap().poll_send(cx, data);
                    match polled {
                        // Full, until the other task has read some.
                        Poll::Ready(Ok(0)) if !yielded => {
                            yielded = true;
                            cx.waker().wake_by_ref();
                            Poll::Pending
                        }
                        other => other,
                    }
                });
                data = &data[taken.await.unwrap()..];
            }
        }
    });
    within(sending).await.unwrap();
    within(receiving).await.unwrap();
    within(polling).await.unwrap();
}

#[tokio::test]
async fn a_wait_that_is_given_up_loses_nothing() {
    let mut wire = Wire::open(&Pools::new(), &single()).await;
    for _ in 0..50 {
        wire.send(&query("select 'one', pg_sleep(0.002)")).await;
        loop {
            tokio::select! {
                biased;
                () = wire.session.readable() => break,
                () = tokio::task::yield_now() => {}
            }
        }
        let answer = wire.answer().await;
        assert_eq!(
            answer.iter().find(|m| m.tag == b'D').unwrap().row()[0],
            "one"
        );
    }
}

#[tokio::test]
async fn a_servers_own_end_is_passed_on() {
    let pools = Pools::new();
    let mut wire = Wire::open(&pools, &single()).await;
    let pid = wire.backend().await;
    server()
        .sql(&format!("select pg_terminate_backend({pid})"))
        .unwrap();
    let last = wire.message().await.unwrap();
    assert_eq!(last.field(b'C'), "57P01");
    assert_eq!(wire.message().await, None);
    assert!(wire.session.send(b"x").await.is_err());
    assert_eq!(pools.stats()[0].live, 0);
}

#[tokio::test]
async fn what_the_server_does_not_understand_it_refuses_itself() {
    // This is all it says of a length that cannot be.
    for data in [&b"Q\0\0\0\x01"[..], b"Q\xff\xff\xff\xff", b"?\0\0\0\x04"] {
        let pools = Pools::new();
        let mut wire = Wire::open(&pools, &single()).await;
        wire.send(data).await;
        let answer = wire.answer().await;
        if data[0] == b'?' {
            assert_eq!(crate::wire::error(&answer).field(b'C'), "08P01");
            assert_eq!(wire.message().await, None);
        } else {
            assert_eq!(answer, []);
        }
        assert_eq!(pools.stats()[0].live, 0);
    }
}
