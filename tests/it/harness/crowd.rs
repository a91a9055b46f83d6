//! Many agents at once, each checked in at a phone of its own. `benches/reconcile` and `benches/api` have them too.

use std::collections::BTreeMap;

use ccgate::clock::Millis;
use ccgate::domain::device::{A1Hash, Line, Ring};
use ccgate::domain::number::SipUser;
use ccgate::domain::queue::{Mode, Settings as QueueSettings};
use ccgate::domain::text::Label;
use ccgate::domain::user::{PasswordHash, Settings as UserSettings};
use ccgate::domain::{AccountId, Agent, Membership, QueueId, UserId};
use ccgate::store::{self, Conn, Store};

/// Makes them, each in every queue, in one commit, behind the service's back; their ids.
pub(crate) async fn crowd(store: &Store, account: AccountId, agents: usize, queues: usize) -> Vec<UserId> {
    let made = store.write(move |conn| {
        Box::pin(async move {
            let mut ids = Vec::with_capacity(queues);
            for n in 0..queues {
                ids.push(queue(conn, account, n).await?);
            }
            let mut users = Vec::with_capacity(agents);
            for n in 0..agents {
                let username = SipUser::parse(&format!("{}", 10_000 + n)).expect("a SIP user");
                let line = Line::Sip { username, a1_hash: A1Hash("0".repeat(32)) };
                users.push(agent(conn, account, n, line, &ids).await?);
            }
            Ok::<_, store::Error>(users)
        })
    });
    made.await.expect("a crowd")
}

/// Makes a queue.
pub(crate) async fn queue(conn: &mut Conn, account: AccountId, n: usize) -> Result<QueueId, store::Error> {
    let new = store::queue::New { account_id: account, name: label(&format!("Queue {n}")), settings: QueueSettings::default() };
    store::queue::insert(conn, &new).await
}

/// Makes an agent that sits at its own phone, in these queues.
pub(crate) async fn agent(conn: &mut Conn, account: AccountId, n: usize, line: Line, queues: &[QueueId]) -> Result<UserId, store::Error> {
    let user = store::user::New {
        account_id: account,
        name: label("Agent"),
        username: format!("crowd{n}"),
        email: format!("crowd{n}@example.com"),
        password_hash: PasswordHash(String::new()),
        password_md5_hash: None,
        active: true,
        is_agent: true,
        pgroup_id: None,
        permissions: BTreeMap::new(),
        created_at: Millis(0),
        settings: UserSettings::default(),
    };
    let user = store::user::insert(conn, &user).await?;
    let device = store::device::New { account_id: account, name: label("Desk"), line, user_id: Some(user), ring: Ring::default() };
    let device = store::device::insert(conn, &device).await?;
    for (position, &queue_id) in (1..).zip(queues) {
        let membership = Membership { user_id: user, queue_id, mode: Mode::Default, position, level: 1, timegroup_id: None };
        store::membership::upsert(conn, account, &membership).await?;
    }
    let agent = Agent { device_id: Some(device), joined: queues.iter().copied().collect(), ..Agent::new(account, user) };
    store::agent::save(conn, &agent).await?;
    Ok(user)
}

fn label(text: &str) -> Label {
    Label::new(text).expect("a label")
}
