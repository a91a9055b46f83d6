//! From an address to a country: a database in MaxMind's format, read into memory at the start.

use std::net::IpAddr;
use std::path::Path;

use maxminddb::geoip2::Country;
use maxminddb::{MaxMindDbError, Reader};

/// Which country an address is in.
#[derive(Debug, Default)]
pub struct Countries(Option<Reader<Vec<u8>>>);

impl Countries {
    /// The database in this file: a country or a city database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> Result<Self, MaxMindDbError> {
        Reader::open_readfile(path).map(|reader| Self(Some(reader)))
    }

    /// Whether there is a database.
    pub(super) fn are_known(&self) -> bool {
        self.0.is_some()
    }

    /// The ISO 3166-1 alpha-2 code of the country; none where that is not known.
    pub(super) fn of(&self, address: IpAddr) -> Option<String> {
        let found = self.0.as_ref()?.lookup(address).and_then(|found| found.decode::<Country<'_>>());
        match found {
            Ok(found) => found?.country.iso_code.map(str::to_owned),
            // A v6 address in a database of v4 addresses, or a damaged one: in no country, which a limit refuses.
            Err(error) => {
                tracing::warn!(%error, "an address could not be looked up in the country database");
                None
            }
        }
    }
}
