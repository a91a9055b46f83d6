//! A small writer of MaxMind's database format, version 2.0 (maxmind.github.io/MaxMind-DB), for tests that need addresses in countries.

use std::net::IpAddr;

/// Bytes between the search tree and the data.
const SEPARATOR: [u8; 16] = [0; 16];
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
const MAP: u8 = 7 << 5;
const TEXT: u8 = 2 << 5;
const UINT16: u8 = 5 << 5;
const UINT32: u8 = 6 << 5;
/// Types above 7 say so in a second byte, as the number less 7.
const UINT64_EXTENDED: u8 = 9 - 7;
const ARRAY_EXTENDED: u8 = 11 - 7;

#[derive(Clone, Copy)]
enum Record {
    Nothing,
    Node(usize),
    /// An offset in the data.
    Data(usize),
}

/// A database of networks and their countries; IPv4 networks stand in the first 96 zeros of the tree, as they do in GeoLite2.
pub(crate) fn countries(networks: &[(&str, &str)]) -> Vec<u8> {
    let (mut nodes, mut data) = (vec![[Record::Nothing; 2]], Vec::new());
    for (network, country) in networks {
        let network: ipnet::IpNet = network.parse().expect("a network");
        let (bits, len) = match network.network() {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 96 + network.prefix_len()),
            IpAddr::V6(address) => (u128::from(address), network.prefix_len()),
        };
        let at = data.len();
        data.extend(map(&[("country", map(&[("iso_code", text(country))]))]));
        insert(&mut nodes, bits, len, Record::Data(at));
    }
    let count = nodes.len();
    let mut file = Vec::new();
    for record in nodes.into_iter().flatten() {
        let value = match record {
            Record::Nothing => count,
            Record::Node(node) => node,
            Record::Data(at) => count + SEPARATOR.len() + at,
        };
        file.extend(&u32::try_from(value).expect("a small database").to_be_bytes()[1..]);
    }
    file.extend(SEPARATOR);
    file.extend(data);
    file.extend(MARKER);
    file.extend(metadata(u32::try_from(count).expect("a small database")));
    file
}

fn insert(nodes: &mut Vec<[Record; 2]>, bits: u128, len: u8, record: Record) {
    let mut node = 0;
    for depth in 0..len {
        let side = usize::from(bits >> (127 - depth) & 1 == 1);
        if depth + 1 == len {
            nodes[node][side] = record;
        } else if let Record::Node(next) = nodes[node][side] {
            node = next;
        } else {
            nodes.push([Record::Nothing; 2]);
            nodes[node][side] = Record::Node(nodes.len() - 1);
            node = nodes.len() - 1;
        }
    }
}

fn metadata(node_count: u32) -> Vec<u8> {
    let uint16 = |value: u16| [&[UINT16 | 2][..], &value.to_be_bytes()].concat();
    map(&[
        ("binary_format_major_version", uint16(2)),
        ("binary_format_minor_version", uint16(0)),
        ("build_epoch", [&[8, UINT64_EXTENDED][..], &1_u64.to_be_bytes()].concat()),
        ("database_type", text("Test-Country")),
        ("description", map(&[("en", text("Of a test"))])),
        ("ip_version", uint16(6)),
        ("languages", vec![0, ARRAY_EXTENDED]),
        ("node_count", [&[UINT32 | 4][..], &node_count.to_be_bytes()].concat()),
        ("record_size", uint16(24)),
    ])
}

fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![MAP | u8::try_from(entries.len()).expect("a small map")];
    for (name, value) in entries {
        bytes.extend(text(name));
        bytes.extend(value);
    }
    bytes
}

/// Up to 28 bytes, whose number stands in the first.
fn text(text: &str) -> Vec<u8> {
    assert!(text.len() <= 28, "a short text");
    [&[TEXT | u8::try_from(text.len()).expect("a short text")][..], text.as_bytes()].concat()
}
