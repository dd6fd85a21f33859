import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
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
  it('is told once, of the innermost, while it goes on', async () => {
    start(20);
    await withAsync(outer(90, 90), () => {
      expect(told()).toEqual(['outer > waiting entering']);
    });
    expect(told()).toEqual(['outer > waiting entering', 'outer > waiting exiting']);
    expect(reports[0]?.duration).toBeGreaterThanOrEqual(20);
    expect(reports[0]?.message).toMatch(/^waiting has taken \d+ ms to set up in outer\.$/);
    expect(reports[1]?.message).toMatch(/^waiting has taken \d+ ms to tear down in outer\.$/);
  });

  it('is told of the outer one where that is slow by itself', async () => {
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

  it('is told afterwards where it blocked the event loop', () => {
    start(10);
    const blocking = contextManager(function* blocking() {
      const end = performance.now() + 15;
      while (performance.now() < end);
      yield;
    });
    withSync(blocking(), () => undefined);
    expect(told()).toEqual(['blocking entering']);
  });

  it('is not what is quick, nor a body that takes long', async () => {
    start(200);
    await withAsync(outer(1, 1), () => sleep(250));
    expect(told()).toEqual([]);
  });

  it('says where it was entered, if asked to', async () => {
    start(5, true);
    await withAsync(waiting(20, 0), () => undefined);
    expect(reports[0]?.message).toContain('slow.test.ts');
  });

  it('is told of the outer one too, once it goes on waiting for itself', async () => {
    start(20);
    const hanging = asyncContextManager(async function* hanging() {
      yield* enter(waiting(40, 0));
      await sleep(60);
      yield;
    });
    await withAsync(hanging(), () => undefined);
    expect(told()).toEqual(['hanging > waiting entering', 'hanging entering']);
  });

  it('is told of what was slow before the watch began, and no more after it was stopped', async () => {
    const outer = observe();
    const running = withAsync(waiting(60, 60), () => undefined);
    watch = observe({
      slow: 20,
      onSlow(report) {
        reports.push(report);
        // What it enters is not seen, and nothing more is told.
        withSync({ enter() {}, exit() {} }, () => expect(watch?.open()).toHaveLength(1));
        watch?.stop();
      },
    });
    await running;
    outer.stop();
    expect(told()).toEqual(['waiting entering']);
  });

  it('is nothing where the time is infinite', async () => {
    start(Infinity);
    await withAsync(waiting(10, 10), () => undefined);
    expect(told()).toEqual([]);
  });
});
