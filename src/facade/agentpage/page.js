// An agent's page: who it is is asked once, then it shows /api/cc_agent/state whenever the stream tells of something, and says so when it cannot.

import { byId } from '/assets/dom.js';
import { follow } from '/assets/feed.js';
import { letIn } from '/assets/login.js';
import { ask, forgetKey, hasKey, logOut } from '/assets/session.js';
import { setNow, tick } from '/assets/time.js';
import { act as send, setLive } from '/assets/work.js';
import { clear, show } from './desk.js';

const STATE = '/api/cc_agent/state';
// The stream says something each 15 s.
const SILENCE_MS = 40_000;
const AGAIN_MS = 1_000;

let asking = false;
let again = false;

const get = async (path) => {
  const answer = await ask('GET', path).catch(() => ({}));
  return answer.success ? answer.data : undefined;
};

// Asks again, once more where something happens meanwhile. What fails is tried again with the next that is heard.
const refresh = async () => {
  again = true;
  if (asking) {
    return;
  }
  asking = true;
  try {
    while (again) {
      again = false;
      const [state, pauses] = await Promise.all([get(STATE), get('/api/pause')]);
      if (state && pauses) {
        setNow(state.now_ms);
        byId('desk').hidden = false;
        show(state, pauses, act);
        tick(document);
      }
    }
  } finally {
    asking = false;
  }
};

// Does something, and shows what has become of it.
const act = async (pressed, path, body) => {
  const answer = await send(pressed, path, body);
  await refresh();
  return answer;
};

byId('dialler').addEventListener('submit', async (event) => {
  event.preventDefault();
  const [button, number, dialled] = ['dial-go', 'number', 'dialled'].map(byId);
  if (button.hasAttribute('aria-busy')) {
    return;
  }
  const device = byId('desk').dataset.device;
  dialled.textContent = `Calling ${number.value}: your own phone rings first.`;
  const { success } = await act(button, '/api/cc_agent/originate', { destination: number.value, ...(device && { device_id: device }) });
  dialled.textContent = success ? `Called ${number.value}.` : `${number.value} was not called.`;
  if (success) {
    number.value = '';
  }
});

byId('leave').addEventListener('click', async () => {
  await logOut().catch(() => undefined);
  location.reload();
});

setInterval(() => tick(document), 1_000);
setLive(false);
const heard = () => {
  setLive(true);
  refresh();
};
for (;;) {
  const answer = await ask('GET', STATE).catch(() => undefined);
  if (answer && !answer.success) {
    const unknown = answer.msg === 'Unauthorized';
    if (hasKey() && unknown) {
      forgetKey();
    }
    byId('desk').hidden = true;
    clear();
    await letIn(byId('door'), 'Agent', unknown ? 'Log in to take calls.' : answer.msg, STATE, { screens: false });
    continue;
  }
  if (answer) {
    // Until it is refused; why is asked above.
    await follow(`/api/stream?user_id=${answer.data.user_id}`, heard, () => setLive(false), SILENCE_MS);
  }
  setLive(false);
  await new Promise((go) => setTimeout(go, AGAIN_MS));
}
