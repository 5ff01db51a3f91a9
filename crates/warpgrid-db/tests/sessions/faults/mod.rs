//! What becomes of sessions and pools when servers and networks fail: the same
//! for every protocol.

mod corrupt;
mod cut;
mod guest;
mod restart;
mod server;
mod slow;
mod stall;
mod tls;
mod writes;

/// A test for each protocol, of a function that takes its [`guest::Kind`].
macro_rules! for_each_kind {
    ($($test:ident),+ $(,)?) => {
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test(crate::faults::guest::Kind::Postgres).await;
                }
            )+
        }
        mod mysql {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test(crate::faults::guest::Kind::Mysql).await;
                }
            )+
        }
        mod redis {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test(crate::faults::guest::Kind::Redis).await;
                }
            )+
        }
    };
}
use for_each_kind;
