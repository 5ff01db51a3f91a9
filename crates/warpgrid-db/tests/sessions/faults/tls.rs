//! With TLS no byte that is changed on the way reaches anybody.

use warpgrid_db::{PoolLimits, Pools, TlsMode};
use warpgrid_test_harness::faults::{At, Direction, End, Fault, FaultProxy};

use super::for_each_kind;
use super::guest::{Kind, Proxied};
use crate::tls as secure;
use crate::tls::files::{knowing, with};
use crate::wire::{Failed, limits};

for_each_kind!(whatever_is_corrupted_is_noticed);

fn proxied(kind: Kind, limits: PoolLimits) -> Proxied {
    let server = match kind {
        Kind::Postgres => secure::postgres::server().address(),
        Kind::Mysql => secure::mysql::server().address(),
        Kind::Redis => secure::redis::server().address(),
    };
    let proxy = FaultProxy::start(server).unwrap();
    let endpoint = kind.endpoint(proxy.port(), limits);
    Proxied {
        kind,
        endpoint: with(&endpoint, &knowing(TlsMode::VerifyFull)),
        proxy,
        pools: Pools::new(),
    }
}

async fn whatever_is_corrupted_is_noticed(kind: Kind) {
    let proxied = proxied(kind, limits(1));
    let text = "0123456789".repeat(10);
    for case in 0..40_u64 {
        let direction = [Direction::ToClient, Direction::ToServer][case as usize % 2];
        // Beyond the five bytes of a record's header, of which the length may
        // be such that more is waited for (RFC 8446, 5.1).
        let (at, bits) = (5 + 3 * case, 1 << (case % 8));
        let mut guest = proxied.guest().await.unwrap();
        assert_eq!(guest.ask("before").await.unwrap(), "before");
        let fault = Fault::Flip(bits);
        proxied.proxy.at(direction, At::Byte(at), fault);
        let returned = proxied.stats().returned;
        let failed = guest.ask(&text).await.unwrap_err();
        assert!(
            matches!(failed, Failed::Session(_) | Failed::Ended),
            "{direction:?} {at}: {failed:?}"
        );
        drop(guest);
        proxied.rests_with(0).await;
        assert_eq!(proxied.stats().returned, returned);
        proxied.proxy.pass();
        proxied.proxy.end_all(End::Close);
    }
    proxied.works().await;
}
