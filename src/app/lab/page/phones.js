// A card for each phone, and a line for each caller from outside.

import { byId, el } from '/assets/dom.js';
import { since } from '/assets/time.js';
import { act, button, put } from '/assets/work.js';

// More fit on no page; the lab may have thousands.
const PHONES_MAX = 60;

const STATES = { ringing: 'Ringing', dialling: 'Dialling', waiting: 'Waiting', talking: 'In a call' };
const COLOURS = { ringing: 'ringing', dialling: 'in_call', waiting: 'wrap_up', talking: 'in_call' };

let names = {};

// Whose the phones are.
export const name = (devices, users) => {
  const people = Object.fromEntries(users.map((user) => [user.id, user.name]));
  names = Object.fromEntries(devices.map((device) => [device.username, people[device.user_id] ?? device.name]));
};

const other = (call) => {
  const who = call.name && call.name !== call.number ? `${call.name}, ${call.number}` : call.number;
  return call.outgoing ? `to ${who}` : `from ${who}`;
};

const line = (call) =>
  el('p', { class: `call ${COLOURS[call.state]}` }, el('strong', {}, STATES[call.state]), ` ${other(call)} `, since(call.since_ms));

const state = (phone) => {
  if (phone.calls.length > 0) {
    return phone.calls.map(line);
  }
  return [phone.registered ? el('p', { class: 'call ready' }, el('strong', {}, 'Idle')) : el('p', { class: 'call unreachable' }, el('strong', {}, 'Not registered'))];
};

const press = (user, verb, words, attributes = {}) =>
  button(`${verb}-${user}`, words, (pressed) => act(pressed, `/lab/phones/${user}/${verb}`), { 'aria-label': `${words}, phone ${user}`, ...attributes });

const acts = ({ user, calls }) => {
  const rings = calls.some((call) => call.state === 'ringing');
  const speaks = calls.some((call) => call.state !== 'ringing');
  return [...(rings ? [press(user, 'answer', 'Answer'), press(user, 'reject', 'Reject', { class: 'quiet' })] : []), ...(speaks ? [press(user, 'hangup', 'Hang up')] : [])];
};

// What stays, also while its user types: the number that is dialled, and whether somebody has the phone in hand.
const card = (user) => {
  const number = el('input', { id: `number-${user}`, type: 'tel', 'aria-label': `Number to dial from phone ${user}`, placeholder: 'Number', autocomplete: 'off', required: true });
  const go = el('button', { id: `dial-${user}`, 'aria-label': `Dial from phone ${user}` }, 'Dial');
  const dialler = el('form', { id: `dialler-${user}`, class: 'dialler' }, number, go);
  dialler.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { success } = await act(go, `/lab/phones/${user}/dial`, { number: number.value });
    if (success) {
      number.value = '';
    }
  });
  const hand = el('input', { id: `hand-${user}`, type: 'checkbox' });
  hand.addEventListener('change', () => act(hand, `/lab/phones/${user}/hand`, { by_hand: hand.checked }));
  return el(
    'article',
    { id: `phone-${user}`, class: 'phone panel', 'aria-labelledby': `title-${user}` },
    el('h3', { id: `title-${user}` }, user, el('small', {}, names[user] ?? '')),
    el('div', { id: `state-${user}`, class: 'now' }),
    el('p', { id: `acts-${user}`, class: 'buttons' }),
    dialler,
    el('div', { class: 'hold' }, el('label', { class: 'choice' }, hand, el('span', {}, 'By hand')), el('span', { id: `power-${user}` })),
  );
};

export const showPhones = (phones) => {
  const some = phones.slice(0, PHONES_MAX);
  put('phones', () => some.map(({ user }) => card(user)), some.map(({ user }) => user), names);
  for (const phone of some) {
    const { user, calls, registered, by_hand: taken } = phone;
    put(`state-${user}`, () => state(phone), user, calls, registered, names);
    put(`acts-${user}`, () => acts(phone), user, calls.map((call) => call.state), names);
    const power = registered ? ['unregister', 'Unregister', { class: 'quiet' }] : ['register', 'Register'];
    put(`power-${user}`, () => [press(user, ...power)], user, registered, names);
    byId(`dialler-${user}`).hidden = calls.length > 0;
    byId(`acts-${user}`).hidden = calls.length === 0;
    byId(`hand-${user}`).checked = taken;
  }
  byId('rest').hidden = phones.length <= PHONES_MAX;
  byId('rest').textContent = `and ${phones.length - PHONES_MAX} more, at /lab/phones`;
  const ringing = phones.filter(({ calls }) => calls.some((call) => call.state === 'ringing')).map(({ user }) => user);
  const words = ringing.length > 0 ? `Ringing: ${ringing.join(', ')}` : '';
  if (byId('said').textContent !== words) {
    byId('said').textContent = words;
  }
};

export const showCallers = (callers) => {
  const one = (call) => {
    const end = (pressed) => act(pressed, `/lab/callers/${call.uuid}/hangup`);
    return el('li', {}, el('div', {}, el('b', {}, call.own), line(call)), button(`end-${call.uuid}`, 'Hang up', end, { class: 'quiet', 'aria-label': `Hang up, caller ${call.own}` }));
  };
  put('callers', () => (callers.length > 0 ? [el('ul', {}, callers.map(one))] : [el('p', { class: 'note' }, 'Nobody calls.')]), callers);
};
