//! What attackers do: against every route of the OpenAPI documents, so that one that is added later is tried by itself; and against what is not a route.
//! SECURITY.md says what each test stands for.

mod authorisation;
mod guessing;
mod limits;
mod requests;
mod secrets;
mod ssrf;
mod switch;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [authorisation::trials(), guessing::trials(), limits::trials(), secrets::trials(), ssrf::trials(), switch::trials()]
        .into_iter()
        .flatten()
        .collect()
}
