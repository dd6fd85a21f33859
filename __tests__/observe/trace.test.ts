import { describe, expect, it } from '@jest/globals';
import { trace, type Visit } from '../../lib/observe/index.ts';
import { done, visit } from '../helpers/visits.ts';

describe('trace', () => {
  it('returns events in the trace-event format, with phases as instants', () => {
    expect(trace(done)).toEqual({
      traceEvents: [
        {
          ...{ name: 'first', ph: 'X', ts: 0, dur: 6000, cat: 'withal', pid: 1, tid: 0 },
          args: { by: 'withAsync()', phase: 'over', result: 'returned', error: undefined, site: undefined },
        },
        { name: 'body', ph: 'i', s: 't', ts: 1000, cat: 'withal', pid: 1, tid: 0, args: { of: 'first' } },
        { name: 'exiting', ph: 'i', s: 't', ts: 5000, cat: 'withal', pid: 1, tid: 0, args: { of: 'first' } },
        {
          ...{ name: 'failed', ph: 'X', ts: 2000, dur: 1000, cat: 'withal', pid: 1, tid: 1 },
          args: { by: 'withAsync()', phase: 'over', result: 'failed to enter', error: 'Error: <&">', site: 'at x' },
        },
      ],
    });
  });

  it('describes an error that a visit holds', () => {
    const [{ args } = { args: {} }] = trace([
      visit('held', undefined, { body: 0, over: 1 }, { error: new Error('held') }),
    ]).traceEvents;
    expect(args).toHaveProperty('error', 'Error: held');
  });

  it.each<[what: string, times: [parent: number, from: number, to: number][], lanes: number[]]>([
    [
      'nested visits into one lane',
      [
        [-1, 0, 9],
        [0, 1, 8],
        [1, 2, 8],
        [1, 2, 2],
      ],
      [0, 0, 0, 0],
    ],
    [
      'consecutive visits into one lane',
      [
        [-1, 0, 5],
        [-1, 5, 6],
        [-1, 7, 8],
      ],
      [0, 0, 0],
    ],
    [
      'overlapping visits into two',
      [
        [-1, 0, 5],
        [-1, 1, 3],
        [-1, 4, 6],
        [-1, 5, 6],
      ],
      [0, 1, 1, 0],
    ],
    [
      'a visit that outlives its parent into another',
      [
        [-1, 0, 5],
        [0, 1, 6],
      ],
      [0, 1],
    ],
    ['an instant at zero into the first', [[-1, 0, 0]], [0]],
  ])('lays %s', (_what, times, lanes) => {
    const visits: Visit[] = [];
    for (const [parent, body, over] of times) visits.push(visit('some', visits[parent], { body, over }));
    const tidOf = (given: readonly Visit[]) => trace(given).traceEvents.filter(({ ph }) => ph === 'X');
    expect(tidOf(visits).map(({ tid }) => tid)).toEqual(lanes);
  });

  it('lays what began at the same time in order of entry, even if the inner one ended first', () => {
    const outer = visit('outer', undefined, { body: 0, over: 9 });
    const inner = visit('inner', outer, { body: 0, over: 5 });
    const whole = trace([inner, outer]).traceEvents.filter(({ ph }) => ph === 'X');
    expect(whole.map(({ name, tid }) => [name, tid])).toEqual([
      ['inner', 0],
      ['outer', 0],
    ]);
  });

  it('lays what overlaps without nesting into separate lanes, in which everything nests', () => {
    let seed = 7;
    const random = (limit: number) => (seed = (seed * 48_271) % 2_147_483_647) % limit;
    const visits: Visit[] = [];
    for (let count = 0; count < 300; count++) {
      const start = random(1000);
      const parent = random(3) > 0 ? visits[random(visits.length || 1)] : undefined;
      visits.push(visit('some', parent, random(10) ? { body: start, over: start + random(300) } : { entering: start }));
    }
    const { traceEvents } = trace(visits, { now: 1500 });
    const whole = traceEvents.filter(({ ph }) => ph === 'X');
    expect(whole).toHaveLength(300);
    for (const one of whole)
      for (const other of whole) {
        if (one === other || one.tid !== other.tid || other.ts < one.ts) continue;
        const [end, otherEnd] = [one.ts + (one.dur ?? 0), other.ts + (other.dur ?? 0)];
        const isNested = other.ts >= end || otherEnd <= end || (other.ts === one.ts && otherEnd >= end);
        expect([one, other, isNested]).toEqual([one, other, true]);
      }
    expect(JSON.parse(JSON.stringify(traceEvents))).toHaveLength(traceEvents.length);
  });

  it('refuses anything but a list of visits', () => {
    for (const given of [undefined, {}, [1], [{}]])
      expect(() => trace(given as never)).toThrow('Write trace(watch.open()).');
  });
});
