// What the agent does, since when, and with whom.

import { el } from '/assets/dom.js';
import { WORDS } from '/assets/states.js';
import { since, until } from '/assets/time.js';
import { button } from '/assets/work.js';

const wrapUp = ({ wrap_up_time: more, snoozes_left: left }, act) => {
  const extend = (pressed) => act(pressed, '/api/cc_agent/wrapup', {});
  const end = (pressed) => act(pressed, '/api/cc_agent/wrapup', { seconds: 0 });
  const often = left === null ? undefined : el('p', { class: 'note' }, left === 0 ? 'It was extended as often as it may be.' : `It may be extended ${left} more times.`);
  return [
    el('p', { class: 'buttons' }, more > 0 && left !== 0 ? button('extend', `${more} seconds more`, extend, { class: 'quiet' }) : '', button('end', 'End wrap-up', end)),
    often,
  ];
};

const seat = ({ device_id: at, devices, reachable }) => {
  const phone = devices.find(({ id }) => id === at);
  if (!phone) {
    return el('p', { class: 'seat' }, 'Check in to take calls.');
  }
  const words = reachable ? 'can be reached' : 'cannot be reached: it is not registered, and no call is offered';
  return el('p', { class: reachable ? 'seat' : 'seat unreachable' }, `${phone.name} (${phone.number}) ${words}`);
};

export const stateCard = (state, act) => {
  const { state: doing, reason, since_ms: began, until_ms: ends } = state;
  const word = el('p', { class: 'doing' }, el('strong', {}, WORDS[doing]), reason && el('span', { class: 'reason' }, reason));
  const left = ends ? el('p', { class: 'clock', role: 'timer' }, until(ends), el('span', { class: 'unit' }, 'left')) : undefined;
  const time = began && !ends ? el('p', { class: 'clock', role: 'timer' }, since(began)) : undefined;
  const resume = doing === 'paused' ? el('p', { class: 'buttons' }, button('resume', 'Take calls again', (pressed) => act(pressed, '/api/cc_agent/setPause', { id: 0 }))) : undefined;
  return [word, left, time, seat(state), resume, ...(doing === 'wrap_up' ? wrapUp(state, act) : [])].filter(Boolean);
};

const CALL = { ringing: 'Ringing', dialling: 'Dialling', waiting: 'Waiting', answered: 'In a call', held: 'On hold' };

export const whom = ({ name, number }) => name ?? number ?? 'Unknown number';

const facts = ({ phone, lead_id: id, tags, ext_api_vars: fields }, number) => {
  const known = [['Number', phone === number ? null : phone], ['Id', id], ['Tags', tags], ...Object.entries(fields ?? {})];
  const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  return el(
    'dl',
    { class: 'facts' },
    known.filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, text(value)))),
  );
};

const card = (call, queues, over) => {
  const { state, outgoing, number, queue_id: queue, since_ms: began, lead } = call;
  const from = queues.find(({ id }) => id === queue)?.name;
  const way = outgoing ? 'Called by you' : from ? `From ${from}` : 'A call for you';
  const person = lead?.name ?? whom(call);
  const ended = over ? el('p', { class: 'call-state' }, 'The last call') : el('p', { class: 'call-state' }, `${CALL[state]} `, began ? since(began) : '');
  return el(
    'article',
    { class: over ? 'call over' : `call ${state === 'ringing' ? 'ringing' : 'in_call'}` },
    el('p', { class: 'way' }, way),
    el('h3', {}, person),
    person === number ? undefined : el('p', { class: 'number' }, number ?? ''),
    ended,
    lead ? facts(lead, number) : el('p', { class: 'note' }, 'No lead of the phone lists has this number.'),
  );
};

export const callCards = (calls, queues, over) => (calls.length > 0 ? calls.map((call) => card(call, queues, over)) : [el('p', { class: 'nobody' }, 'No call.')]);
