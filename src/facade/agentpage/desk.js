// Shows what the server says, part by part.

import { byId } from '/assets/dom.js';
import { WORDS } from '/assets/states.js';
import { forget, put } from '/assets/work.js';
import { pauseChoices, phoneChoices, queueChoices } from './choices.js';
import { callCards, stateCard, whom } from './now.js';

// The calls that were up last: a wrap-up is about them.
let lastCalls = [];

// What is said to those who listen: what one does now, where that is news.
const say = ({ state, reason, calls }) => {
  const words = [reason ? `${WORDS[state]}: ${reason}` : WORDS[state], ...(calls.length > 0 ? [whom(calls[0])] : [])].join(', ');
  if (byId('said').textContent !== words) {
    byId('said').textContent = words;
  }
  document.title = `${words} · agent`;
};

export const show = (state, pauses, act) => {
  const { device_id: device, calls, queues } = state;
  if (calls.length > 0) {
    lastCalls = calls;
  }
  const about = calls.length > 0 || state.state !== 'wrap_up' ? calls : lastCalls;
  byId('name').textContent = state.name;
  byId('away').hidden = state.switch_connected;
  byId('desk').dataset.device = device ?? '';
  byId('state').className = `panel ${state.state}`;
  byId('dial').hidden = !state.may_dial;
  const now = ['state', 'reason', 'since_ms', 'until_ms', 'reachable', 'wrap_up_time', 'snoozes_left'].map((field) => state[field]);
  put('state', () => stateCard(state, act), ...now, device && state.devices);
  put('calls', () => callCards(about, queues, calls.length === 0), about, calls.length, queues);
  put('pauses', () => pauseChoices(state, pauses, act), pauses, state.pause_id, device === null);
  put('queues', () => queueChoices(state, act), queues, device === null);
  put('phones', () => phoneChoices(state, act), state.devices, device);
  say(state);
};

// For whoever comes next.
export const clear = () => {
  lastCalls = [];
  forget();
};
