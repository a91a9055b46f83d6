//! The API commands that can be built, and no others.

use super::text::{Text, TextError};

/// Makes [`Verb`]: each with what it is on the wire. `system`, `bgapi`, `lua`, `fsctl` and their like are not here, so they
/// cannot be sent.
macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident => $wire:literal,)*) => {
        /// An API command of the switch, one of a closed set.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Verb {
            $($(#[$doc])* $name,)*
        }

        impl Verb {
            /// Every verb there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The verb as it is on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)*
                }
            }
        }
    };
}

verbs! {
    /// `callcenter_config`: agents, tiers and queues.
    CallcenterConfig => "callcenter_config",
    /// `create_uuid`: a new UUID of the switch.
    CreateUuid => "create_uuid",
    /// `global_getvar`: a global variable, for example `core_uuid`.
    GlobalGetvar => "global_getvar",
    /// `hupall`: hangs up every channel, or those with a variable.
    Hupall => "hupall",
    /// `module_exists`: whether a module is loaded.
    ModuleExists => "module_exists",
    /// `originate`: a new call.
    Originate => "originate",
    /// `reloadxml`: reads the configuration again.
    Reloadxml => "reloadxml",
    /// `show`: channels, calls, registrations.
    Show => "show",
    /// `sofia_contact`: where a user is registered.
    SofiaContact => "sofia_contact",
    /// `sofia profile`: rescan, restart or flush a SIP profile or a gateway.
    SofiaProfile => "sofia profile",
    /// `sofia status`: profiles, gateways, registrations.
    SofiaStatus => "sofia status",
    /// `status`: the switch in a few lines.
    Status => "status",
    /// `strepoch`: the switch's clock, in seconds since the epoch.
    Strepoch => "strepoch",
    /// `user_exists`: whether the directory has a user.
    UserExists => "user_exists",
    /// `uuid_bridge`: joins two legs.
    UuidBridge => "uuid_bridge",
    /// `uuid_broadcast`: plays to a leg.
    UuidBroadcast => "uuid_broadcast",
    /// `uuid_dump`: every variable of a leg.
    UuidDump => "uuid_dump",
    /// `uuid_exists`: whether a leg is alive.
    UuidExists => "uuid_exists",
    /// `uuid_getvar`: a variable of a leg.
    UuidGetvar => "uuid_getvar",
    /// `uuid_hold`: puts a leg on hold.
    UuidHold => "uuid_hold",
    /// `uuid_kill`: hangs a leg up.
    UuidKill => "uuid_kill",
    /// `uuid_record`: what becomes of a leg's recording.
    UuidRecord => "uuid_record",
    /// `uuid_recv_dtmf`: a key, as if the leg's phone had sent it.
    UuidRecvDtmf => "uuid_recv_dtmf",
    /// `uuid_setvar`: sets a variable of a leg.
    UuidSetvar => "uuid_setvar",
    /// `uuid_transfer`: sends a leg elsewhere in the dialplan.
    UuidTransfer => "uuid_transfer",
    /// `version`: the switch's version.
    Version => "version",
    /// `xml_locate`: a piece of the XML that the switch would use, fetched as it would fetch it.
    XmlLocate => "xml_locate",
    /// `xml_flush_cache`: forgets cached directory users.
    XmlFlushCache => "xml_flush_cache",
}

/// An API command with its arguments.
///
/// `json` is made by [`Api::json_callcenter`] only: among the switch's JSON commands is one that runs any command by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Api {
    name: &'static str,
    args: Text,
}

impl Api {
    /// The verb and its arguments, as the verb wants them written (see [`super::quote`]).
    pub fn new(verb: Verb, args: Text) -> Self {
        Self { name: verb.as_str(), args }
    }

    /// A verb without arguments.
    pub fn bare(verb: Verb) -> Self {
        Self::new(verb, Text::default())
    }

    /// A `callcenter_config` listing as JSON, for example `agent list`, or `queue list members` with a queue's name.
    ///
    /// # Errors
    /// When the name cannot be on a line, even in JSON.
    pub fn json_callcenter(listing: &str, queue: Option<&str>) -> Result<Self, TextError> {
        Text::new(listing)?;
        let mut data = serde_json::json!({ "arguments": listing });
        if let (Some(queue), Some(data)) = (queue, data.as_object_mut()) {
            Text::new(queue)?;
            data.insert("queue_name".to_owned(), queue.into());
        }
        let args = serde_json::json!({ "command": "callcenter_config", "data": data });
        Ok(Self { name: "json", args: Text::new(args.to_string())? })
    }

    /// The command's name as it is on the wire.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The arguments as they are on the wire.
    pub fn args(&self) -> &str {
        self.args.as_str()
    }

    /// The command and its arguments, as after `api` on the wire.
    pub fn line(&self) -> String {
        if self.args.is_empty() { self.name.to_owned() } else { format!("{} {}", self.name, self.args) }
    }

    /// Reads what [`Api::line`] writes; `None` when the command is none that can be built.
    pub fn parse(line: &str) -> Option<Self> {
        let after = |name: &str| -> Option<Text> {
            let rest = line.strip_prefix(name)?;
            if rest.is_empty() {
                return Some(Text::default());
            }
            rest.strip_prefix(' ').and_then(|args| Text::new(args).ok())
        };
        if let Some(args) = after("json") {
            let value: serde_json::Value = serde_json::from_str(args.as_str()).ok()?;
            let data = value.get("data")?;
            let queue = data.get("queue_name").and_then(serde_json::Value::as_str);
            // Only if it is written as we write it: of a member that is there twice the switch reads the first, serde the last.
            let ours = Self::json_callcenter(data.get("arguments")?.as_str()?, queue).ok()?;
            return (ours.args == args).then_some(ours);
        }
        Verb::ALL.iter().find_map(|verb| Some(Self::new(*verb, after(verb.as_str())?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_closed_set_can_be_read_or_built() {
        for line in [
            "system id",
            "bg_system id",
            "bgapi status",
            "lua x.lua",
            "fsctl shutdown",
            "json {\"command\":\"fsapi\"}",
            r#"json {"command":"fsapi","command":"callcenter_config","data":{"arguments":"agent list"}}"#,
            "statusx",
            "",
        ] {
            assert_eq!(Api::parse(line), None, "{line}");
        }
        for verb in Verb::ALL {
            assert_eq!(Api::parse(verb.as_str()), Some(Api::bare(*verb)));
        }
    }

    #[test]
    fn json_is_as_recorded() {
        let plain = Api::json_callcenter("agent list", None).unwrap();
        assert_eq!(plain.line(), r#"json {"command":"callcenter_config","data":{"arguments":"agent list"}}"#);
        let queue = Api::json_callcenter("queue list members", Some("support@lab.local")).unwrap();
        assert_eq!(
            queue.line(),
            r#"json {"command":"callcenter_config","data":{"arguments":"queue list members","queue_name":"support@lab.local"}}"#
        );
        assert_eq!(Api::parse(&queue.line()), Some(queue));
        assert!(Api::json_callcenter("queue list members", Some("a\nb")).is_err());
    }
}
