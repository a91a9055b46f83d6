// What is around every page: the menu of a narrow window, and the way out.

import { byId } from '/assets/dom.js';
import { logOut } from '/assets/session.js';

const menu = byId('menu');

const open = (is) => {
  menu.setAttribute('aria-expanded', String(is));
  document.body.classList.toggle('menu-open', is);
};

menu.addEventListener('click', () => open(menu.getAttribute('aria-expanded') === 'false'));
addEventListener('keydown', ({ key }) => key === 'Escape' && open(false));
byId('leave').addEventListener('click', async () => {
  await logOut().catch(() => undefined);
  location.reload();
});
