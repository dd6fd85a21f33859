import { setTimeout as sleep } from 'node:timers/promises';
import { page } from './dom.ts';
import { createElement, StrictMode, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { enter, scopeAsync } from 'withal';
import { observe } from 'withal/observe';
import { Basket, Boundary, Photo, Room } from './app.ts';
import { server } from './server.ts';

const element = page.document.createElement('main');
const root = createRoot(element, { onCaughtError: () => undefined });

await scopeAsync(async function* main() {
  const url = yield* enter(server());
  using watch = observe({
    onEntered: ({ name }) => console.log(`  ${name}: set up`),
    onExited: ({ name, result }) => console.log(`  ${name}: ${String(result)}`),
  });
  const nothingIsOpen = () => watch.open().length === 0;

  console.log('A photo:');
  const target = page as unknown as EventTarget;
  const photo = (blob: Blob) => createElement(Photo, { blob, target });
  show(photo(new Blob(['a tree'])));
  await shown(/blob:/);
  page.dispatchEvent(new page.Event('keydown'));
  await shown(/large/);

  console.log('Another photo:');
  show(photo(new Blob(['a house'])));
  await shown(/blob:/);

  console.log('No photo:');
  show(null);

  console.log('A room:');
  const room = (name: string) =>
    createElement(Room, { room: `${url}/${name}`, name: 'Ada' });
  show(room('kitchen'));
  await shown(/Ada/);

  console.log('Another room, left while its setup still runs:');
  show(room('cellar'));
  await until(() => watch.open().some(({ phase }) => phase === 'entering'));
  show(null);
  await until(nothingIsOpen);

  console.log('A room that is full:');
  show(createElement(Boundary, null, room('attic')));
  await shown(/Error/);

  console.log('A basket:');
  show(createElement(Basket, { shop: `${url}/shop` }));
  click('tea');
  await shown(/tea<p>/);
  await until(nothingIsOpen);
  click('gold');
  await shown(/gold<p>/);
  await shown(/Error/);

  root.unmount();
});

/** Renders at once, and runs the effects. */
function show(node: ReactNode): void {
  flushSync(() => root.render(createElement(StrictMode, null, node)));
}

/** Waits until the page shows something, and prints the page. */
async function shown(pattern: RegExp): Promise<void> {
  await until(() => pattern.test(element.innerHTML));
  console.log(`  ${element.innerHTML.replace(/blob:[^"]+/, 'blob:…')}`);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}

function click(name: string): void {
  const buttons = [...element.querySelectorAll('button')];
  buttons.find(({ textContent }) => textContent === name)?.click();
}
