import { stat } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { withAsync, withSync } from '../../lib/index.ts';
import { nodeBuilds, nodeCopies } from '../helpers/builds.ts';

const names: NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGTERM'];
const listeners = () => [...names, 'beforeExit'].map((name) => process.listenerCount(name as NodeJS.Signals));
const arrive = (name: NodeJS.Signals) => process.emit(name, name);

const { exitCode } = process;
let before: number[];
let kill: jest.SpiedFunction<typeof process.kill>;

beforeEach(() => {
  before = listeners();
  kill = jest.spyOn(process, 'kill').mockReturnValue(true);
});

afterEach(() => {
  process.exitCode = exitCode;
  kill.mockRestore();
  // eslint-disable-next-line jest/no-standalone-expect -- no test may leave anything behind
  expect(listeners()).toEqual(before);
});

const added = () => listeners().map((count, index) => count - (before[index] ?? 0));

describe.each(nodeBuilds)('%s', (_build, { terminationSignal }) => {
  describe('terminationSignal with several signals', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    /** When nothing counts as a repeat any more. */
    const later = () => jest.advanceTimersByTimeAsync(600);

    it.each<[string, NodeJS.Signals[]]>([
      ['a wrapper that passes it on', ['SIGINT', 'SIGINT']],
      ['nodemon, which passes it on twice', ['SIGINT', 'SIGINT', 'SIGINT']],
      ['concurrently, which sends another signal than the terminal', ['SIGINT', 'SIGINT', 'SIGTERM']],
    ])('treats repeats as one signal: %s', (_what, signals) => {
      withSync(terminationSignal(), (signal) => {
        signals.forEach(arrive);
        expect(signal.reason).toMatchObject({ signal: 'SIGINT' });
        expect(added()).toEqual([0, 1, 1, 1]);
      });
      expect(kill).not.toHaveBeenCalled();
      expect(process.exitCode).toBe(130);
    });

    it('stops listening on a second signal, and raises it again', async () => {
      await withAsync(terminationSignal(), async (signal) => {
        arrive('SIGINT');
        const { reason } = signal;
        await later();
        arrive('SIGTERM');
        expect(added()).toEqual([0, 0, 0, 0]);
        expect(signal.reason).toBe(reason);
      });
      expect(kill.mock.calls).toEqual([[process.pid, 'SIGTERM']]);
      expect(process.exitCode).toBe(130);
    });

    it('treats what arrives within 500 ms as a repeat', async () => {
      await withAsync(terminationSignal(), async () => {
        arrive('SIGINT');
        await jest.advanceTimersByTimeAsync(499);
        arrive('SIGTERM');
        expect(kill).not.toHaveBeenCalled();
        await jest.advanceTimersByTimeAsync(2);
        arrive('SIGTERM');
        expect(kill).toHaveBeenCalledTimes(1);
      });
    });

    it('treats what waited while the loop was blocked as a repeat', async () => {
      jest.useRealTimers();
      await withAsync(terminationSignal(), async () => {
        arrive('SIGINT');
        // A signal arrives at this point: after the timer is up, and before what waits for the next turn of the loop.
        const polled = new Promise<void>((resolve) => {
          stat('.', () => {
            arrive('SIGINT');
            resolve();
          });
        });
        const end = performance.now() + 550;
        while (performance.now() < end);
        await polled;
        expect(kill).not.toHaveBeenCalled();
        while (kill.mock.calls.length === 0) {
          await sleep(1);
          arrive('SIGINT');
        }
        expect(kill).toHaveBeenCalledTimes(1);
      });
    });

    it('aborts a newer block on the second signal, too', async () => {
      await withAsync(terminationSignal(), async () => {
        arrive('SIGINT');
        await later();
        withSync(terminationSignal(), (inner) => {
          expect(inner.aborted).toBe(false);
          arrive('SIGINT');
          expect(inner.aborted).toBe(true);
        });
      });
      expect(kill).toHaveBeenCalledTimes(1);
    });

    it('aborts each block on its own signals', async () => {
      await withAsync(terminationSignal(['SIGINT']), async (outer) => {
        arrive('SIGINT');
        await later();
        withSync(terminationSignal(['SIGTERM']), (inner) => {
          arrive('SIGTERM');
          expect([outer.reason, inner.reason]).toMatchObject([{ signal: 'SIGINT' }, { signal: 'SIGTERM' }]);
        });
      });
      expect(kill).not.toHaveBeenCalled();
    });
  });

  describe('terminationSignal many times', () => {
    it('has one listener for each signal', async () => {
      const managers = [terminationSignal(), terminationSignal(['SIGHUP', 'SIGINT'])];
      const blocks = Array.from({ length: 1_000 }, (_, index) =>
        withAsync(managers[index % 2] ?? terminationSignal(), async (signal) => {
          await sleep(1);
          arrive('SIGHUP');
          return signal.aborted;
        }),
      );
      expect(added()).toEqual([1, 1, 1, 1]);
      expect((await Promise.all(blocks)).filter(Boolean)).toHaveLength(500);
    });

    it('stops listening to a signal when the last block that listens to it has ended', () => {
      withSync(terminationSignal(['SIGINT']), () => {
        withSync(terminationSignal(['SIGINT', 'SIGHUP']), () => expect(added()).toEqual([1, 1, 0, 1]));
        expect(added()).toEqual([0, 1, 0, 1]);
      });
    });

    it('listens again if other code removed all listeners', () => {
      withSync(terminationSignal(['SIGHUP']), (outer) => {
        process.removeAllListeners('SIGHUP');
        withSync(terminationSignal(['SIGHUP']), () => arrive('SIGHUP'));
        expect(outer.aborted).toBe(true);
      });
    });
  });
});

describe('terminationSignal of several copies', () => {
  it('has one listener for each signal', () => {
    const [first, ...rest] = nodeCopies.map(([, { terminationSignal }]) => terminationSignal());
    const nested = [first, ...rest].reduceRight<() => void>(
      (body, manager) => () => manager && withSync(manager, body),
      () => {
        expect(added()).toEqual([0, 1, 1, 1]);
        arrive('SIGINT');
      },
    );
    nested();
    expect(process.exitCode).toBe(130);
  });
});
