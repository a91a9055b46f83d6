// The agents, the most urgent state first.

import { byId, el } from '/assets/dom.js';
import { fill } from './fit.js';
import { since, until } from './time.js';

const STATES = [
  ['ringing', 'Ringing'],
  ['in_call', 'In a call'],
  ['wrap_up', 'Wrap-up'],
  ['ready', 'Ready'],
  ['unreachable', 'Unreachable'],
  ['paused', 'Paused'],
  ['offline', 'Offline'],
];
const WORDS = Object.fromEntries(STATES);
const ORDER = Object.fromEntries(STATES.map(([state], at) => [state, at]));
const CARD = { wide: 11, high: 3.1, gap: 0.45, most: 1.6, least: 0.95, nobody: 'There are no agents.' };

const byUrgency = (one, other) => ORDER[one.state] - ORDER[other.state] || (one.since_ms ?? 0) - (other.since_ms ?? 0);

const card = ({ name, state, reason, since_ms: from, until_ms: end }) =>
  el(
    'li',
    { class: `agent ${state}` },
    el('span', { class: 'name' }, name),
    ' ',
    reason ? el('span', { class: 'state why' }, el('span', { class: 'heard' }, `${WORDS[state]}: `), reason) : el('span', { class: 'state' }, WORDS[state]),
    ' ',
    el('span', { class: 'number' }, end ? [until(end), ' left'] : since(from)),
  );

export const showAgents = (agents) => {
  const count = ([state, word]) => {
    const many = agents.filter((agent) => agent.state === state).length;
    return many > 0 ? el('span', { class: `count ${state}` }, el('b', {}, String(many)), ` ${word.toLowerCase()}`) : null;
  };
  byId('counts').replaceChildren(...STATES.map(count).filter(Boolean));
  fill(byId('agents'), agents.toSorted(byUrgency), CARD, (shown) => el('ul', { class: 'cards' }, shown.map(card)));
};
