//! What a test breaks between ccgate and its switch, and mends.

use ccgate::esl::client::State;
use ccgate::sim::fault::Fault;

use super::patience;
use super::world::{Switched, World};

impl World {
    /// Cuts ccgate off from the switch for good; returns when ccgate knows.
    pub(crate) async fn take_switch_away(&self) {
        self.wire.close();
        let mut states = self.running().switch().states();
        let away = states.wait_for(|state| !matches!(state, State::Connected(_)));
        patience("ccgate to notice that the switch is away", away).await.expect("ccgate runs");
    }

    /// Ends the switch as a power failure does, and starts it again.
    pub(crate) async fn restart_switch(&mut self) {
        match &mut self.switch {
            Switched::Sim(handle) => handle.restart().await,
            Switched::Live(switch) => {
                switch.kill().await;
                switch.start_again().await;
            }
        }
    }

    /// The same, with mod_callcenter's database gone.
    pub(crate) async fn restart_switch_without_its_database(&mut self) {
        match &mut self.switch {
            Switched::Sim(handle) => {
                handle.lose_callcenter_database().await;
                handle.restart().await;
            }
            Switched::Live(switch) => {
                switch.kill().await;
                switch.remove_callcenter_database();
                switch.start_again().await;
            }
        }
    }

    /// Cuts ccgate's connections to the switch; it may connect again at once.
    pub(crate) fn cut(&self) {
        self.wire.cut();
    }

    /// The switch takes everything and says nothing, or goes on.
    pub(crate) fn hang(&self, hanging: bool) {
        self.wire.mute(hanging);
    }

    /// The simulated switch throws away this share of its events, in thousandths; a real one does not when it is asked.
    pub(crate) async fn lose_events(&self, per_mille: u16) {
        if let Switched::Sim(handle) = &self.switch {
            handle.fault(Fault::LoseEvents { per_mille }).await;
        }
    }

    /// Cuts ccgate off from the switch until [`World::bring_switch_back`]; returns when ccgate knows.
    pub(crate) async fn take_switch_away_for_a_while(&self) {
        self.wire.refuse(true);
        let mut states = self.running().switch().states();
        let away = states.wait_for(|state| !matches!(state, State::Connected(_)));
        patience("ccgate to notice that the switch is away", away).await.expect("ccgate runs");
    }

    /// Lets ccgate connect again; returns when the switch is as desired.
    pub(crate) async fn bring_switch_back(&self) {
        self.wire.refuse(false);
        self.reconciled().await;
    }
}
