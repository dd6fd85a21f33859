import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { withAsync, withSync } from '../../lib/index.ts';
import type { GraceReport, OpenBlock, SignalName, TerminationSignalOptions } from '../../lib/node/index.ts';
import { observers } from '../../lib/support/open-blocks.ts';
import { nodeBuilds } from '../helpers/builds.ts';
import { itUnobserved } from '../helpers/unobserved.ts';

const { exitCode } = process;
const fd = Object.getOwnPropertyDescriptor(process.stderr, 'fd') ?? {};
let exit: jest.SpiedFunction<typeof process.exit>;
let folder: string;
let file: number;

beforeEach(() => {
  exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as () => never);
  folder = mkdtempSync(join(tmpdir(), 'withal-grace-'));
  file = openSync(join(folder, 'stderr'), 'w');
  setDescriptor(file);
});

afterEach(() => {
  process.exitCode = exitCode;
  exit.mockRestore();
  Object.defineProperty(process.stderr, 'fd', fd);
  closeSync(file);
  rmSync(folder, { recursive: true });
});

/** Where reports go instead of the stream. */
const setDescriptor = (value: number) => Object.defineProperty(process.stderr, 'fd', { ...fd, value });

const printed = () => readFileSync(join(folder, 'stderr'), 'utf8');
const exits = () => exit.mock.calls.map(([code]) => code);

/** Waits until the process would have ended. */
async function ended(): Promise<void> {
  while (exits().length === 0) await jest.advanceTimersByTimeAsync(1);
}

const stillRuns =
  'Cannot end: the process must be done within 20 ms of SIGTERM, but it still runs. Close what is left, or give it more time.';
const hint = 'No observer sees the open blocks. Start with node --import withal/observe/register to list them here.';
const neverEnds =
  'Cannot finish: the block of terminationSignal() must end after SIGTERM, but nothing can end it anymore. Look for a promise that never settles.';

describe.each(nodeBuilds)('%s', (_build, { terminationSignal }) => {
  const terminate = () => process.emit('SIGTERM', 'SIGTERM');
  const stuck = (options: TerminationSignalOptions) => withAsync(terminationSignal(options), terminate);

  describe('a grace period', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    itUnobserved('ends the process that still lives, and tells of it', async () => {
      const active = jest
        .spyOn(process, 'getActiveResourcesInfo')
        .mockReturnValue(['TCPServerWrap', 'Timeout', 'Timeout']);
      await stuck({ grace: 20 });
      await jest.advanceTimersByTimeAsync(19);
      expect(exits()).toEqual([]);
      await jest.advanceTimersByTimeAsync(1);
      expect(exits()).toEqual([143]);
      expect(printed()).toBe(`${stillRuns}\nActive resources: TCPServerWrap, Timeout (2)\n${hint}\n`);
      active.mockRestore();
    });

    it('begins with the signal, not with the block', async () => {
      const onGrace = jest.fn();
      await withAsync(terminationSignal({ grace: 5, onGrace }), async () => {
        await jest.advanceTimersByTimeAsync(50);
        expect(onGrace).not.toHaveBeenCalled();
        terminate();
        await ended();
      });
      expect(onGrace).toHaveBeenCalledTimes(1);
    });

    it('works with other signals', async () => {
      const reports: GraceReport[] = [];
      const manager = terminationSignal(['SIGHUP'], { grace: 0, onGrace: (report) => reports.push(report) });
      withSync(manager, () => process.emit('SIGHUP', 'SIGHUP'));
      await ended();
      expect(reports).toMatchObject([{ signal: 'SIGHUP' }]);
      expect(exits()).toEqual([129]);
    });

    it("doesn't start without a signal", async () => {
      withSync(terminationSignal({ grace: 0 }), () => undefined);
      withSync(terminationSignal(undefined, undefined), terminate);
      withSync(terminationSignal({ grace: Infinity }), terminate);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(exits()).toEqual([]);
    });

    it('calls onGrace instead of writing to stderr', async () => {
      const reports: GraceReport[] = [];
      await stuck({ grace: 20, onGrace: (report) => reports.push(report) });
      await ended();
      const [report] = reports;
      expect(report).toEqual({ signal: 'SIGTERM', open: [], active: expect.any(Array), message: expect.any(String) });
      expect(report?.message.split('\n')[0]).toBe(stillRuns);
      expect(printed()).toBe('');
    });

    it('reports what is open if something observes that', async () => {
      const open: OpenBlock[] = [
        { name: 'app', phase: 'body' },
        { name: 'transaction', phase: 'exiting' },
      ];
      const list = () => open;
      observers().add(list);
      const reports: GraceReport[] = [];
      await stuck({ grace: 0, onGrace: (report) => reports.push(report) });
      await ended();
      observers().delete(list);
      expect(reports).toMatchObject([{ open }]);
      expect(reports[0]?.message.split('\n')[1]).toBe('Open blocks: app() (body), transaction() (exiting)');
      expect(reports[0]?.message).not.toContain(hint);
    });

    it('prints only the summary if nothing is open, something observes, and nothing is active', async () => {
      const list = () => [];
      const active = jest.spyOn(process, 'getActiveResourcesInfo').mockReturnValue([]);
      observers().add(list);
      const reports: GraceReport[] = [];
      await stuck({ grace: 20, onGrace: (report) => reports.push(report) });
      await ended();
      observers().delete(list);
      active.mockRestore();
      expect(reports[0]?.message).toBe(stillRuns);
    });

    it('waits for a slow onGrace', async () => {
      let hasFlushed = false;
      await stuck({
        grace: 0,
        async onGrace() {
          await new Promise((resolve) => void setTimeout(resolve, 900));
          expect(exits()).toEqual([]);
          hasFlushed = true;
        },
      });
      await ended();
      expect([hasFlushed, exits()]).toEqual([true, [143]]);
    });

    it('waits at most a second', async () => {
      await stuck({ grace: 0, onGrace: () => new Promise(() => undefined) });
      await jest.advanceTimersByTimeAsync(999);
      expect(exits()).toEqual([]);
      await jest.advanceTimersByTimeAsync(2);
      expect(exits()).toEqual([143]);
    });

    it.each<[string, () => unknown]>([
      [
        'throws',
        () => {
          throw new Error('no logger');
        },
      ],
      ['rejects', () => Promise.reject(new Error('no logger'))],
    ])('prints the report and the error of an onGrace that %s', async (_what, onGrace) => {
      await stuck({ grace: 20, onGrace });
      await ended();
      expect(exits()).toEqual([143]);
      expect(printed()).toContain(stillRuns);
      expect(printed()).toContain('\nError: no logger\n    at ');
    });

    it("prints to the stream if it can't write to the file", async () => {
      setDescriptor(-1);
      const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
      await stuck({ grace: 20 });
      await ended();
      expect(write.mock.calls).toEqual([[expect.stringContaining(stillRuns)]]);
      write.mockRestore();
    });
  });

  describe('an event loop that empties before the block has ended', () => {
    const starve = () => process.emit('beforeExit', 143);

    itUnobserved('is told of after a signal', () => {
      withSync(terminationSignal(), () => {
        starve();
        expect(printed()).toBe('');
        terminate();
        starve();
        starve();
      });
      expect(printed()).toBe(`${neverEnds}\n${hint}\n`);
      expect(exits()).toEqual([]);
    });

    itUnobserved('is told to onGrace', () => {
      const reports: GraceReport[] = [];
      withSync(terminationSignal({ grace: Infinity, onGrace: (report) => reports.push(report) }), () => {
        terminate();
        starve();
      });
      expect(reports).toEqual([{ signal: 'SIGTERM', open: [], active: [], message: `${neverEnds}\n${hint}` }]);
      expect(printed()).toBe('');
    });

    it('leaves other blocks alone', () => {
      withSync(terminationSignal(['SIGHUP']), (other) => {
        withSync(terminationSignal(), () => {
          terminate();
          starve();
        });
        process.emit('SIGHUP', 'SIGHUP');
        expect(other.aborted).toBe(true);
      });
    });
  });

  describe('bad options', () => {
    it.each<[string, unknown[], string]>([
      [
        'no grace',
        [{}],
        'Cannot make a manager: terminationSignal() takes { grace }, milliseconds, 0 or more, but undefined was given. Write terminationSignal({ grace: 10_000 }).',
      ],
      ['onGrace alone', [{ onGrace: () => undefined }], 'milliseconds, 0 or more, but undefined was given'],
      ['a negative grace', [{ grace: -1 }], 'but -1 was given'],
      ['NaN', [{ grace: NaN }], 'but NaN was given'],
      ['a string', [{ grace: '5s' }], 'but "5s" was given'],
      ['a bare number', [['SIGINT'], 5_000], 'takes { grace }, milliseconds, 0 or more, but 5000 was given'],
      ['a number as a string', [{ grace: '5000' }], 'takes { grace }, milliseconds, 0 or more, but "5000" was given'],
      ['null', [['SIGINT'], null], 'takes { grace }, milliseconds, 0 or more, but null was given'],
      [
        "an onGrace that isn't a function",
        [{ grace: 1, onGrace: 'log' }],
        'Cannot make a manager: terminationSignal() takes { onGrace }, a function, but "log" was given. Write terminationSignal({ grace: 10_000, onGrace: (report) => { … } }).',
      ],
      ['the two arguments swapped', [{ grace: 1 }, ['SIGINT']], 'takes an array of signals that a process can catch'],
    ])('refuses %s', (_what, given, message) => {
      const make = () => terminationSignal(...(given as [SignalName[], TerminationSignalOptions]));
      expect(make).toThrow(TypeError);
      expect(make).toThrow(message);
    });
  });
});
