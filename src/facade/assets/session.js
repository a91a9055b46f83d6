// Who asks: somebody who logged in here, by a cookie that scripts cannot read; or a key that was given to this browser, for a screen without a person.
//
// A key goes in a header only. It may be given in an address, after #key=, which browsers keep to themselves; it is taken out of there at once.

const KEY = 'ccgate.key';

const fragment = new URLSearchParams(location.hash.slice(1)).get('key');
if (fragment) {
  localStorage.setItem(KEY, fragment);
  history.replaceState(null, '', location.pathname + location.search);
}

export const keepKey = (key) => localStorage.setItem(KEY, key.trim());

export const forgetKey = () => localStorage.removeItem(KEY);

export const hasKey = () => localStorage.getItem(KEY) !== null;

// The header without which a cookie does not count: no other site's page can send it.
export const headers = () => {
  const key = localStorage.getItem(KEY);
  return { 'X-Requested-With': 'ccgate', ...(key && { 'X-Api-Key': key }) };
};

// Asks the API; its envelope, also of a refusal.
export const ask = async (method, path, body) => {
  const json = body && { 'Content-Type': 'application/json' };
  const answer = await fetch(path, { method, headers: { ...headers(), ...json }, body: body && JSON.stringify(body) });
  return answer.json();
};

export const logIn = (username, password) => {
  forgetKey();
  return ask('POST', '/api/user/login', { username, password });
};

export const logOut = async () => {
  if (hasKey()) {
    forgetKey();
  } else {
    await ask('GET', '/api/user/logout');
  }
};
