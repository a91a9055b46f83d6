//! The 36 fields of a queue, and rows of memberships: from parameters to the domain and back.

use serde_json::{Map, Value, json};

use super::params::{BadParam, Params};
use super::user_wire::numbers;
use super::value::{FromParam, Json, Rows, Text};
use crate::domain::extension::Kind;
use crate::domain::number::ExtensionNumber;
use crate::domain::queue::{Membership, Mode, Queue};
use crate::domain::{QueueId, TimeGroupId, UserId};
use crate::service::queues::{MemberView, QueueView};

/// The most that a membership's position or level may be: mod_callcenter loops over them while a caller waits.
const TIER_MAX: u32 = 1_000;

/// Writes what was sent into `queue`; fields that are read only or unknown are ignored.
///
/// # Errors
/// The first parameter that cannot be taken.
pub(super) fn apply(params: &Params, queue: &mut Queue) -> Result<(), BadParam> {
    params.set("name", &mut queue.name)?;
    let settings = &mut queue.settings;
    params.set_id("site_id", &mut settings.site_id)?;
    params.set_text("tv_name", &mut settings.tv_name)?;
    params.set("strategy", &mut settings.strategy)?;
    params.set("record", &mut settings.record)?;
    params.set("time_base_score", &mut settings.time_base_score)?;
    params.set("max_wait_time", &mut settings.max_wait_time)?;
    params.set("max_wait_time_with_no_agent", &mut settings.max_wait_time_with_no_agent)?;
    params.set("max_wait_time_with_no_agent_time_reached", &mut settings.max_wait_time_with_no_agent_time_reached)?;
    params.set("tier_rules_apply", &mut settings.tier_rules_apply)?;
    params.set("tier_rule_wait_second", &mut settings.tier_rule_wait_second)?;
    params.set("tier_rule_no_agent_no_wait", &mut settings.tier_rule_no_agent_no_wait)?;
    params.set("tier_rule_wait_multiply_level", &mut settings.tier_rule_wait_multiply_level)?;
    params.set("discard_abandoned_after", &mut settings.discard_abandoned_after)?;
    params.set("abandoned_resume_allowed", &mut settings.abandoned_resume_allowed)?;
    params.set_id("announce_id", &mut settings.announce_id)?;
    params.set("announce_frequency", &mut settings.announce_frequency)?;
    params.set_id("moh_id", &mut settings.moh_id)?;
    params.set("sla_strategy", &mut settings.sla_strategy)?;
    if settings.sla_strategy.is_some_and(|strategy| !(1..=3).contains(&strategy)) {
        return Err(BadParam::new("sla_strategy", "must be 1, 2 or 3"));
    }
    params.set("sla_answer_time", &mut settings.sla_answer_time)?;
    params.set("auto_answer", &mut settings.auto_answer)?;
    params.set_id("pre_bridge_announce", &mut settings.pre_bridge_announce)?;
    params.set_id("join_announce", &mut settings.join_announce)?;
    params.set("ring_timeout", &mut settings.ring_timeout)?;
    set_color(params, "background_color", &mut settings.background_color)?;
    set_color(params, "font_color", &mut settings.font_color)?;
    params.set_ids("labels", &mut settings.labels)?;
    params.set("avg_wait_range", &mut settings.avg_wait_range)?;
    params.set("music_advanced", &mut settings.music_advanced)?;
    if let Some(exits) = params.get::<Option<Json>>("exits")? {
        settings.exits = exits.map(|exits| checked_exits(&exits.0)).transpose()?;
    }
    if let Some(playback) = params.get::<Option<Json>>("audio_playback")? {
        settings.audio_playback = playback.map(|playback| checked_playback(&playback.0)).transpose()?;
    }
    Ok(())
}

/// A colour for pages: `#1a2b3c` or a word.
pub(super) fn set_color(params: &Params, name: &str, target: &mut Option<String>) -> Result<(), BadParam> {
    if let Some(color) = params.get::<Option<Text>>(name)? {
        let is_color = |text: &str| text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
        if color.as_ref().is_some_and(|color| !is_color(&color.0)) {
            return Err(BadParam::new(name, "must be a colour: #1a2b3c or a word"));
        }
        *target = color.map(|color| color.0);
    }
    Ok(())
}

/// `{"timeout":"200","no_agent":"201","keys":{"1":"202"}}`, each an extension's number or null.
fn checked_exits(given: &Value) -> Result<Value, BadParam> {
    let why = || BadParam::new("exits", r#"must be an object of extension numbers: {"timeout":"200","no_agent":"201","keys":{"1":"202"}}"#);
    let number = |value: &Value| Option::<ExtensionNumber>::from_param(value).map_err(|_| why());
    let mut exits = Map::new();
    for (name, value) in given.as_object().ok_or_else(why)? {
        let checked = match name.as_str() {
            "timeout" | "no_agent" => json!(number(value)?),
            "keys" => {
                let is_key = |key: &str| key.len() == 1 && key.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#'));
                let keys = value.as_object().ok_or_else(why)?;
                let keys = keys.iter().map(|(key, value)| if is_key(key) { Ok((key.clone(), json!(number(value)?))) } else { Err(why()) });
                Value::Object(keys.collect::<Result<_, _>>()?)
            }
            _ => return Err(why()),
        };
        exits.insert(name.clone(), checked);
    }
    Ok(Value::Object(exits))
}

/// `[{"media_id":1,"times":2}]`.
fn checked_playback(given: &Value) -> Result<Value, BadParam> {
    let why = || BadParam::new("audio_playback", r#"must be an array of media and how often each plays: [{"media_id":1,"times":2}]"#);
    let item = |item: &Value| {
        let field = |name: &str, default: Option<u32>| match item.get(name) {
            Some(value) => u32::from_param(value).map_err(|_| why()),
            None => default.ok_or_else(why),
        };
        Ok(json!({"media_id": field("media_id", None)?, "times": field("times", Some(1))?}))
    };
    given.as_array().ok_or_else(why)?.iter().map(item).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// What a row of a membership says besides its first id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    id: i64,
    mode: Mode,
    position: u32,
    level: u32,
    timegroup_id: Option<TimeGroupId>,
}

impl Row {
    /// A row that names a user, of this queue.
    pub(super) fn of_queue(self, queue_id: QueueId) -> Membership {
        self.membership(UserId(self.id), queue_id)
    }

    /// A row that names a queue, of this user.
    pub(super) fn of_user(self, user_id: UserId) -> Membership {
        self.membership(user_id, QueueId(self.id))
    }

    fn membership(self, user_id: UserId, queue_id: QueueId) -> Membership {
        let Self { mode, position, level, timegroup_id, .. } = self;
        Membership { user_id, queue_id, mode, position, level, timegroup_id }
    }
}

/// Rows `[id, mode, position, level, timegroup_id]`, of which only the first two must be there; none when `name` was not sent.
/// The longer rows that a list shows, with a name before the time group, are taken too, so that what was read can be written.
///
/// # Errors
/// The parameter, with the row that cannot be taken.
pub(super) fn rows(params: &Params, name: &str) -> Result<Option<Vec<Row>>, BadParam> {
    let Some(Rows(rows)) = params.get(name)? else { return Ok(None) };
    checked_rows(name, &rows).map(Some)
}

/// As [`rows`], where a body that is one array is taken for them too.
///
/// # Errors
/// As [`rows`], and when there are none.
pub(super) fn rows_or_body(params: &Params, name: &str) -> Result<Vec<Row>, BadParam> {
    match (rows(params, name)?, params.bare_array()) {
        (Some(rows), _) => Ok(rows),
        (None, Some(array)) => {
            let Rows(rows) = Rows::from_param(&Value::Array(array.to_vec())).map_err(|why| BadParam::new(name, why))?;
            checked_rows(name, &rows)
        }
        (None, None) => Err(BadParam::missing(name)),
    }
}

fn checked_rows(name: &str, rows: &[Vec<Value>]) -> Result<Vec<Row>, BadParam> {
    let mut taken = Vec::with_capacity(rows.len());
    let mut seen = std::collections::BTreeSet::new();
    for (index, cells) in rows.iter().enumerate() {
        let row = row(cells).map_err(|why| BadParam::new(name, format!("has a row {} that {why}", index + 1)))?;
        if !seen.insert(row.id) {
            return Err(BadParam::new(name, format!("names {} twice", row.id)));
        }
        taken.push(row);
    }
    Ok(taken)
}

fn row(cells: &[Value]) -> Result<Row, String> {
    if !(2..=7).contains(&cells.len()) {
        return Err("must have the form [id,mode,position,level,timegroup_id]".to_owned());
    }
    // A shown row has a name and whether it is joined: [id, mode, position, level, name, timegroup_id, joined].
    let timegroup = if cells.len() > 5 { cells.get(5) } else { cells.get(4) };
    let id = cells.first().map(i64::from_param).transpose()?.filter(|&id| id > 0).ok_or("must begin with an id")?;
    let mode = cells.get(1).map(u32::from_param).transpose()?.unwrap_or_default();
    let mode = u8::try_from(mode).ok().and_then(|mode| Mode::try_from(mode).ok());
    let mode = mode.ok_or_else(|| format!("has no such mode: {}", crate::domain::queue::ModeError))?;
    let place = |cell: Option<&Value>, what: &str| {
        let place = cell.map_or(Ok(None), Option::<u32>::from_param)?.unwrap_or(1);
        if (1..=TIER_MAX).contains(&place) { Ok(place) } else { Err(format!("must have a {what} from 1 to {TIER_MAX}")) }
    };
    let timegroup_id = timegroup.map_or(Ok(None), Option::<TimeGroupId>::from_param)?.filter(|&id| id.0 != 0);
    Ok(Row { id, mode, position: place(cells.get(2), "position")?, level: place(cells.get(3), "level")?, timegroup_id })
}

/// `[user_id, mode, position, level, name, timegroup_id, joined]`
pub(super) fn member_row(member: &MemberView) -> Value {
    let Membership { user_id, mode, position, level, timegroup_id, .. } = member.membership;
    json!([user_id, mode, position, level, member.name, timegroup_id, member.joined])
}

/// `[queue_id, mode, position, level, timegroup_id]`, the same from the user's side.
pub(super) fn user_row(membership: &Membership) -> Value {
    let Membership { queue_id, mode, position, level, timegroup_id, .. } = *membership;
    json!([queue_id, mode, position, level, timegroup_id])
}

/// A queue as it is shown.
pub(super) fn show(view: &QueueView) -> Value {
    let queue = &view.queue;
    let mut fields = Map::new();
    fields.insert("id".to_owned(), json!(queue.id));
    fields.insert("account_id".to_owned(), json!(queue.account_id));
    fields.insert("name".to_owned(), json!(queue.name));
    if let Ok(Value::Object(settings)) = serde_json::to_value(&queue.settings) {
        fields.extend(settings);
    }
    fields.insert("record".to_owned(), json!(queue.settings.record.map(u8::from)));
    fields.insert("user_ids".to_owned(), json!(view.members.iter().map(|member| member.membership.user_id).collect::<Vec<_>>()));
    fields.insert("users".to_owned(), json!(view.members.iter().map(member_row).collect::<Vec<_>>()));
    fields.insert("extensions".to_owned(), json!(numbers(&view.extensions, Kind::Internal)));
    fields.insert("dids".to_owned(), json!(numbers(&view.extensions, Kind::Did)));
    Value::Object(fields)
}
