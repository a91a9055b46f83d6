// The account: one record, and how its events are doing.

import { byId, el } from '/assets/dom.js';
import { attempted, call, get, parameters } from './api.js';
import { button, confirm, once, say } from './dialog.js';
import { form } from './form.js';
import { badge, count, facts, time } from './format.js';

const PATH = '/api/account';
const LOOK_MS = 5_000;
const KINDS = { ok: 'good', failing: 'late', disabled: 'lost' };
const WORDS = { off: 'off: there is no address', ok: 'ok', failing: 'failing', disabled: 'disabled' };

const groups = [
  {
    name: 'Events',
    fields: [
      ['event_url', 'Address of events'],
      ['event_names', 'Which events'],
      ['event_secret_overlap', 'Old secret signs for'],
    ],
  },
  {
    name: 'General',
    fields: [
      ['name', 'Name'],
      ['domain', 'SIP domain'],
      ['timezone', 'Time zone', { zone: true }],
      ['country', 'Country'],
      ['emergency_numbers', 'Emergency numbers'],
      ['limits', 'Limits'],
      ['toll', 'Toll rules'],
      ['dnc_list_id', 'Do not call', { of: '/api/phone_list' }],
      ['dr_id', 'Dial rule', { of: '/api/dial_rule' }],
      ['dial_without_checkin', 'Dial without check-in'],
      ['queue_login_code', 'Code to serve queues'],
      ['queue_logout_code', 'Code to stop'],
      ['devices_as_rows', 'Devices as rows'],
      ['legacy_http_status', 'Old HTTP status'],
    ],
  },
  {
    name: "Users' defaults",
    fields: [
      ['session_ttl', 'Session'],
      ['wrap_up_time', 'Wrap-up'],
      ['max_snooze', 'Extensions of a wrap-up'],
      ['no_answer_delay_time', 'Rest after a no-answer'],
      ['reject_delay_time', 'Rest after a rejected offer'],
      ['busy_delay_time', 'Rest after a busy phone'],
      ['max_no_answer', 'No-answers until a pause'],
    ],
  },
];

const standing = el('div');
const showPush = ({ state, since, reason, waiting, pending, dead, old_secrets_until: until }) => {
  const rows = [
    ['Events', badge(WORDS[state], KINDS[state])],
    ['Since', since && time(since)],
    ['Why', reason],
    ['To be sent', count(pending + waiting)],
    ['Given up', count(dead)],
    ['Old secrets until', until && time(until)],
  ];
  standing.replaceChildren(facts(rows));
};

const secret = el('div');
const save = async (sent) => {
  const { data, applied } = await call('PUT', PATH, sent);
  say(applied === false ? 'Saved; the switch does not have it yet.' : 'Saved.');
  if (data.event_secret) {
    secret.replaceChildren(once('Secret of events', data.event_secret));
  }
  await show(data);
};
const rotate = async () => {
  if (await confirm('Make a new secret?', 'Events are signed with it from now on, and with the old one for as long as is set.', 'Make it')) {
    await attempted(() => save({ event_secret: 'rotate' }), say);
  }
};
const test = () =>
  attempted(async () => {
    const { data } = await call('POST', '/api/event/test', {});
    location.assign(`/console/events#${data.id}`);
  }, say);

const place = el('div');
const show = async (account) => {
  const fields = await form(await parameters('PUT', PATH), groups, account);
  fields.element.append(el('div', { class: 'buttons' }, el('button', {}, 'Save')));
  fields.element.addEventListener('submit', (event) => {
    event.preventDefault();
    fields.attempt(save);
  });
  showPush(account.push);
  place.replaceChildren(fields.element);
};

byId('actions').append(button('New secret', { class: 'quiet' }, rotate), button('Send a test', {}, test));
byId('content').replaceChildren(standing, secret, place);
await attempted(
  async () => {
    await show(await get(PATH));
    setInterval(() => document.hidden || get(PATH).then(({ push }) => showPush(push), () => undefined), LOOK_MS);
  },
  (msg) => place.replaceChildren(el('p', { class: 'refused', role: 'alert' }, msg)),
);
