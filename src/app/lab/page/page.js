// The lab's phones: what /lab/stream says of them, and what can be done with them. Whatever a button does, a test may do by the same path.

import { byId } from '/assets/dom.js';
import { follow } from '/assets/feed.js';
import { letIn } from '/assets/login.js';
import { ask, forgetKey, hasKey } from '/assets/session.js';
import { setNow, tick } from '/assets/time.js';
import { act, setLive } from '/assets/work.js';
import { followLog } from './log.js';
import { name, showCallers, showPhones } from './phones.js';

const STREAM = '/lab/stream';

const showSwitch = ({ switch_connected: connected, core_uuid: boot }) => {
  const words = `${connected ? 'ccgate is connected to it' : 'ccgate is not connected to it'}; boot ${boot.slice(0, 8)}`;
  if (byId('connected').textContent !== words) {
    byId('connected').textContent = words;
    byId('connected').className = connected ? 'ready' : 'unreachable';
  }
};

const heard = ({ event, data }) => {
  if (event === 'lab') {
    setNow(data.now_ms);
    byId('lab').hidden = false;
    showPhones(data.phones);
    showCallers(data.callers);
    showSwitch(data);
    tick(document);
  }
  setLive(true);
};

byId('restart').addEventListener('click', () => byId('restart').hasAttribute('aria-busy') || act(byId('restart'), '/lab/switch/restart'));

byId('call-in').addEventListener('submit', (event) => {
  event.preventDefault();
  act(byId('call-in-go'), '/lab/callers', { from: byId('from').value, number: byId('to').value });
});

setInterval(() => tick(document), 1_000);
setLive(false);
for (;;) {
  const phones = await ask('GET', '/lab/phones').catch(() => undefined);
  if (phones?.success) {
    const devices = await ask('GET', '/api/device').catch(() => ({}));
    const users = await ask('GET', '/api/user').catch(() => ({}));
    name(devices.data ?? [], users.data ?? []);
    followLog();
    await follow(STREAM, heard, () => setLive(false));
  } else if (phones) {
    byId('lab').hidden = true;
    if (hasKey() && phones.msg === 'Unauthorized') {
      forgetKey();
    }
    const why = phones.msg === 'Unauthorized' ? 'The lab prints its API key when it starts.' : phones.msg;
    await letIn(byId('door'), 'Lab', why, '/lab/phones', { byKey: 'A program' });
    continue;
  }
  setLive(false);
  await new Promise((go) => setTimeout(go, 1_000));
}
