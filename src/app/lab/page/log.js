// What ccgate tells, as it tells it: the account's live stream, the latest first.

import { byId, el } from '/assets/dom.js';
import { follow } from '/assets/feed.js';
import { timeOfDay } from '/assets/time.js';

const LINES_MAX = 200;
// The stream says something each 15 s.
const SILENCE_MS = 40_000;

const OF_SWITCH = /^(switch:|repair$|stream:gap$)/;

// The rest of what an event tells, as short as it goes: what is not there is left out.
const rest = ({ event, data, reconciled }) => {
  const { user_id: user, src_user_id: from, dst_user_id: to, type, cid_num: number, dst_num: dialled, queue_id: queue, pause_id: pause, reachable, kind, hangup_cause: cause, canceled } = data;
  const call = event.startsWith('call:') ? `${type ?? 'call'} ${number ?? ''} → ${dialled ?? ''}` : undefined;
  const words = [
    kind,
    call,
    user && `user ${user}`,
    call && from && `from user ${from}`,
    call && to && `to user ${to}`,
    queue && `queue ${queue}`,
    data.queues && `queues ${data.queues.join(', ')}`,
    pause !== undefined && (pause ? `pause ${pause}` : 'no pause'),
    reachable !== undefined && (reachable ? 'reachable' : 'not reachable'),
    data.seen && `was ${JSON.stringify(data.seen)}`,
    data.done && `done: ${JSON.stringify(data.done)}`,
    cause,
    canceled,
    reconciled && 'reconciled',
  ];
  return words.filter(Boolean).join(' · ');
};

const heard = ({ data: told }) => {
  if (!told) {
    return;
  }
  const at = told.ts ? told.ts * 1000 : Date.now();
  const line = el('li', { class: OF_SWITCH.test(told.event) ? 'switch' : undefined }, el('time', {}, timeOfDay(at)), el('b', {}, told.event), el('span', {}, rest(told)));
  byId('log').prepend(line);
  while (byId('log').children.length > LINES_MAX) {
    byId('log').lastChild.remove();
  }
};

byId('only').addEventListener('change', () => byId('log').classList.toggle('only', byId('only').checked));

let following = false;

// Once; it ends when it is refused.
export const followLog = async () => {
  if (!following) {
    following = true;
    await follow('/api/stream', heard, () => undefined, SILENCE_MS);
    following = false;
  }
};
