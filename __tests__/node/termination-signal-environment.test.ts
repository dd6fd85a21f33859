import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { withSync } from '../../lib/index.ts';

const { exitCode } = process;

afterEach(() => {
  process.exitCode = exitCode;
  jest.resetModules();
});

/** A copy that sees other modules of Node. */
async function terminationSignalWith(name: string, changes: object) {
  const actual = (await import(name)) as object;
  jest.unstable_mockModule(name, () => ({ ...actual, ...changes }));
  const { terminationSignal } = await import('../../lib/node/termination-signal.ts');
  return terminationSignal;
}

describe('a grace period longer than a timer can be', () => {
  it('is kept', async () => {
    const waits: number[] = [];
    const callbacks: (() => void)[] = [];
    const setTimeout = (callback: () => void, ms: number) => {
      callbacks.push(callback);
      waits.push(ms);
      return { unref: () => undefined };
    };
    const terminationSignal = await terminationSignalWith('node:timers', { setTimeout, clearTimeout: () => undefined });
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as () => never);
    const onGrace = jest.fn();
    withSync(terminationSignal({ grace: 2 ** 31 + 5, onGrace }), () => process.emit('SIGTERM', 'SIGTERM'));
    callbacks[1]?.();
    expect(waits).toEqual([500, 2 ** 31 - 1, 6]);
    expect(onGrace).not.toHaveBeenCalled();
    callbacks[2]?.();
    expect(onGrace).toHaveBeenCalledTimes(1);
    await new Promise(process.nextTick);
    expect(exit.mock.calls).toEqual([[143]]);
    exit.mockRestore();
  });
});

describe('terminationSignal in a worker thread', () => {
  it('warns once that no signal arrives, and runs the block', async () => {
    const terminationSignal = await terminationSignalWith('node:worker_threads', { isMainThread: false });
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const run = () => withSync(terminationSignal(), (signal) => signal.aborted);
    expect([run(), run()]).toEqual([false, false]);
    expect(warn.mock.calls).toEqual([
      [
        'Cannot listen to signals: terminationSignal() needs the main thread, but a worker thread entered it. Let the main thread listen, and tell the worker by a message.',
        { type: 'WithalWarning', code: 'WITHAL_NO_SIGNALS' },
      ],
    ]);
    warn.mockRestore();
  });
});
