//! Tests of the configuration.

use std::collections::BTreeSet;

use super::*;

const LEAST: &str = "[switch]\npassword = 'secret of the switch'\n[xml_curl]\npassword = 'secret of the XML'\n";

fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Config, Error> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), toml).unwrap();
    let environment = environment.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
    Config::from_sources(file.path(), Environment::default().source(Some(environment)))
}

#[test]
fn the_two_passwords_are_all_one_has_to_say() {
    let config = load(LEAST, &[]).unwrap();
    assert_eq!((config.switch.host.as_str(), config.switch.port), ("127.0.0.1", 8021));
    config.check_for_service().unwrap();
    assert!(!format!("{config:?}").contains("secret of"), "a password is printed");
}

#[test]
fn the_environment_stands_over_the_file() {
    let environment = [
        ("CCGATE__SWITCH__PASSWORD", "0815"),
        ("CCGATE__SWITCH__PORT", "8022"),
        ("CCGATE__SWITCH__ALLOW_DEFAULT_ESL_PASSWORD", "true"),
        ("CCGATE__PUSH__ALLOW_CIDRS", "127.0.0.0/8,10.0.0.0/8"),
        ("CCGATE__HTTP__TRUSTED_PROXIES", "10.0.0.1/32"),
        ("CCGATE__TOLL__COUNTRIES", "US,GB"),
        ("CCGATE__TOLL__ALLOW", "118"),
        ("CCGATE__TOLL__CALLS_AT_ONCE", "7"),
        ("CCGATE_LIVE", "1"),
    ];
    let config = load(&format!("{LEAST}[toll]\nallow = ['+44']\n"), &environment).unwrap();
    assert_eq!((config.switch.password.expose_secret(), config.switch.port), ("0815", 8022), "a password is no number");
    assert!(config.switch.allow_default_esl_password);
    assert_eq!((config.push.allow_cidrs.len(), config.http.trusted_proxies.len()), (2, 1));
    assert_eq!(
        (config.toll.countries, config.toll.allow, config.toll.calls_at_once),
        (vec!["US".into(), "GB".into()], vec!["118".into()], Some(7))
    );
}

#[test]
fn an_unknown_key_is_named() {
    for (toml, key) in [(format!("{LEAST}[push]\nallow_cidr = []\n"), "allow_cidr"), (format!("{LEAST}[pusch]\n"), "pusch")] {
        let error = load(&toml, &[]).unwrap_err().to_string();
        assert!(error.contains(key), "{error}");
    }
}

#[test]
fn the_examples_passwords_are_not_passwords() {
    let example = load(include_str!("../../ccgate.example.toml"), &[]).unwrap();
    assert!(matches!(example.check_for_service(), Err(Error::WeakXmlPassword)));
}

#[test]
fn a_path_is_no_command() {
    for (path, fine) in [
        ("${sounds_dir}/${strftime(%Y-%m)}", true),
        ("/srv/media", true),
        ("", false),
        ("/srv/call media", false),
        ("/srv/a,b", false),
        ("/srv/${x", false),
        ("/srv/{x}", false),
        ("/srv/'x'", false),
    ] {
        let config = load(&format!("{LEAST}[telephony]\nmedia_folder = \"{path}\"\n"), &[]).unwrap();
        assert_eq!(config.check_for_service().is_ok(), fine, "{path}");
    }
}

#[test]
fn recordings_have_a_folder_of_their_own() {
    let config = load(&format!("{LEAST}[recordings]\nfolder = '/srv/calls'\nformat = 'mp3'\nkeep_days = 30\n"), &[]).unwrap();
    config.check_for_service().unwrap();
    assert_eq!((config.recordings.local_folder(), config.recordings.format), (PathBuf::from("/srv/calls"), RecordingFormat::Mp3));
    for folder in ["", "srv/calls", "/srv/calls/", "/", "${recordings_dir}", "/srv/a b"] {
        let config = load(&format!("{LEAST}[recordings]\nfolder = '{folder}'\n"), &[]).unwrap();
        assert!(config.check_for_service().unwrap_err().to_string().starts_with("recordings.folder must"), "{folder}");
    }
    let old = load(&format!("{LEAST}[telephony]\nrecordings = '${{recordings_dir}}/x.wav'\n"), &[]).unwrap();
    assert!(matches!(old.check_for_service(), Err(Error::RecordingsMoved)));
}

#[test]
fn the_shipped_password_needs_a_word() {
    for known in WEAK_ESL_PASSWORDS {
        let shipped = LEAST.replace("secret of the switch", known);
        assert!(matches!(load(&shipped, &[]).unwrap().check_for_service(), Err(Error::ShippedPassword)), "{known}");
        let allowed = shipped.replace("[xml_curl]", "allow_default_esl_password = true\n[xml_curl]");
        load(&allowed, &[]).unwrap().check_for_service().unwrap();
    }
}

#[test]
fn the_password_of_the_xml_is_long() {
    for weak in ["", "change me too", WEAK_XML_PASSWORD, "fifteen letters"] {
        let config = load(&LEAST.replace("secret of the XML", weak), &[]).unwrap();
        assert!(matches!(config.check_for_service(), Err(Error::WeakXmlPassword)), "{weak}");
    }
}

/// The words in backquotes of serde's "expected one of".
fn expected(toml: &str) -> Vec<String> {
    let error = load(toml, &[]).unwrap_err().to_string();
    let list = error.split_once("expected ").unwrap_or_else(|| panic!("{error}")).1;
    // What comes after it names the section.
    let list = list.split(" for key ").next().unwrap_or(list);
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every key that is read, but for the one that is gone.
fn keys() -> BTreeSet<String> {
    let sections = expected(&format!("no_such_section = 1\n{LEAST}"));
    let keys = |section: String| {
        let keys = expected(&format!("[{section}]\nno_such_key = 1\n"));
        keys.into_iter().map(move |key| format!("{section}.{key}"))
    };
    sections.into_iter().flat_map(keys).filter(|key| key != "telephony.recordings").collect()
}

#[test]
fn the_reference_and_the_example_have_every_key_and_no_other() {
    let rows = include_str!("../../docs/configuration.md").lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let documented: BTreeSet<_> = rows.map(|(key, _)| key.to_owned()).collect();
    let mut section = String::new();
    let mut shown = BTreeSet::new();
    for line in include_str!("../../ccgate.example.toml").lines() {
        let line = line.trim_start_matches("# ");
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.to_owned();
        } else if let Some((key, _)) = line.split_once(" = ").filter(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_')) {
            shown.insert(format!("{section}.{key}"));
        }
    }
    let keys = keys();
    assert!(keys.len() > 25, "{keys:?}");
    assert_eq!(documented, keys);
    assert_eq!(shown, keys);
}
