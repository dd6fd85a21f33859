import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { page } from '../../docs/recipes/react/dom.ts';
import {
  act,
  Activity,
  Component,
  createElement,
  Fragment,
  StrictMode,
  Suspense,
  use,
  useEffectEvent,
  useState,
  type FunctionComponent,
  type ReactNode,
} from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { Basket } from '../../docs/recipes/react/app.ts';
import { useAsyncManager, useManager } from '../../docs/recipes/react/hooks.ts';
import { added, preview } from '../../docs/recipes/react/managers.ts';
import { server } from '../../docs/recipes/react/server.ts';
import {
  abandonable,
  asyncContextManager,
  closing,
  contextManager,
  enter,
  withAsync,
  type AsyncContextManager,
  type ContextManager,
} from '../../lib/index.ts';
import { program } from '../helpers/process.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let events: unknown[];
let element: InstanceType<typeof page.HTMLElement>;
let root: Root;
let complaints: unknown[];

beforeEach(() => {
  events = [];
  gate = undefined;
  element = page.document.createElement('main');
  page.document.body.append(element);
  root = createRoot(element, { onCaughtError: () => {} });
  complaints = [];
  jest.spyOn(console, 'error').mockImplementation((...args) => void complaints.push(args));
});

afterEach(async () => {
  await act(async () => root.unmount());
  await sleep(1);
  jest.restoreAllMocks();
  // eslint-disable-next-line jest/no-standalone-expect -- React warns nowhere
  expect(complaints).toEqual([]);
});

async function render(node: ReactNode): Promise<void> {
  await act(async () => root.render(node));
}

/** Takes the events so far. */
const since = () => events.splice(0);

class Boundary extends Component<{ children?: ReactNode }> {
  static getDerivedStateFromError(error: unknown) {
    return { caught: { error } };
  }

  override state: { caught?: { error: unknown } } = {};

  override render() {
    if (!this.state.caught) return this.props.children;
    events.push({ caught: this.state.caught.error });
    return 'caught';
  }
}

/** Catches what its children throw, and says it once. */
const caughtIn = (events: unknown[]) => [
  ...new Set(
    events.filter((event) => (event as object) instanceof Object).map((event) => (event as { caught: unknown }).caught),
  ),
];

interface Faults {
  readonly setup?: unknown;
  readonly teardown?: unknown;
}

const noted = contextManager(function* noted(name: string, faults: Faults = {}) {
  events.push(`+${name}`);
  if ('setup' in faults) throw faults.setup;
  try {
    yield name;
    events.push(`${name} succeeded`);
  } finally {
    events.push(`-${name}`);
  }
  if ('teardown' in faults) throw faults.teardown;
});

/** What async setups and teardowns wait for. */
let gate: Promise<void> | undefined;

let release = () => {};

function hold(): void {
  gate = new Promise((resolve) => (release = resolve));
}

const notedAsync = asyncContextManager(async function* notedAsync(name: string, faults: Faults = {}) {
  events.push(`+${name}`);
  await gate;
  if ('setup' in faults) throw faults.setup;
  events.push(`${name} is set up`);
  try {
    yield name;
    events.push(`${name} succeeded`);
  } finally {
    await gate;
    events.push(`-${name}`);
  }
  if ('teardown' in faults) throw faults.teardown;
});

/** Renders what a manager yields, and notes each render that has a value. */
const Sync: FunctionComponent<{ name: string; make?: (name: string) => ContextManager<string, unknown> }> = ({
  name,
  make = noted,
}) => {
  const value = useManager(() => make(name), [name]);
  return `${name}: ${String(value)}`;
};

const Async: FunctionComponent<{
  name: string;
  make?: (name: string, signal: AbortSignal) => AsyncContextManager<string, unknown>;
}> = ({ name, make = (name) => notedAsync(name) }) => {
  const value = useAsyncManager((signal) => make(name, signal), [name]);
  seen.add(`${name}: ${String(value)}`);
  return `${name}: ${String(value)}`;
};

const seen = new Set<string>();

const failure = new Error('no');

const thrown = [failure, undefined, null, 0, '', false];

describe.each([
  ['in StrictMode', StrictMode],
  ['without StrictMode', Fragment],
])('%s', (_name, Mode) => {
  const isStrict = Mode === StrictMode;
  const show = (...children: ReactNode[]) => render(createElement(Mode, null, ...children));

  /** What a mount does. StrictMode also tests the teardown. */
  const mount = (name: string) => (isStrict ? [`+${name}`, `${name} succeeded`, `-${name}`, `+${name}`] : [`+${name}`]);

  describe('useManager', () => {
    it('sets up on mount, gives the value, and tears down on unmount', async () => {
      await show(createElement(Sync, { name: 'a' }));
      expect(element.innerHTML).toBe('a: a');
      expect(since()).toEqual(mount('a'));
      await show();
      expect(since()).toEqual(['a succeeded', '-a']);
    });

    it('keeps the manager if nothing changes', async () => {
      await show(createElement(Sync, { name: 'a' }));
      since();
      await show(createElement(Sync, { name: 'a' }));
      expect(since()).toEqual([]);
      expect(element.innerHTML).toBe('a: a');
    });

    it('tears down the old one, and then sets up the new one', async () => {
      await show(createElement(Sync, { name: 'a' }));
      since();
      await show(createElement(Sync, { name: 'b' }));
      expect(since()).toEqual(['a succeeded', '-a', '+b']);
      expect(element.innerHTML).toBe('b: b');
    });

    it('never gives a value that is torn down, or of other dependencies', async () => {
      const open = new Set<object>();
      const opened = contextManager(function* opened(name: string) {
        const value = { name };
        open.add(value);
        try {
          yield value;
        } finally {
          open.delete(value);
        }
      });
      const renders: string[] = [];
      const Checked = ({ name }: { name: string }) => {
        const value = useManager(() => opened(name), [name]);
        renders.push(value ? `${name} ${value.name} ${String(open.has(value))}` : `${name} –`);
        return null;
      };
      await show(createElement(Checked, { name: 'a' }));
      await show(createElement(Checked, { name: 'b' }));
      expect([...new Set(renders)]).toEqual(['a –', 'a a true', 'b –', 'b b true']);
    });

    it('takes a manager that can be entered only once, because each setup makes its own', async () => {
      const make = (name: string) => closing({ name }, () => void events.push(`-${name}`));
      const Once = () => useManager(() => make('a'), [])?.name;
      await show(createElement(Once));
      expect(element.innerHTML).toBe('a');
      expect(since()).toEqual(isStrict ? ['-a'] : []);
      await show();
      expect(since()).toEqual(['-a']);
    });

    it.each(thrown)('lets a boundary have what a setup throws: %p', async (error) => {
      const both = contextManager(function* both(name: string) {
        yield* enter(noted(name));
        yield* enter(noted('second', { setup: error }));
        yield name;
      });
      await show(createElement(Boundary, null, createElement(Sync, { name: 'a', make: both })));
      expect(element.innerHTML).toBe('caught');
      expect(caughtIn(events)).toEqual([error]);
      expect(events.filter((event) => event === '+a')).toHaveLength(events.filter((event) => event === '-a').length);
      expect(events).toContain('-a');
      expect(events).not.toContain('a succeeded');
    });

    it.each(thrown)('lets a boundary that stays have what a teardown throws: %p', async (error) => {
      let faults: Faults = {};
      const manager = contextManager(function* made(name: string) {
        yield* enter(noted(name));
        yield name;
        if ('teardown' in faults) throw faults.teardown;
      });
      const shown = (name: string) => show(createElement(Boundary, null, createElement(Sync, { name, make: manager })));
      await shown('a');
      since();
      faults = { teardown: error };
      await shown('b').catch(() => {});
      expect(element.innerHTML).toBe('caught');
      expect(caughtIn(events)).toContain(error);
      expect(events.slice(0, 2)).toEqual(['-a', '+b']);
      expect(events).toContain('-b');
      faults = {};
    });

    it('passes over a boundary that unmounts as well, and empties the root if there is no other', async () => {
      let faults: Faults = {};
      const manager = contextManager(function* made(name: string) {
        yield name;
        if ('teardown' in faults) throw faults.teardown;
      });
      const shown = createElement(Boundary, { key: 'b' }, createElement(Sync, { name: 'a', make: manager }));
      await show('beside ', shown);
      expect(element.innerHTML).toBe('beside a: a');
      faults = { teardown: failure };
      await expect(show('beside ')).rejects.toBe(failure);
      expect(element.innerHTML).toBe('');
      expect(caughtIn(events)).toEqual([]);
    });

    it('exits with success, even if React unmounts because another component has failed', async () => {
      let fail: (error: unknown) => void = () => {};
      const Failing = () => {
        const [thrown, setThrown] = useState<{ error: unknown }>();
        fail = (error) => setThrown({ error });
        if (thrown) throw thrown.error;
        return null;
      };
      await show(createElement(Boundary, null, createElement(Sync, { name: 'a' }), createElement(Failing)));
      since();
      await act(async () => fail(failure));
      expect(element.innerHTML).toBe('caught');
      expect(events.filter((event) => typeof event === 'string')).toEqual(['a succeeded', '-a']);
    });

    it('is torn down while an Activity hides it, and has no value then', async () => {
      const shown = (mode: 'hidden' | 'visible') =>
        show(createElement(Activity, { mode, children: createElement('p', null, createElement(Sync, { name: 'a' })) }));
      await shown('visible');
      since();
      await shown('hidden');
      expect(since()).toEqual(['a succeeded', '-a']);
      expect(element.textContent).toBe('a: undefined');
      await shown('visible');
      expect(since()).toEqual(mount('a'));
      expect(element.textContent).toBe('a: a');
    });

    it('stays set up while the component suspends', async () => {
      let resolve: (value: string) => void = () => {};
      const promise = new Promise<string>((settle) => (resolve = settle));
      const Suspending = ({ isWaiting }: { isWaiting: boolean }) => {
        const value = useManager(() => noted('a'), []);
        return isWaiting ? use(promise) : value;
      };
      const shown = (isWaiting: boolean) =>
        show(createElement(Suspense, { fallback: 'waiting' }, createElement(Suspending, { isWaiting })));
      await shown(false);
      since();
      await shown(true);
      expect(element.textContent).toContain('waiting');
      await act(async () => resolve('done'));
      expect(element.textContent).toBe('done');
      // StrictMode tests the effects of what appears again, too.
      expect(since()).toEqual(isStrict ? ['a succeeded', '-a', '+a'] : []);
    });

    it('calls the latest callback through useEffectEvent, without a new setup', async () => {
      const target = new EventTarget();
      const Listening = ({ onKey }: { onKey: () => void }) => {
        const key = useEffectEvent(onKey);
        const url = useManager(() => preview(new Blob(['a tree']), target, key), []);
        urls.add(url);
        return null;
      };
      const urls = new Set<unknown>();
      await show(createElement(Listening, { onKey: () => events.push('old') }));
      await show(createElement(Listening, { onKey: () => events.push('new') }));
      target.dispatchEvent(new Event('keydown'));
      expect(since()).toEqual(['new']);
      expect(urls.size).toBe(2);
    });

    it('sets up nothing on a server', () => {
      expect(renderToString(createElement(Mode, null, createElement(Sync, { name: 'a' })))).toBe('a: undefined');
      expect(events).toEqual([]);
    });
  });

  describe('useAsyncManager', () => {
    /** Lets go what is held, and waits until nothing else happens. */
    async function settled(): Promise<void> {
      release();
      await act(async () => sleep(1));
    }

    it('gives the value once the setup is over, and tears down on unmount', async () => {
      hold();
      await show(createElement(Async, { name: 'a' }));
      expect(element.innerHTML).toBe('a: undefined');
      await settled();
      expect(element.innerHTML).toBe('a: a');
      // StrictMode's first run is over before its setup has begun.
      expect(since()).toEqual(['+a', 'a is set up']);
      await show();
      await settled();
      expect(since()).toEqual(['a succeeded', '-a']);
    });

    it('waits for the end of the old one before the setup of the new one', async () => {
      seen.clear();
      await show(createElement(Async, { name: 'a' }));
      await settled();
      since();
      hold();
      await show(createElement(Async, { name: 'b' }));
      expect(since()).toEqual(['a succeeded']);
      expect(element.innerHTML).toBe('b: undefined');
      await settled();
      expect(element.innerHTML).toBe('b: b');
      expect(since()).toEqual(['-a', '+b', 'b is set up']);
      expect([...seen]).toEqual(['a: undefined', 'a: a', 'b: undefined', 'b: b']);
    });

    it('skips what is over before it could begin', async () => {
      hold();
      for (const name of ['a', 'b', 'c', 'd']) await show(createElement(Async, { name }));
      await settled();
      expect(element.innerHTML).toBe('d: d');
      expect(events.filter((event) => String(event).startsWith('+'))).toEqual(['+a', '+d']);
    });

    it('does not wait for the manager of another component', async () => {
      await show(createElement(Async, { key: 'a', name: 'a' }));
      await settled();
      since();
      hold();
      await show(createElement(Async, { key: 'b', name: 'b' }));
      expect(since().sort()).toEqual(['+b', 'a succeeded']);
      await settled();
    });

    it('lets a setup end that still runs on unmount, and exits at once', async () => {
      hold();
      await show(createElement(Async, { name: 'a' }));
      await show();
      expect(since()).toEqual(['+a']);
      await settled();
      expect(since()).toEqual(['a is set up', 'a succeeded', '-a']);
    });

    it('drops the reason of the signal, with which a setup gives up', async () => {
      const make = (_name: string, signal: AbortSignal) =>
        asyncContextManager(async function* giving() {
          events.push('+a');
          await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          yield 'a';
        })();
      await show(createElement(Async, { name: 'a', make }));
      await show();
      await settled();
      expect(since()).toEqual(['+a']);
    });

    it('does not wait for an abandonable setup', async () => {
      const make = (name: string, signal: AbortSignal) => abandonable(notedAsync(name), signal);
      hold();
      await show(createElement(Async, { name: 'a', make }));
      await show(createElement(Async, { name: 'b', make }));
      expect(since()).toEqual(['+a', '+b']);
      await settled();
      expect(since()).toEqual(['a is set up', 'b is set up', '-a']);
      expect(element.innerHTML).toBe('b: b');
    });

    it.each(thrown)('lets a boundary have what a setup throws: %p', async (error) => {
      const make = (name: string) => notedAsync(name, { setup: error });
      await show(createElement(Boundary, null, createElement(Async, { name: 'a', make })));
      await settled();
      expect(element.innerHTML).toBe('caught');
      expect(caughtIn(events)).toEqual([error]);
    });

    it('lets a boundary have what making the manager throws', async () => {
      const make = () => {
        throw failure;
      };
      await show(createElement(Boundary, null, createElement(Async, { name: 'a', make })));
      await settled();
      expect(caughtIn(events)).toEqual([failure]);
    });

    it('is torn down while an Activity hides it, and has no value then', async () => {
      const shown = (mode: 'hidden' | 'visible') =>
        show(
          createElement(Activity, { mode, children: createElement('p', null, createElement(Async, { name: 'a' })) }),
        );
      await shown('visible');
      await settled();
      since();
      await shown('hidden');
      await settled();
      expect(since()).toEqual(['a succeeded', '-a']);
      expect(element.textContent).toBe('a: undefined');
      await shown('visible');
      await settled();
      expect(since()).toEqual(['+a', 'a is set up']);
      expect(element.textContent).toBe('a: a');
    });

    it('sets up nothing on a server', () => {
      expect(renderToString(createElement(Mode, null, createElement(Async, { name: 'a' })))).toBe('a: undefined');
      expect(events).toEqual([]);
    });
  });

  describe('an event handler', () => {
    const click = (name: string) =>
      act(() => [...element.querySelectorAll('button')].find(({ textContent }) => textContent === name)?.click());

    it('shows an item at once, and takes it back if the server refuses it', async () => {
      await withAsync(server(), async (url) => {
        await show(createElement(Basket, { shop: `${url}/shop` }));
        click('gold');
        expect(element.textContent).toBe('teagoldgold');
        click('tea');
        expect(element.textContent).toBe('teagoldgold, tea');
        while (!element.textContent.includes('Error')) await act(async () => sleep(1));
        expect(element.textContent).toBe('teagoldteaError: There is no more gold.');
      });
    });

    it('takes nothing back from a component that is unmounted', async () => {
      await withAsync(server(), async (url) => {
        await show(createElement(Basket, { shop: `${url}/shop` }));
        click('gold');
        await show();
        expect(element.innerHTML).toBe('');
      });
      await sleep(1);
    });
  });
});

describe('useAsyncManager', () => {
  it('leaves to the platform what fails once the component has left', async () => {
    const { output, errors } = await withAsync(
      program('__tests__/recipes/fixtures/react-rejections.ts'),
      ({ ended }) => ended,
    );
    expect(errors).toBe('');
    expect(output).toBe('caught: setup\nunhandled: late setup\nunhandled: teardown\n');
  });

  it('sets up the next one, even if the teardown of the last one fails', async () => {
    const failing = asyncContextManager(async function* failing(name: string) {
      try {
        yield name;
      } finally {
        if (name === 'a') throw left?.reason;
      }
    });
    let left: AbortSignal | undefined;
    const make = (name: string, signal: AbortSignal) => {
      left ??= signal;
      return failing(name);
    };
    await render(createElement(Async, { name: 'a', make }));
    await act(async () => sleep(5));
    await render(createElement(Async, { name: 'b', make }));
    await act(async () => sleep(5));
    expect(element.innerHTML).toBe('b: b');
  });
});

describe('added', () => {
  it('takes back its own item, and no equal one', async () => {
    let items: readonly { name: string }[] = [{ name: 'tea' }];
    const update = (change: (before: typeof items) => typeof items) => void (items = change(items));
    const [first] = items;
    const block = withAsync(added(update, { name: 'tea' }), async () => {
      throw failure;
    });
    expect(items).toHaveLength(2);
    await expect(block).rejects.toBe(failure);
    expect(items).toEqual([first]);
    expect(items[0]).toBe(first);
  });
});

describe('preview', () => {
  it('revokes the URL, and stops listening', async () => {
    const target = new EventTarget();
    const onKey = jest.fn();
    const url = await withAsync(preview(new Blob(['a tree']), target, onKey), async (url) => {
      target.dispatchEvent(new Event('keydown'));
      expect(await (await fetch(url)).text()).toBe('a tree');
      return url;
    });
    target.dispatchEvent(new Event('keydown'));
    expect(onKey).toHaveBeenCalledTimes(1);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});
