// Shows the type of the name that you point at, or tap.

import { withBase } from 'vitepress';

const types = new Map();
let popup;
let pointed;

export function showHovers(router) {
  document.addEventListener('pointerover', ({ target }) => point(target, router));
  document.addEventListener('click', ({ target }) => point(target, router));
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && hide());
  addEventListener('scroll', hide, { passive: true, capture: true });
}

async function point(target, router) {
  const name = target.closest?.('[data-type]');
  pointed = name;
  if (!name) return hide();
  const page = router.route.data.relativePath;
  const found = (await typesOf(page))[name.dataset.type];
  if (found && pointed === name) show(name, found);
}

function typesOf(page) {
  if (!types.has(page)) {
    const url = withBase(`/types/${page.replace(/md$/, 'json')}`);
    types.set(
      page,
      fetch(url)
        .then((response) => response.json())
        .catch(() => ({})),
    );
  }
  return types.get(page);
}

function show(name, html) {
  hide();
  popup = document.createElement('div');
  popup.className = 'type-popup';
  popup.innerHTML = html;
  document.body.append(popup);
  const { left, top, bottom } = name.getBoundingClientRect();
  const { width, height } = popup.getBoundingClientRect();
  const above = top - height - 6;
  popup.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  popup.style.top = `${above > 8 ? above : bottom + 6}px`;
}

function hide() {
  popup?.remove();
  popup = undefined;
}
