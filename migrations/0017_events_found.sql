-- The events of a call or of an agent, which a list is asked for.
CREATE INDEX event_by_key ON event (account_id, order_key, at);

-- The last place of an account's events that are gone: who has seen up to one before it has missed some.
CREATE TABLE event_gone (
    account_id INTEGER PRIMARY KEY REFERENCES account (id),
    seq        INTEGER NOT NULL
) STRICT;
