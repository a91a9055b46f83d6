//! Routing: the dialplan document for a call, its conditions, and the applications they give.

use std::collections::VecDeque;

use super::channel::State;
use super::events::Event;
use super::xml::Element;
use super::{ChanId, Core, args, cause, pattern};

/// Applications that a call can name itself, where nobody is asked (`inline`).
const INLINE_APPS_MAX: usize = 64;

impl Core {
    /// Asks for the dialplan of this call and runs what it says; no route ends the call.
    pub(super) fn route(&mut self, id: ChanId) {
        let base = self.base_headers("REQUEST_PARAMS", ("mod_dialplan_xml.c", "dialplan_xml_locate"));
        let Some(channel) = self.channels.get_mut(&id) else { return };
        channel.state = State::Routing;
        channel.app_serial += 1;
        let serial = channel.app_serial;
        if channel.callstate == "DOWN" {
            channel.callstate = "RINGING";
        }
        if channel.profile.dialplan == "inline" {
            let apps = args::separate(&channel.profile.destination, ',', INLINE_APPS_MAX);
            let pair = |app: &String| app.split_once(':').map_or((app.clone(), String::new()), |(app, data)| (app.into(), data.into()));
            channel.todo = apps.iter().map(pair).collect();
            return self.run_next(id);
        }
        let mut event = Event { headers: base, ..Event::default() };
        channel.describe(&mut event);
        let direction = if channel.direction == super::channel::Direction::Inbound { "inbound" } else { "outbound" };
        channel.profile_headers(&mut event, "Hunt", direction, direction);
        let params = event.headers;
        self.fetch(
            "dialplan",
            ["", "", ""],
            &params,
            Box::new(move |core, section| {
                let Some(channel) = core.channels.get(&id).filter(|c| c.up() && c.app_serial == serial) else { return };
                let context = channel.profile.context.clone();
                let found =
                    section.and_then(|s| s.find("context", "name", &context).or_else(|| s.find("context", "name", "global")).cloned());
                let todo = found.map(|context| core.hunt(id, &context)).unwrap_or_default();
                if todo.is_empty() {
                    return core.hangup(id, cause::NO_ROUTE_DESTINATION);
                }
                if let Some(channel) = core.channels.get_mut(&id) {
                    channel.todo = todo;
                    channel.state = State::Execute;
                }
                core.run_next(id);
            }),
        );
    }

    /// The applications of the extensions that match.
    fn hunt(&mut self, id: ChanId, context: &Element) -> VecDeque<(String, String)> {
        let mut todo = VecDeque::new();
        for extension in context.all("extension") {
            let matched = self.extension(id, extension, &mut todo);
            if matched && !extension.attr("continue").is_some_and(super::args::is_true) {
                break;
            }
        }
        todo
    }

    fn extension(&mut self, id: ChanId, extension: &Element, todo: &mut VecDeque<(String, String)>) -> bool {
        let mut proceed = true;
        for condition in extension.all("condition") {
            let found = self.condition(id, condition);
            let breaks = condition.attr("break").unwrap_or("on-false");
            let which = if found.is_some() { "action" } else { "anti-action" };
            for action in condition.all(which) {
                self.take_action(id, action, found.as_deref().unwrap_or_default(), todo);
            }
            proceed = found.is_some() || condition.child("anti-action").is_some() || matches!(breaks, "never");
            let stop = match breaks {
                "always" => true,
                "on-true" => found.is_some(),
                "never" => false,
                _ => found.is_none(),
            };
            if stop {
                return proceed;
            }
        }
        proceed
    }

    /// The groups of a condition that holds.
    fn condition(&mut self, id: ChanId, condition: &Element) -> Option<Vec<String>> {
        let Some(field) = condition.attr("field") else { return Some(Vec::new()) };
        let value =
            if field.contains("${") { self.expand(Some(id), &[], field) } else { self.expand(Some(id), &[], &format!("${{{field}}}")) };
        let expression = condition.attr("expression").map(|e| self.expand(Some(id), &[], e)).unwrap_or_default();
        pattern::captures(&expression, &value)
    }

    fn take_action(&mut self, id: ChanId, action: &Element, groups: &[String], todo: &mut VecDeque<(String, String)>) {
        let Some(app) = action.attr("application") else { return };
        let mut data = action.attr("data").unwrap_or_default().to_string();
        for (i, group) in groups.iter().enumerate().rev() {
            data = data.replace(&format!("${i}"), group);
        }
        if action.attr("inline").is_some_and(super::args::is_true) {
            let data = self.expand(Some(id), &[], &data);
            self.execute_now(id, app, &data);
            return;
        }
        todo.push_back((app.to_string(), data));
    }
}
