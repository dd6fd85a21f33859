import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { withSync } from '../../lib/index.ts';
import { terminationSignal } from '../../lib/node/index.ts';

const { exitCode } = process;

afterEach(() => {
  process.exitCode = exitCode;
});

/** A new `terminationSignal`, which hasn't warned of anything yet. */
async function loadedIn(thread: { isMainThread: boolean }) {
  jest.resetModules();
  jest.unstable_mockModule('node:worker_threads', () => thread);
  const module = await import('../../lib/node/termination-signal.ts');
  return module.terminationSignal;
}

describe('a grace period longer than a timer can be', () => {
  it('is kept', async () => {
    jest.useFakeTimers();
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as () => never);
    const onGrace = jest.fn();
    withSync(terminationSignal({ grace: 2 ** 31 + 5, onGrace }), () => process.emit('SIGTERM', 'SIGTERM'));
    jest.advanceTimersByTime(2 ** 31 + 4);
    expect(onGrace).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect([onGrace.mock.calls.length, exit.mock.calls]).toEqual([1, [[143]]]);
    exit.mockRestore();
    jest.useRealTimers();
  });
});

describe('terminationSignal in the main thread', () => {
  it('warns of nothing', async () => {
    const terminationSignal = await loadedIn({ isMainThread: true });
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    withSync(terminationSignal(), () => undefined);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('leaves no timer behind', () => {
    const made = jest.spyOn(globalThis, 'setTimeout');
    const cleared = jest.spyOn(globalThis, 'clearTimeout');
    withSync(terminationSignal(), () => process.emit('SIGTERM', 'SIGTERM'));
    const own = made.mock.results.filter((_, index) => made.mock.calls[index]?.[1] === 500);
    expect(own).not.toEqual([]);
    expect(cleared.mock.calls.map(([timer]) => timer)).toEqual(expect.arrayContaining(own.map(({ value }) => value)));
    made.mockRestore();
    cleared.mockRestore();
  });

  it("doesn't keep a process alive, even while it waits for onGrace", async () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as () => never);
    const setTimeout = jest.spyOn(globalThis, 'setTimeout');
    const isKeeping: boolean[] = [];
    await new Promise<void>((resolve) => {
      const onGrace = async () => {
        await Promise.resolve();
        for (const { value } of setTimeout.mock.results) isKeeping.push((value as NodeJS.Timeout).hasRef());
        resolve();
      };
      withSync(terminationSignal({ grace: 0, onGrace }), () => process.emit('SIGTERM', 'SIGTERM'));
    });
    await setImmediate();
    expect([isKeeping, exit.mock.calls]).toEqual([[false, false, false], [[143]]]);
    setTimeout.mockRestore();
    exit.mockRestore();
  });
});

describe('terminationSignal in a worker thread', () => {
  it('warns once that no signal arrives, and runs the block', async () => {
    const terminationSignal = await loadedIn({ isMainThread: false });
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const run = () => withSync(terminationSignal(), (signal) => signal.aborted);
    expect([run(), run(), run()]).toEqual([false, false, false]);
    expect(warn.mock.calls).toEqual([
      [
        'Cannot listen for signals: terminationSignal() needs the main thread, but a worker thread entered it. Let the main thread listen, and send the worker a message.',
        { type: 'WithalWarning', code: 'WITHAL_NO_SIGNALS' },
      ],
    ]);
    warn.mockRestore();
  });
});
