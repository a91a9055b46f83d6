// The wallboard: who may see it is asked once, then it follows what happens, and says so when it does not.

import { byId, el } from '/assets/dom.js';
import { follow } from '/assets/feed.js';
import { letIn } from '/assets/login.js';
import { forgetKey, hasKey, logOut } from '/assets/session.js';
import { show } from './board.js';
import { now, setNow, tick, timeOfDay } from './time.js';

// Those who listen hear of numbers at most so often.
const SAY_MS = 30_000;

const queue = /^\/tv\/(\d+)$/.exec(location.pathname)?.[1];
const query = queue ? `?queue_id=${queue}` : '';

let wall;
let lastHeard;
let saidAt = -SAY_MS;

const say = (words) => {
  const at = performance.now();
  if (at - saidAt >= SAY_MS && byId('said').textContent !== words) {
    byId('said').textContent = words;
    saidAt = at;
  }
};

const setLive = (live) => {
  document.body.classList.toggle('stale', !live);
  const text = live ? 'Live' : lastHeard ? `Not live since ${timeOfDay(lastHeard)}` : 'Connecting';
  if (byId('live').textContent !== text) {
    byId('live').textContent = text;
  }
};

const heard = ({ event, data }) => {
  setNow(data.now_ms);
  lastHeard = Date.now();
  if (event === 'wall') {
    wall = data;
    byId('wall').hidden = false;
    say(show(wall, queue !== undefined));
  }
  setLive(true);
};

const clock = () => {
  tick(byId('wall'));
  byId('clock').textContent = timeOfDay(Date.now(), 2);
  byId('clock').dateTime = timeOfDay(Date.now(), 2);
  setTimeout(clock, 1000 - (now() % 1000));
};

let resized;
addEventListener('resize', () => {
  clearTimeout(resized);
  resized = setTimeout(() => wall && show(wall, queue !== undefined), 100);
});

byId('leave').addEventListener('click', async () => {
  await logOut().catch(() => undefined);
  location.reload();
});

// A queue that is gone does not come back.
const gone = () =>
  el('main', { class: 'login' }, el('h1', {}, 'Wallboard'), el('p', { class: 'message', role: 'alert' }, 'There is no such queue.'), el('a', { href: '/tv' }, 'All queues'));

clock();
setLive(false);
for (;;) {
  const { status, msg } = await follow(`/api/wallboard/stream${query}`, heard, () => setLive(false));
  byId('wall').hidden = true;
  if (status === 404) {
    byId('door').replaceChildren(gone());
    break;
  }
  if (hasKey() && status === 401) {
    forgetKey();
  }
  const why = status === 401 ? 'Log in to see what happens in the queues.' : (msg ?? 'That was refused.');
  await letIn(byId('door'), 'Wallboard', why, `/api/wallboard${query}`);
}
