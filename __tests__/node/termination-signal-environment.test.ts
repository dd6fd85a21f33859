import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { withSync } from '../../lib/index.ts';
import { terminationSignal } from '../../lib/node/index.ts';

const { exitCode } = process;

afterEach(() => {
  process.exitCode = exitCode;
});

describe('terminationSignal in the main thread', () => {
  it('does not warn', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    expect(withSync(terminationSignal(), (signal) => signal.aborted)).toBe(false);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});

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

describe('terminationSignal in a worker thread', () => {
  it('warns once that no signal arrives, and runs the block', async () => {
    jest.resetModules();
    jest.unstable_mockModule('node:worker_threads', () => ({ isMainThread: false }));
    const { terminationSignal } = await import('../../lib/node/termination-signal.ts');
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const run = () => withSync(terminationSignal(), (signal) => signal.aborted);
    expect(run()).toBe(false);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(run()).toBe(false);
    expect(warn.mock.calls).toEqual([
      [
        'Cannot listen for signals: terminationSignal() needs the main thread, but a worker thread entered it. Let the main thread listen, and send the worker a message.',
        { type: 'WithalWarning', code: 'WITHAL_NO_SIGNALS' },
      ],
    ]);
    warn.mockRestore();
  });
});
