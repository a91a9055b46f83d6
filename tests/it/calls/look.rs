//! A look at the channels of either switch.

use std::sync::Arc;

use ccgate::domain::SwitchId;
use ccgate::domain::call::LegId;
use ccgate::service::calls::{NamesNow, look_with};
use ccgate::sim::fault::Fault;
use libtest_mimic::Trial;

use crate::harness::freeswitch::live;
use crate::harness::phones::Behaviour;
use crate::harness::trial;
use crate::reconcile::rig::{Box_, Kind, Rig};

/// `sim_look::*` and `live_look::*`
pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("sim_look::a_leg_that_is_not_listed", || a_leg_that_is_not_listed(Kind::Sim)),
        live("live_look::a_leg_that_is_not_listed", || a_leg_that_is_not_listed(Kind::Live)),
    ]
}

/// It is there all the same, and one that has ended is not. A real switch's list cannot be held back; its leg may be in it.
async fn a_leg_that_is_not_listed(kind: Kind) {
    let mut rig = Rig::start(kind).await;
    rig.phone("1001", Behaviour::Answer { after_ms: 0, talk_ms: None }).await;
    let [up, ended] = ["5b0d1a52-0b5c-4b38-9d4e-3c0f2a6f5c01", "5b0d1a52-0b5c-4b38-9d4e-3c0f2a6f5c02"];
    if let Box_::Sim(handle) = &rig.box_ {
        handle.fault(Fault::ListNoChannels { on: true }).await;
    }
    let reply = rig.api(&format!("originate {{origination_uuid={up}}}user/1001@lab.local &park()")).await;
    assert_eq!(reply, format!("+OK {up}"));
    let names: NamesNow = Arc::new(Arc::default);
    let look = look_with(rig.client.clone(), rig.store.clone(), SwitchId(1), names);
    let seen = look(vec![LegId::new(ended), LegId::new(up)]).await.expect("a look");
    let found: Vec<_> = seen.legs.iter().map(|fact| fact.leg.as_str()).collect();
    assert_eq!((found, seen.unread), (vec![up], vec![]));
    rig.api(&format!("uuid_kill {up}")).await;
}
