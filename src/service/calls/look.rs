//! A look at the channels that there are.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::BytesMut;
use serde::Deserialize;

use super::task::Look;
use crate::clock::Millis;
use crate::domain::SwitchId;
use crate::domain::call::{LegFact, LegId};
use crate::esl::api::{Api, Verb};
use crate::esl::client::{Client, ClientError};
use crate::esl::event::Event;
use crate::esl::frame::{Decoder, Limits};
use crate::esl::text::{Text, TextError};
use crate::store::{self, Store};
use crate::switch::{Names, fact};

/// Channels in one look. Of more it is seen only that they are there.
pub const CHANNELS_LOOKED_AT_MAX: usize = 10_000;
/// Legs that are asked for by name, because they should be there and are not listed. Of more the list is believed: a switch that has lost so many was
/// restarted.
pub(super) const UNLISTED_ASKED_MAX: usize = 1_000;

/// Whose the names on the switch are now.
pub type NamesNow = Arc<dyn Fn() -> Arc<Names> + Send + Sync>;

/// The channels that there are.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// When the look began, by the switch's clock, rounded up to its seconds: of what came later the feed tells.
    pub at: Millis,
    /// What each was found to be, as [`crate::switch::fact::seen`] reads it.
    pub legs: Vec<LegFact>,
    /// Those that are there and of which nothing more is known: more than [`CHANNELS_LOOKED_AT_MAX`], or unreadable.
    pub unread: Vec<LegId>,
}

/// Why a look failed.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The switch did not answer.
    #[error("the switch did not answer")]
    Client(#[from] ClientError),
    /// It answered something else.
    #[error("the list of channels cannot be read: {0}")]
    Listing(#[from] serde_json::Error),
    /// What it answered is no time.
    #[error("the switch's clock cannot be read")]
    Clock,
    /// Its words cannot be asked again.
    #[error("a channel's name cannot be asked for: {0}")]
    Text(#[from] TextError),
    /// What is known of its channels cannot be read.
    #[error("what is known of its channels cannot be read: {0}")]
    Store(#[from] store::Error),
    /// It took too long.
    #[error("it took too long")]
    TooLong,
}

/// The answer of `show channels as json`; without rows when there are none.
#[derive(Debug, Deserialize)]
struct Listing {
    #[serde(default)]
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Row {
    uuid: String,
}

/// Looks with a client's commands: `strepoch`, `show channels as json`, then `uuid_dump` of each, in windows behind whoever waits. A channel whose end was
/// told of is none any more, though the switch still has it for a moment. The list comes from a table that a thread of the switch's writes when it gets to
/// it (switch_core_sqldb.c), so a channel that is not in it may be there; a dump asks the channel itself.
pub fn look_with(client: Client, store: Store, switch: SwitchId, names: NamesNow) -> Look {
    Box::new(move |known| {
        let (client, store, names) = (client.clone(), store.clone(), names());
        Box::pin(async move {
            let mut seen = look(&client, &names, &known).await?;
            let mut read = store.read().await?;
            for fact in std::mem::take(&mut seen.legs) {
                if !store::leg::has_ended(&mut read, switch, &fact.leg).await? {
                    seen.legs.push(fact);
                }
            }
            Ok(seen)
        })
    })
}

async fn look(client: &Client, names: &Names, known: &[LegId]) -> Result<Seen, LookError> {
    let clock = client.api(Api::bare(Verb::Strepoch)).await?;
    let epoch_s: i64 = clock.text().trim().parse().map_err(|_| LookError::Clock)?;
    let listing = client.api(Api::new(Verb::Show, Text::new("channels as json")?)).await?;
    let channels = serde_json::from_slice::<Listing>(listing.body())?.rows;
    if channels.len() > CHANNELS_LOOKED_AT_MAX {
        tracing::warn!(channels = channels.len(), looked_at = CHANNELS_LOOKED_AT_MAX, "more channels than can be looked at");
    }
    let listed: HashSet<LegId> = channels.iter().map(|channel| LegId::new(&channel.uuid)).collect();
    let unlisted = known.iter().filter(|leg| !listed.contains(leg)).take(UNLISTED_ASKED_MAX).map(|leg| leg.as_str().to_owned());
    let mut channels = channels.into_iter().map(|channel| channel.uuid);
    let some: Vec<String> = channels.by_ref().take(CHANNELS_LOOKED_AT_MAX).chain(unlisted).collect();
    let at = Millis(epoch_s.saturating_add(1).saturating_mul(1_000));
    let mut seen = Seen { at, legs: Vec::with_capacity(some.len()), unread: channels.map(|uuid| LegId::new(&uuid)).collect() };
    let dumps =
        some.iter().map(|uuid| Ok(Api::new(Verb::UuidDump, Text::new(format!("{uuid} json"))?))).collect::<Result<_, TextError>>()?;
    for (uuid, dump) in some.iter().zip(client.api_many(dumps).await) {
        match dump {
            Ok(dump) => match read_dump(dump.body()).as_ref().and_then(|dump| fact::seen(dump, names)) {
                Some(fact) => seen.legs.push(fact),
                None => seen.unread.push(LegId::new(uuid)),
            },
            // It has ended.
            Err(ClientError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(seen)
}

/// The event in a dump: its headers as a JSON object.
fn read_dump(json: &[u8]) -> Option<Event> {
    let mut frame = BytesMut::from(format!("Content-Length: {}\nContent-Type: text/event-json\n\n", json.len()).as_bytes());
    frame.extend_from_slice(json);
    let frame = Decoder::new(Limits::SWITCH).decode(&mut frame).ok()??;
    Event::from_frame(&frame).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::call::What;

    #[test]
    fn a_listing_without_channels_has_no_rows() {
        assert!(serde_json::from_str::<Listing>(r#"{"row_count": 0}"#).unwrap().rows.is_empty());
        let one = r#"{"row_count":1,"rows":[{"uuid":"a","direction":"inbound","created_epoch":"1795322082"}]}"#;
        assert_eq!(serde_json::from_str::<Listing>(one).unwrap().rows[0].uuid, "a");
        assert!(serde_json::from_str::<Listing>("-ERR").is_err());
    }

    #[test]
    fn a_dump_has_the_headers_of_an_event() {
        let dump = br#"{"Event-Name":"CHANNEL_DATA","Event-Date-Timestamp":"1795322084845446","Unique-ID":"a","Answer-State":"answered",
            "Other-Leg-Unique-ID":"b","Caller-Channel-Created-Time":"1795322082325482","variable_ccgate_user_id":"17"}"#;
        let seen = fact::seen(&read_dump(dump).unwrap(), &Names::default()).unwrap();
        assert_eq!((seen.leg, seen.at), (LegId::new("a"), Millis(1_795_322_084_845)));
        assert_eq!(seen.what, What::Seen { with: Some(LegId::new("b")) });
        assert_eq!(seen.times.created_at, Some(Millis(1_795_322_082_325)));
        assert!(seen.info.user_id.is_some());
        assert!(read_dump(b"-ERR No such channel!\n").is_none());
    }
}
