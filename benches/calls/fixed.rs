//! What ccgate serves a switch, as files: the same phones, queues, agents and way of a call, without ccgate.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::shared::bare::Bare;
use crate::shared::freeswitch::{ESL_PASSWORD, FreeSwitch};
use crate::shared::serve::{Agent, Ccgate, DOMAIN, QUEUES, number};

const AGENTS: &str = r#"json {"command":"callcenter_config","data":{"arguments":"agent list"}}"#;
const TIERS: &str = r#"json {"command":"callcenter_config","data":{"arguments":"tier list"}}"#;
/// Attributes of callcenter.conf and what the listing calls them.
const ATTRIBUTES: [(&str, &str); 8] = [
    ("name", "name"),
    ("type", "type"),
    ("contact", "contact"),
    ("status", "status"),
    ("wrap-up-time", "wrap_up_time"),
    ("reject-delay-time", "reject_delay_time"),
    ("busy-delay-time", "busy_delay_time"),
    ("no-answer-delay-time", "no_answer_delay_time"),
];
/// Without these a switch has nothing to do with ccgate.
const MODULES: [&str; 2] = ["mod_xml_curl", "mod_json_cdr"];

/// Writes the configuration of a switch that is as ccgate's is now.
pub async fn write(folder: &Path, ccgate: &Ccgate, agents: &[Agent]) {
    copy(&FreeSwitch::conf(), folder);
    let modules = folder.join("autoload_configs/modules.conf.xml");
    let text = std::fs::read_to_string(&modules).expect("a file");
    let others = |line: &&str| MODULES.iter().all(|module| !line.contains(module));
    put(&modules, &text.lines().filter(others).collect::<Vec<_>>().join("\n"));

    let mut users = String::new();
    for agent in agents {
        let document = ccgate.xml(&format!("section=directory&action=sip_auth&user={}&domain={DOMAIN}", agent.phone)).await;
        users.push_str(between(&document, "<users>", "</users>"));
    }
    put(&folder.join("directory/bench.xml"), &format!("<domain name=\"{DOMAIN}\"><users>{users}</users></domain>"));

    let mut ways = String::new();
    for queue in 0..QUEUES {
        let asked = format!("section=dialplan&Unique-ID=any&Caller-Context=public&Caller-Destination-Number={}", number(queue));
        let document = ccgate.xml(&asked).await;
        let actions = between(&document, "<condition>", "</condition>");
        let number = number(queue);
        let condition = format!("<condition field=\"destination_number\" expression=\"^{number}$\">{actions}</condition>");
        write!(ways, "<extension name=\"{number}\">{condition}</extension>").expect("text");
    }
    put(&folder.join("dialplan/away.xml"), &format!("<context name=\"public\">{ways}</context>"));

    let document = ccgate.xml("section=configuration&key_value=callcenter.conf").await;
    let queues = between(&document, "<queues>", "</queues>");
    let mut bare = Bare::connect(ccgate.esl, ESL_PASSWORD).await.expect("a connection");
    let agents: String = listed(&mut bare, AGENTS).await.iter().map(|agent| element("agent", &ATTRIBUTES, agent)).collect();
    let tier = [("agent", "agent"), ("queue", "queue"), ("level", "level"), ("position", "position")];
    let tiers: String = listed(&mut bare, TIERS).await.iter().map(|row| element("tier", &tier, row)).collect();
    let text = format!(
        "<configuration name=\"callcenter.conf\"><settings/><queues>{queues}</queues><agents>{agents}</agents><tiers>{tiers}</tiers></configuration>"
    );
    put(&folder.join("autoload_configs/callcenter.conf.xml"), &text);
}

async fn listed(bare: &mut Bare, command: &str) -> Vec<Value> {
    let answer = bare.ask(&[command.to_owned()]).await.expect("an answer");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    answer["response"].as_array().expect("a listing").clone()
}

fn element(name: &str, attributes: &[(&str, &str)], row: &Value) -> String {
    let mut text = format!("<{name}");
    for (attribute, field) in attributes {
        let value = row[field].as_str().map_or_else(|| row[field].to_string(), str::to_owned);
        let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        write!(text, " {attribute}=\"{value}\"").expect("text");
    }
    text + "/>\n"
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap_or_else(|| panic!("no {begin} in {text}"));
    rest.split_once(end).expect("its end").0
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).expect("a file");
        }
    }
}

fn put(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}
