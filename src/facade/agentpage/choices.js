// What the agent may choose: a pause, queues, a phone.

import { byId, el } from '/assets/dom.js';
import { button } from '/assets/work.js';

export const pauseChoices = ({ pause_id: current, device_id: at }, pauses, act) => {
  if (at === null) {
    return [el('p', { class: 'note' }, 'Who is checked in can pause.')];
  }
  const choice = ({ id, name, color }) => {
    const swatch = color && el('span', { class: 'swatch' });
    swatch?.style.setProperty('background-color', color);
    return button(`pause-${id}`, el('span', {}, swatch, name), (pressed) => act(pressed, '/api/cc_agent/setPause', { id }), {
      class: 'choice',
      'aria-pressed': String(id === (current ?? 0)),
    });
  };
  // What the switch or ccgate pauses for is nobody's to choose.
  const own = pauses.filter(({ id, system }) => !system || id === current);
  return [choice({ id: 0, name: 'Taking calls' }), ...own.map(choice)];
};

// Why a queue is not the agent's to choose.
const fixed = ({ mode, joined, closed }) => {
  if (closed && !joined) {
    return `only ${closed}`;
  }
  if (mode === 4 && joined) {
    return 'always';
  }
  return mode === 2 && !joined ? 'a supervisor joins you' : undefined;
};

export const queueChoices = ({ queues, device_id: at }, act) => {
  if (queues.length === 0) {
    return [el('p', { class: 'note' }, 'You serve no queues yet. A supervisor assigns them.')];
  }
  const choice = (queue) => {
    const why = fixed(queue);
    const paused = queue.paused && queue.joined === false ? `paused here${queue.reason ? `: ${queue.reason}` : ''}` : undefined;
    const box = el('input', { type: 'checkbox', id: `queue-${queue.id}`, checked: queue.joined, disabled: at === null || why !== undefined });
    box.addEventListener('change', async () => {
      const joined = queues.filter(({ id }) => byId(`queue-${id}`).checked).map(({ id }) => id);
      const answer = await act(box, '/api/cc_agent/setQueues', { queue_ids: joined });
      if (!answer.success) {
        box.checked = !box.checked;
      }
    });
    const note = [why, paused].filter(Boolean).join(', ');
    return el('li', {}, el('label', { class: 'choice' }, box, el('span', {}, queue.name, note && el('small', {}, note))));
  };
  return [el('ul', {}, queues.map(choice))];
};

const registered = (known) => (known === false ? ', not registered' : '');

// The code is for whoever sits at a phone that is nobody's own.
const code = (act) =>
  button(
    'code',
    'At another phone',
    async (pressed) => {
      const { success, data } = await act(pressed, '/api/cc_agent/checkIn', { forceCheckOut: true });
      if (success) {
        byId('dial-code')?.remove();
        pressed.after(el('p', { id: 'dial-code', role: 'status' }, 'Dial ', el('strong', {}, data), ' from the phone where you sit, within five minutes.'));
      }
    },
    { class: 'quiet' },
  );

export const phoneChoices = ({ devices, device_id: at }, act) => {
  const there = (device) => (device.taken_by ? `, ${device.taken_by} is checked in there` : registered(device.registered));
  const words = at === null ? 'Check in at' : 'Move to';
  const others = devices
    .filter(({ id }) => id !== at)
    .map((device) =>
      button(
        `phone-${device.id}`,
        el('span', {}, `${words} ${device.name}`, el('small', {}, `${device.number}${there(device)}`)),
        (pressed) => act(pressed, '/api/cc_agent/checkInDevice', { device_id: device.id, forceCheckOut: at !== null || device.taken_by !== null }),
        { class: at === null ? 'choice main' : 'choice' },
      ),
    );
  const none = devices.length === 0 ? [el('p', { class: 'note' }, 'You have no phone of your own.')] : [];
  const out = at === null ? [] : [button('check-out', 'Check out', (pressed) => act(pressed, '/api/cc_agent/checkOut', {}), { class: 'quiet' })];
  return [...none, ...others, code(act), ...out];
};
