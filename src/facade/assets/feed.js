// Server-sent events that heal. Unlike an EventSource this says who asks in headers (browsers send what the cookie's rule needs only over https), knows
// why it is refused, and notices a network that is silently gone.

import { headers } from './session.js';

// The server says something each 5 s.
const SILENCE_MS = 12_000;
const AGAIN_MS = [500, 1_000, 2_000, 4_000, 8_000];
// Refusals that time does not mend; the rest is tried again.
const FINAL = [400, 401, 403, 404];

const events = async function* (body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (text + value).split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const lines = block.split('\n').map((line) => line.split(/: ?(.*)/s));
      const of = (wanted) => lines.filter(([name]) => name === wanted).map(([, rest]) => rest).join('\n');
      const data = of('data');
      if (data) {
        yield { event: of('event'), data: JSON.parse(data) };
      }
    }
  }
};

// One connection, until it ends; the refusal, where there is one.
const listen = async (path, heard) => {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const answer = await fetch(path, { headers: headers(), signal: silence.signal, cache: 'no-store' });
    if (!answer.ok) {
      const { msg } = await answer.json().catch(() => ({}));
      return { status: answer.status, msg };
    }
    for await (const event of events(answer.body)) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      heard(event);
    }
  } catch {
    // Cut, silent, or nobody there: all the same.
  } finally {
    clearTimeout(timer);
  }
  return undefined;
};

// A pause that ends early when the network is back.
const pause = (ms) =>
  new Promise((go) => {
    const timer = setTimeout(go, ms);
    addEventListener('online', () => (clearTimeout(timer), go()), { once: true });
  });

// Listens for as long as the server does not refuse; the refusal. `lost` is told of each cut.
export const follow = async (path, heard, lost) => {
  let tries = 0;
  for (;;) {
    const refused = await listen(path, (event) => ((tries = 0), heard(event)));
    if (refused && FINAL.includes(refused.status)) {
      return refused;
    }
    lost();
    await pause(AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)] * (1 + Math.random() / 4));
    tries += 1;
  }
};
