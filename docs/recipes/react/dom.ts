import { Window } from 'happy-dom';

/** A page for React, outside a browser. Import it before React's renderer. */
export const page = new Window();

for (const [name, value] of Object.entries({
  window: page,
  document: page.document,
  navigator: page.navigator,
}))
  Object.defineProperty(globalThis, name, { value, configurable: true });
