import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { asyncContextManager, contextManager, enter, withAsync, withSync } from '../../lib/index.ts';
import { observe, type SlowReport, type Watch } from '../../lib/observe/index.ts';

let watch: Watch | undefined;
let reports: SlowReport[] = [];

afterEach(() => {
  watch?.stop();
  reports = [];
});

function start(slow: number, sites = false): void {
  watch = observe({ slow, sites, onSlow: (report) => reports.push(report) });
}

const waiting = asyncContextManager(async function* waiting(setup: number, teardown: number) {
  await sleep(setup);
  try {
    yield;
  } finally {
    await sleep(teardown);
  }
});

const outer = asyncContextManager(async function* outer(setup: number, teardown: number) {
  yield* enter(waiting(setup, teardown));
  yield;
});

const told = () => reports.map(({ visit, phase, below }) => `${[...below, visit.name].join(' > ')} ${phase}`);

describe('what is slow', () => {
  it('is reported once, for the innermost block, while it lasts', async () => {
    start(20);
    await withAsync(outer(90, 90), () => {
      expect(told()).toEqual(['outer > waiting entering']);
    });
    expect(told()).toEqual(['outer > waiting entering', 'outer > waiting exiting']);
    expect(reports[0]?.duration).toBeGreaterThanOrEqual(20);
    expect(reports[0]?.message).toMatch(/^waiting has taken \d+ ms to set up in outer\.$/);
    expect(reports[1]?.message).toMatch(/^waiting has taken \d+ ms to tear down in outer\.$/);
  });

  it('is reported for the outer block if that is slow by itself', async () => {
    start(200);
    const slowOuter = asyncContextManager(async function* slowOuter() {
      yield* enter(waiting(0, 0));
      await sleep(300);
      yield;
    });
    await withAsync(slowOuter(), () => undefined);
    expect(told()).toEqual(['slowOuter entering']);
    expect(reports[0]?.message).toMatch(/ms to set up\.$/);
  });

  it('is reported afterwards if it blocked the event loop', () => {
    start(10);
    const blocking = contextManager(function* blocking() {
      const end = performance.now() + 15;
      while (performance.now() < end);
      yield;
    });
    withSync(blocking(), () => undefined);
    expect(told()).toEqual(['blocking entering']);
  });

  it("doesn't include what is quick, nor a long body", async () => {
    start(200);
    await withAsync(outer(1, 1), () => sleep(250));
    expect(told()).toEqual([]);
  });

  it('says where it was entered, if asked to', async () => {
    start(5, true);
    await withAsync(waiting(20, 0), () => undefined);
    expect(reports[0]?.message).toContain('slow.test.ts');
  });

  it('is reported for the outer block too, once that waits for itself', async () => {
    start(20);
    const hanging = asyncContextManager(async function* hanging() {
      yield* enter(waiting(40, 0));
      await sleep(60);
      yield;
    });
    await withAsync(hanging(), () => undefined);
    expect(told()).toEqual(['hanging > waiting entering', 'hanging entering']);
  });

  it('includes what was slow before the watch began, and nothing after it is stopped', async () => {
    const outer = observe();
    const running = withAsync(waiting(60, 60), () => undefined);
    watch = observe({
      slow: 20,
      onSlow(report) {
        reports.push(report);
        // What it enters isn't seen, and nothing more is reported.
        withSync({ enter() {}, exit() {} }, () => expect(watch?.open()).toHaveLength(1));
        watch?.stop();
      },
    });
    await running;
    outer.stop();
    expect(told()).toEqual(['waiting entering']);
  });

  it("doesn't include anything if the time is infinite", async () => {
    start(Infinity);
    await withAsync(waiting(10, 10), () => undefined);
    expect(told()).toEqual([]);
  });
});

describe('what is slow, with a fake clock', () => {
  /** Lets its setup continue. */
  let finish: () => void = () => undefined;

  const hanging = (name: string) => {
    const { [name]: fn } = {
      async *[name](): AsyncGenerator<void, void, void> {
        await new Promise<void>((resolve) => (finish = resolve));
        yield;
      },
    };
    return asyncContextManager(fn as () => AsyncGenerator<void, void, void>)();
  };

  const lasting = asyncContextManager(async function* lasting(ms: number) {
    await new Promise((resolve) => void setTimeout(resolve, ms));
    yield;
  });

  const messages = () => reports.map(({ message }) => message);

  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
  afterEach(() => void jest.useRealTimers());

  it('is reported at once, with one timer for all that waits for the next', async () => {
    const delays = jest.spyOn(globalThis, 'setTimeout');
    start(20);
    const quick = withAsync(hanging('quick'), () => undefined);
    expect(jest.getTimerCount()).toBe(1);
    await jest.advanceTimersByTimeAsync(5);
    finish();
    await quick;
    const first = withAsync(hanging('first'), () => undefined);
    await jest.advanceTimersByTimeAsync(3);
    const finishFirst = finish;
    const second = withAsync(hanging('second'), () => undefined);
    expect(jest.getTimerCount()).toBe(1);
    await jest.advanceTimersByTimeAsync(16);
    expect(messages()).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(messages()).toEqual(['first has taken 20 ms to set up.']);
    expect(delays.mock.calls.map(([, ms]) => ms)).toEqual([20, 5, 2]);
    await jest.advanceTimersByTimeAsync(4);
    expect(messages().slice(1)).toEqual(['second has taken 21 ms to set up.']);
    expect(reports.map(({ duration, below }) => ({ duration, below }))).toEqual([
      { duration: 20, below: [] },
      { duration: 21, below: [] },
    ]);
    finishFirst();
    finish();
    await Promise.all([first, second]);
    await jest.advanceTimersByTimeAsync(20);
    expect(jest.getTimerCount()).toBe(0);
    expect(reports).toHaveLength(2);
    delays.mockRestore();
  });

  it('is reported for the outer block if none of the many that it enters is slow', async () => {
    start(20);
    const many = asyncContextManager(async function* many() {
      for (let count = 0; count < 5; count++) yield* enter(lasting(15));
      yield;
    });
    const running = withAsync(many(), () => undefined);
    await jest.advanceTimersByTimeAsync(75);
    await running;
    expect(messages()).toEqual(['many has taken 75 ms to set up.']);
  });

  it('is reported with everything around it', async () => {
    start(20);
    const inner = asyncContextManager(async function* inner() {
      yield* enter(lasting(30));
      yield;
    });
    const around = asyncContextManager(async function* around() {
      yield* enter(inner());
      yield;
    });
    const running = withAsync(around(), () => undefined);
    await jest.advanceTimersByTimeAsync(30);
    await running;
    expect(messages()).toEqual(['lasting has taken 20 ms to set up in around > inner.']);
  });

  it("isn't reported after the watch is stopped, and no timer stays", async () => {
    watch = observe({
      slow: 20,
      onSlow(report) {
        reports.push(report);
        watch?.stop();
      },
    });
    const finishes = ['first', 'second'].map((name) => {
      void withAsync(hanging(name), () => undefined);
      return finish;
    });
    await jest.advanceTimersByTimeAsync(100);
    expect(messages()).toEqual(['first has taken 20 ms to set up.']);
    expect(jest.getTimerCount()).toBe(0);
    for (const go of finishes) go();
    start(20);
    void withAsync(hanging('third'), () => undefined);
    expect(jest.getTimerCount()).toBe(1);
    watch.stop();
    expect(jest.getTimerCount()).toBe(0);
    finish();
  });

  it("doesn't keep a process alive", () => {
    jest.useRealTimers();
    const timers = jest.spyOn(globalThis, 'setTimeout');
    start(5_000);
    void withAsync(hanging('first'), () => undefined);
    expect(timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
    timers.mockRestore();
    finish();
  });
});
