-- The events of a call or of an agent, which a list is asked for.
CREATE INDEX event_by_key ON event (account_id, order_key, at);
