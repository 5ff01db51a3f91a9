//! KILL, by the number that a guest was greeted with.

use warpgrid_db::Pools;
use warpgrid_test_harness::mariadb::NATIVE;

use super::wire::{COM_QUERY, Wire, command, endpoint, server};
use crate::wire::{limits, until};

/// What the handshake says, behind the server's version.
fn thread(wire: &Wire) -> u32 {
    let version = wire.handshake.iter().position(|byte| *byte == 0).unwrap();
    let number = &wire.handshake[version + 1..version + 5];
    u32::from_le_bytes(number.try_into().unwrap())
}

async fn asleep(pools: &Pools, endpoint: &std::sync::Arc<warpgrid_db::Endpoint>) -> Wire {
    let mut wire = Wire::open_as(pools, "owner", endpoint).await;
    let id = wire.id().await;
    wire.send(&command(
        COM_QUERY,
        "select 1 from seq_1_to_2 where sleep(1000)",
    ))
    .await;
    let query = format!(
        "select count(*) from information_schema.processlist where id = {id} and info like '%sleep%'"
    );
    until("it runs", || server().sql(&query).unwrap() == "1").await;
    wire
}

#[tokio::test]
async fn a_tenant_kills_its_own_query_and_the_connection_is_not_used_again() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), NATIVE, limits(2));
    for by_command in [false, true] {
        let mut wire = asleep(&pools, &endpoint).await;
        let mut killer = Wire::open_as(&pools, "owner", &endpoint).await;
        if by_command {
            // COM_PROCESS_KILL ends the connection.
            killer
                .send(&command(0x0c, thread(&wire).to_le_bytes()))
                .await;
            assert_eq!(killer.packet().await.unwrap().1[0], 0);
            assert_eq!(wire.packet().await, None);
        } else {
            let kill = format!("KILL QUERY {}", thread(&wire));
            assert_eq!(killer.rows(&kill).await, [""; 0]);
            let told = wire.results().await.unwrap_err();
            assert!(told.starts_with("1317"), "{told}");
            let id = wire.id().await;
            wire.quit().await;
            until("it is closed", || pools.stats()[0].live == 1).await;
            assert_ne!(Wire::open(&pools, &endpoint).await.id().await, id);
        }
        killer.quit().await;
        until("the killer's is back", || pools.stats()[0].idle >= 1).await;
    }
}

#[tokio::test]
async fn others_do_not_and_a_number_does_not_outlive_its_session() {
    let pools = Pools::new();
    let endpoint = endpoint(server().port(), NATIVE, limits(3));
    let gone = Wire::open_as(&pools, "owner", &endpoint).await;
    let old = thread(&gone);
    gone.quit().await;
    let mut wire = asleep(&pools, &endpoint).await;
    let mut other = Wire::open_as(&pools, "other", &endpoint).await;
    let mut owner = Wire::open_as(&pools, "owner", &endpoint).await;
    for (killer, number) in [(&mut other, thread(&wire)), (&mut owner, old)] {
        let told = killer.query(&format!("kill query {number}")).await;
        assert!(told.unwrap_err().starts_with("1094"));
    }
    assert_eq!(wire.session.try_recv(1).unwrap(), None);
    owner.rows(&format!("kill query {}", thread(&wire))).await;
    assert!(wire.results().await.unwrap_err().starts_with("1317"));
}
