-- mod_voicemail knows a mailbox by its number.
CREATE UNIQUE INDEX resource_voicemail_number ON resource (account_id, json_extract(settings, '$.number')) WHERE kind = 'voicemail';

-- What every account was given so far is no list of its own: it has its country's numbers, as an account with no list.
UPDATE account SET settings = json_set(settings, '$.emergency_numbers', json('[]'))
WHERE json_extract(settings, '$.emergency_numbers') = '["100","101","102","112","911"]';
