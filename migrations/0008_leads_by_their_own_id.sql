-- A lead by the customer's own id, in the order in which it is looked for: with the account's lists of a million leads each, the index of 0004 was
-- passed over for a walk over the list.
DROP INDEX lead_by_lead_id;
CREATE INDEX lead_by_lead_id ON lead (list_id, lead_id, phone) WHERE lead_id IS NOT NULL;
