//! The fields of sites, groups, labels, media, dial rules and mailboxes: from parameters to the domain and back.

use serde_json::{Map, Value, json};

use super::doc::{Noun, resource as doc};
use super::params::{BadParam, Params};
use super::queue_wire::set_color;
use super::resource::Wire;
use super::user_wire::checked_email;
use super::value::{FromParam, Text};
use crate::domain::dial_rule::DialRule;
use crate::domain::group::{Group, QueueLabel, Site};
use crate::domain::media::Media;
use crate::domain::voicemail::{Pin, Voicemail};
use crate::service::secret::new_pin;

/// The fields of a JSON object.
pub(super) fn object(fields: Value) -> Map<String, Value> {
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

impl Wire for Site {
    fn described() -> Noun {
        doc::site()
    }

    fn parse(_: &Params, before: Option<Self>) -> Result<Self, BadParam> {
        Ok(before.unwrap_or_default())
    }

    fn fields(&self) -> Map<String, Value> {
        Map::new()
    }
}

impl Wire for Group {
    fn described() -> Noun {
        doc::group()
    }

    fn parse(params: &Params, before: Option<Self>) -> Result<Self, BadParam> {
        let mut group = before.unwrap_or_default();
        params.set_ids("user_ids", &mut group.user_ids)?;
        Ok(group)
    }

    fn fields(&self) -> Map<String, Value> {
        object(json!({"user_ids": self.user_ids}))
    }
}

impl Wire for QueueLabel {
    fn described() -> Noun {
        doc::label()
    }

    fn parse(params: &Params, before: Option<Self>) -> Result<Self, BadParam> {
        let mut label = before.unwrap_or_default();
        set_color(params, "color", &mut label.color)?;
        Ok(label)
    }

    fn fields(&self) -> Map<String, Value> {
        object(json!({"color": self.color}))
    }
}

/// `kind` file has a `path`, tone and stream have a `spec`; the other field is null.
impl Wire for Media {
    fn described() -> Noun {
        doc::media()
    }

    fn parse(params: &Params, before: Option<Self>) -> Result<Self, BadParam> {
        let kind = match (params.get::<Text>("kind")?, &before) {
            (Some(Text(kind)), _) => kind,
            (None, Some(before)) => kind_of(before).to_owned(),
            (None, None) => return Err(BadParam::missing("kind")),
        };
        let before = before.filter(|before| kind_of(before) == kind);
        match kind.as_str() {
            "file" => Ok(Self::File { path: only(params, "path", "spec", before.map(path_or_spec))? }),
            "tone" => Ok(Self::Tone { spec: only(params, "spec", "path", before.map(path_or_spec))? }),
            "stream" => Ok(Self::Stream { spec: only(params, "spec", "path", before.map(path_or_spec))? }),
            _ => Err(BadParam::new("kind", "must be file (with a path), tone or stream (with a spec)")),
        }
    }

    fn fields(&self) -> Map<String, Value> {
        let text = path_or_spec(self.clone());
        let (path, spec) = if matches!(self, Self::File { .. }) { (Some(text), None) } else { (None, Some(text)) };
        object(json!({"kind": kind_of(self), "path": path, "spec": spec}))
    }
}

fn kind_of(media: &Media) -> &'static str {
    match media {
        Media::File { .. } => "file",
        Media::Tone { .. } => "tone",
        Media::Stream { .. } => "stream",
    }
}

fn path_or_spec(media: Media) -> String {
    match media {
        Media::File { path } => path.into(),
        Media::Tone { spec } => spec.into(),
        Media::Stream { spec } => spec.into(),
    }
}

/// The one of the two fields that this kind has; the other is refused, as it would be lost.
fn only<T: FromParam>(params: &Params, name: &str, other: &str, before: Option<String>) -> Result<T, BadParam> {
    if params.get::<Option<Text>>(other)?.flatten().is_some() {
        return Err(BadParam::new(other, format!("is for another kind of media; this kind has a {name}")));
    }
    match (params.get::<Option<T>>(name)?, before) {
        (Some(sent), _) => sent.ok_or_else(|| BadParam::missing(name)),
        (None, Some(before)) => T::from_param(&Value::String(before)).map_err(|why| BadParam::new(name, why)),
        (None, None) => Err(BadParam::missing(name)),
    }
}

impl Wire for DialRule {
    fn described() -> Noun {
        doc::dial_rule()
    }

    fn parse(params: &Params, before: Option<Self>) -> Result<Self, BadParam> {
        let mut rule = before.unwrap_or_default();
        params.set("allow", &mut rule.allow)?;
        params.set("deny", &mut rule.deny)?;
        params.set("gateway", &mut rule.gateway)?;
        params.set("strip", &mut rule.strip)?;
        params.set("prepend", &mut rule.prepend)?;
        params.set("caller_number", &mut rule.caller_number)?;
        params.set("by_country", &mut rule.by_country)?;
        Ok(rule)
    }

    fn fields(&self) -> Map<String, Value> {
        serde_json::to_value(self).map(object).unwrap_or_default()
    }
}

/// FreeSWITCH expands variables in its directory's files, and gives the address to a program that sends mail: in a shell's command line.
fn mailed_to(email: String) -> Result<String, BadParam> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@._+-=".contains(c);
    if !email.chars().all(is_plain) {
        return Err(BadParam::new("email", "may hold only letters, digits and @ . _ + - ="));
    }
    checked_email(email)
}

/// `password` is never shown, but for one that was generated because none was sent.
impl Wire for Voicemail {
    fn described() -> Noun {
        doc::voicemail()
    }

    fn parse(params: &Params, before: Option<Self>) -> Result<Self, BadParam> {
        let sent = sent_pin(params)?;
        let mut mailbox = match before {
            Some(before) => Self { password: sent.unwrap_or_else(|| before.password.clone()), ..before },
            None => Self { number: params.need("number")?, password: sent.unwrap_or_else(new_pin), email: None },
        };
        params.set("number", &mut mailbox.number)?;
        if let Some(email) = params.get::<Option<Text>>("email")? {
            mailbox.email = email.map(|Text(email)| mailed_to(email)).transpose()?;
        }
        Ok(mailbox)
    }

    fn fields(&self) -> Map<String, Value> {
        object(json!({"number": self.number, "email": self.email}))
    }

    fn made_up(&self, params: &Params) -> Option<(&'static str, String)> {
        matches!(sent_pin(params), Ok(None)).then(|| ("password", self.password.expose().to_owned()))
    }
}

fn sent_pin(params: &Params) -> Result<Option<Pin>, BadParam> {
    Ok(params.get::<Option<Pin>>("password")?.flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse<K: Wire>(params: Value, before: Option<K>) -> Result<K, String> {
        K::parse(&Params::from_json(params), before).map_err(|bad| bad.to_string())
    }

    #[test]
    fn media_have_what_their_kind_has() {
        let file: Media = parse(json!({"kind": "file", "path": "a/b.wav", "spec": null}), None).unwrap();
        assert_eq!(Value::Object(file.fields()), json!({"kind": "file", "path": "a/b.wav", "spec": null}));
        assert_eq!(parse(json!({}), Some(file.clone())), Ok(file.clone()));
        let stream: Media = parse(json!({"kind": "stream", "spec": "moh"}), Some(file.clone())).unwrap();
        assert_eq!(Value::Object(stream.fields()), json!({"kind": "stream", "path": null, "spec": "moh"}));
        for (params, before, starts) in [
            (json!({}), None, "kind is required"),
            (json!({"kind": "song"}), None, "kind must be file"),
            (json!({"kind": "file"}), None, "path is required"),
            (json!({"kind": "tone"}), Some(stream.clone()), "spec is required"),
            (json!({"path": null}), Some(file.clone()), "path is required"),
            (json!({"spec": "moh"}), Some(file), "spec is for another kind"),
            (json!({"path": "a.wav"}), Some(stream), "path is for another kind"),
            (json!({"kind": "file", "path": "../a.wav"}), None, "path must be relative"),
            (json!({"kind": "tone", "spec": "${x}"}), None, "spec may hold only"),
        ] {
            let bad = parse::<Media>(params, before).unwrap_err();
            assert!(bad.starts_with(starts), "{bad}");
        }
    }

    #[test]
    fn a_dial_rule_in_every_form() {
        let sent = json!({"allow": "05,+97", "deny": ["1900"], "gateway": "gw", "strip": "1", "prepend": "+972", "caller_number": "031234567",
            "by_country": "{\"il\":\"+97231234567\"}"});
        let rule: DialRule = parse(sent, None).unwrap();
        let shown = json!({"allow": ["05", "+97"], "deny": ["1900"], "gateway": "gw", "strip": 1, "prepend": "+972",
            "caller_number": "031234567", "by_country": {"IL": "+97231234567"}});
        assert_eq!(Value::Object(rule.fields()), shown);
        assert_eq!(parse(shown, None), Ok(rule.clone()));
        let cleared =
            json!({"allow": [], "deny": null, "gateway": "", "strip": 0, "prepend": null, "caller_number": null, "by_country": {}});
        assert_eq!(parse(cleared, Some(rule)), Ok(DialRule::default()));
        for field in ["allow", "deny", "gateway", "strip", "prepend", "caller_number", "by_country"] {
            assert!(parse::<DialRule>(json!({field: "x y"}), None).unwrap_err().starts_with(field), "{field}");
        }
    }

    #[test]
    fn a_mailbox_keeps_its_password_to_itself() {
        let mailbox: Voicemail = parse(json!({"number": "8000", "password": "2468", "email": "a@example.com"}), None).unwrap();
        assert_eq!(mailbox.made_up(&Params::from_json(json!({"password": "2468"}))), None);
        assert_eq!(Value::Object(mailbox.fields()), json!({"number": "8000", "email": "a@example.com"}));
        let same: Voicemail = parse(json!({"email": "", "password": null}), Some(mailbox.clone())).unwrap();
        assert_eq!((same.password.expose(), same.email), ("2468", None));
        let made_up: Voicemail = parse(json!({"number": "8000"}), None).unwrap();
        assert_eq!(made_up.made_up(&Params::from_json(json!({}))), Some(("password", made_up.password.expose().to_owned())));
        for (params, starts) in [
            (json!({}), "number is required"),
            (json!({"number": "*98"}), "number may hold only"),
            (json!({"number": "1", "password": "123"}), "password must have 4 to 16 digits"),
            (json!({"number": "1", "password": "12345678901234567"}), "password must have"),
            (json!({"number": "1", "email": "nobody"}), "email must be"),
            (json!({"number": "1", "email": "a@example.com,b@example.com"}), "email may hold only"),
            (json!({"number": "1", "email": "$${default_password}@example.com"}), "email may hold only"),
            (json!({"number": "1", "email": "a`id`;x@example.com"}), "email may hold only"),
        ] {
            assert!(parse::<Voicemail>(params, None).unwrap_err().starts_with(starts), "{starts}");
        }
    }
}
