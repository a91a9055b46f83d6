//! Mailboxes: a message is left, and who may listen. What mod_voicemail says is in tones.

use serde_json::json;

use super::{ANSWERS, agent, check_in, done, extension, resource, scenarios};
use crate::harness::World;
use crate::harness::phones::Behaviour;

scenarios![
    who_is_not_answered_leaves_a_message,
    a_message_is_left_in_a_mailbox_that_is_dialled,
    a_mailbox_is_no_phone,
    a_user_listens_to_its_own,
];

/// A mailbox with number 300.
async fn mailbox(w: &World) -> i64 {
    resource(w, "voicemail", json!({"name": "Box", "number": "300", "password": "4711"})).await
}

/// Waits until the mailbox has so many new messages, as the switch counts them.
async fn messages(w: &World, count: &str) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(50));
    crate::harness::patience(&format!("{count} messages in the mailbox"), async {
        while w.ask_switch("vm_boxcount 300@lab.local").await.trim() != count {
            looks.tick().await;
        }
    })
    .await;
}

async fn who_is_not_answered_leaves_a_message(w: &mut World) {
    w.phones.speak();
    let mailbox = mailbox(w).await;
    for (number, phone, behaviour) in [("2000", "1002", Behaviour::RingOn), ("2001", "1003", Behaviour::Reject)] {
        let (callee, _) = agent(w, phone, behaviour).await;
        done(w.put(&format!("/api/user/{callee}"), json!({"vm_id": mailbox, "call_timeout": 1})).await);
        extension(w, number, "user", callee).await;
    }
    let (callee, _) = agent(w, "1004", ANSWERS).await;
    w.phones.unregister("1004").await;
    done(w.put(&format!("/api/user/{callee}"), json!({"vm_id": mailbox})).await);
    extension(w, "2002", "user", callee).await;
    let (caller, desk) = agent(w, "1001", ANSWERS).await;
    check_in(w, caller, desk).await;
    for (number, count) in [("2000", "1"), ("2001", "2"), ("2002", "3")] {
        let call = w.phones.dial("1001", number).await;
        assert!(w.phones.answered(call).await, "the mailbox of {number} answers");
        // The caller says nothing, and the mailbox lets it go.
        w.phones.ended(call).await;
        messages(w, count).await;
    }
}

async fn a_message_is_left_in_a_mailbox_that_is_dialled(w: &mut World) {
    w.phones.speak();
    let mailbox = mailbox(w).await;
    done(w.post("/api/extension", json!({"number": "97231230", "kind": "did", "target": "voicemail", "target_id": mailbox})).await);
    let call = w.phones.call_in("972501234567", "97231230").await;
    assert!(w.phones.answered(call).await);
    w.phones.ended(call).await;
    messages(w, "1").await;
}

async fn a_mailbox_is_no_phone(w: &mut World) {
    mailbox(w).await;
    for password in ["4711", "any"] {
        assert!(!w.phones.try_phone("300", password, ANSWERS).await, "a mailbox must not register with the password {password}");
    }
    let shown = w.ask_switch("show registrations as json").await;
    assert!(!shown.contains("\"300\""), "{shown}");
}

async fn a_user_listens_to_its_own(w: &mut World) {
    let mailbox = mailbox(w).await;
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    check_in(w, user, desk).await;
    let call = w.phones.dial("1001", "*97").await;
    assert!(!w.phones.answered(call).await, "the user has none");
    done(w.put(&format!("/api/user/{user}"), json!({"vm_id": mailbox})).await);
    let call = w.phones.dial("1001", "*97").await;
    assert!(w.phones.answered(call).await, "it asks for the password");
    w.phones.hang_up(call).await;
}
