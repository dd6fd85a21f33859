import { describe, expect, it } from '@jest/globals';
import { trace, type Visit } from '../../lib/observe/index.ts';
import { done, visit } from '../helpers/visits.ts';

describe('trace', () => {
  it('gives events of the trace-event format, phases as instants', () => {
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

  it('describes an error that is held itself', () => {
    const [{ args } = { args: {} }] = trace([
      visit('held', undefined, { body: 0, over: 1 }, { error: new Error('held') }),
    ]).traceEvents;
    expect(args).toHaveProperty('error', 'Error: held');
  });

  it('lays what overlaps without nesting into lanes of their own, in which all nests', () => {
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

  it('refuses what is no list of visits', () => {
    for (const given of [undefined, {}, [1], [{}]])
      expect(() => trace(given as never)).toThrow('Write trace(watch.open()).');
  });
});
