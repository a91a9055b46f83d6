-- Agents and queues that were on a switch before ccgate: they keep their names there. A name outlives its user or queue, so that what is left of it on
-- the switch is known; hence no reference.
CREATE TABLE kept_agent (
    switch_id  INTEGER NOT NULL,
    name       TEXT    NOT NULL,                -- on the switch
    account_id INTEGER NOT NULL REFERENCES account (id),
    user_id    INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (switch_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE kept_queue (
    switch_id  INTEGER NOT NULL,
    name       TEXT    NOT NULL,                -- on the switch
    account_id INTEGER NOT NULL REFERENCES account (id),
    queue_id   INTEGER NOT NULL UNIQUE,
    owned      INTEGER NOT NULL DEFAULT 0,      -- whether ccgate manages the queue, its tiers and its agents
    PRIMARY KEY (switch_id, name)
) STRICT, WITHOUT ROWID;

-- Accounts with such names. There a number in front of the account's domain is an id of ours from here on only: a smaller one is a stranger's name.
CREATE TABLE kept_account (
    account_id INTEGER PRIMARY KEY REFERENCES account (id),
    users_from  INTEGER NOT NULL,
    queues_from INTEGER NOT NULL
) STRICT;

-- Differences that outlived a pass of the reconciler, by what would end each.
CREATE TABLE standing (
    switch_id INTEGER NOT NULL,
    step      TEXT    NOT NULL,                 -- switch::Step::summary
    since     INTEGER NOT NULL,
    PRIMARY KEY (switch_id, step)
) STRICT, WITHOUT ROWID;
