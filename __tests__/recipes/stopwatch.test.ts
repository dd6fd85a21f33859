import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { stopwatch, type Timing } from '../../docs/recipes/stopwatch/stopwatch.ts';
import {
  asyncContextDecorator,
  contextDecorator,
  enter,
  ExitStack,
  scopeSync,
  suppress,
  withAsync,
  withSync,
} from '../../lib/index.ts';
import { errorOf } from '../helpers/outcome.ts';

let time: number;
let timings: Timing[];

beforeEach(() => {
  time = 1_000;
  timings = [];
});

const options = {
  now: () => time,
  report: (timing: Timing) => void timings.push(timing),
};
const timed = (name: string) => stopwatch(name, options);

function work(milliseconds: number): number {
  time += milliseconds;
  return milliseconds;
}

const failure = new Error('no');

function fail(): never {
  work(5);
  throw failure;
}

describe('a stopwatch', () => {
  it("reports how long the block took, and returns the block's result", () => {
    expect(withSync(timed('work'), () => work(7))).toBe(7);
    expect(timings).toEqual([{ name: 'work', milliseconds: 7, hasSucceeded: true }]);
  });

  it('times an async block until it is done', async () => {
    const result = await withAsync(timed('work'), async () => {
      work(1);
      await Promise.resolve();
      return work(2);
    });
    expect([result, timings]).toEqual([2, [{ name: 'work', milliseconds: 3, hasSucceeded: true }]]);
  });

  it.each([failure, undefined, null, 0, ''])(
    'reports that the block failed with %p, which it rethrows',
    async (thrown) => {
      const block = () => {
        work(5);
        throw thrown;
      };
      expect(await errorOf(() => withSync(timed('sync'), block))).toBe(thrown);
      expect(await errorOf(() => withAsync(timed('async'), block))).toBe(thrown);
      expect(timings).toEqual([
        { name: 'sync', milliseconds: 5, hasSucceeded: false },
        { name: 'async', milliseconds: 5, hasSucceeded: false },
      ]);
    },
  );

  it('nests, and times concurrent blocks separately', async () => {
    const manager = timed('block');
    await withAsync(manager, async () => {
      work(1);
      await withAsync(manager, () => work(2));
      work(4);
    });
    const block = (milliseconds: number) => withAsync(manager, async () => work(milliseconds));
    await Promise.all([block(8), block(16)]);
    expect(timings.map(({ milliseconds }) => milliseconds)).toEqual([2, 7, 24, 24]);
  });

  it('reports each call of a function, sync or async', async () => {
    const half = contextDecorator(timed('half'))((number: number) => {
      if (number % 2) fail();
      return work(number) / 2;
    });
    const quarter = asyncContextDecorator(timed('quarter'))(async (number: number) => half(half(number)));
    expect(await quarter(8)).toBe(2);
    expect(await errorOf(() => quarter(6))).toBe(failure);
    expect(timings.map(({ name, milliseconds, hasSucceeded }) => [name, milliseconds, hasSucceeded])).toEqual([
      ['half', 8, true],
      ['half', 4, true],
      ['quarter', 12, true],
      ['half', 6, true],
      ['half', 5, false],
      ['quarter', 11, false],
    ]);
  });

  it("includes the consumer's time for a generator, and reports a failure if it was left early", () => {
    const count = contextDecorator(timed('count'))(function* (): Generator<number> {
      yield work(1);
      yield work(2);
    });
    for (const _ of count()) work(10);
    for (const _ of count()) break;
    expect(timings).toEqual([
      { name: 'count', milliseconds: 23, hasSucceeded: true },
      { name: 'count', milliseconds: 1, hasSucceeded: false },
    ]);
  });

  it('reports that a disposed block failed, unless it declared success', () => {
    const block = (isComplete: boolean) => {
      using stack = new ExitStack();
      stack.enterContext(timed(String(isComplete)));
      if (isComplete) stack.complete();
    };
    block(true);
    block(false);
    expect(timings.map(({ name, hasSucceeded }) => [name, hasSucceeded])).toEqual([
      ['true', true],
      ['false', false],
    ]);
  });

  it('times what is entered after it', () => {
    scopeSync(function* () {
      yield* enter(timed('outer'));
      yield* enter({ enter: () => work(1), exit: () => void work(2) });
      yield* enter(timed('inner'));
      work(4);
    });
    expect(timings.map(({ name, milliseconds }) => [name, milliseconds])).toEqual([
      ['inner', 4],
      ['outer', 7],
    ]);
  });

  it('sees no error that is suppressed in the block, but one that is suppressed around it', () => {
    withSync(timed('around'), () => withSync(suppress(Error), fail));
    withSync(suppress(Error), () => withSync(timed('within'), fail));
    expect(timings.map(({ name, hasSucceeded }) => [name, hasSucceeded])).toEqual([
      ['around', true],
      ['within', false],
    ]);
  });

  it("throws what the report throws, and keeps the block's error", async () => {
    const refusal = new Error('nowhere to write to');
    const report = () => {
      throw refusal;
    };
    expect(await errorOf(() => withSync(stopwatch('work', { report }), () => 'result'))).toBe(refusal);
    expect(await errorOf(() => withSync(stopwatch('work', { report }), fail))).toBe(refusal);
    expect(refusal.cause).toBe(failure);
  });

  it('has a default clock, and prints by default', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => {});
    const { now } = options;
    withSync(stopwatch('work', { now }), () => work(7));
    await errorOf(() => withSync(stopwatch('more work', { now }), fail));
    withSync(stopwatch('real work'), () => {});
    const printed = log.mock.calls.flat();
    log.mockRestore();
    expect(printed).toEqual([
      'work: 7.0 ms',
      'more work: failed after 5.0 ms',
      expect.stringMatching(/^real work: \d+\.\d ms$/),
    ]);
  });
});
