import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Nesting } from '../../../lib/observe/engine/nesting.ts';
import { OpenVisits } from '../../../lib/observe/engine/open-visits.ts';
import type { VisitRecord } from '../../../lib/observe/engine/hub.ts';
import { visit } from '../../helpers/visits.ts';

afterEach(() => void jest.restoreAllMocks());

const block = (name: string) => visit(name, undefined, { body: 0 }) as VisitRecord;

function end(nesting: Nesting, one: VisitRecord): void {
  one.phase = 'over';
  nesting.remove();
}

describe('nesting by time', () => {
  it('follows no context, and has no current block at first', () => {
    const nesting = new Nesting(false);
    expect(nesting.followsContext).toBe(false);
    expect(nesting.current()).toBeUndefined();
  });

  it('returns the latest block that is still open', () => {
    const nesting = new Nesting(false);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(block) as [VisitRecord, VisitRecord, VisitRecord, VisitRecord];
    for (const one of [a, b, c, d]) nesting.add(one);
    end(nesting, b);
    end(nesting, d);
    expect(nesting.current()).toBe(c);
    end(nesting, c);
    expect(nesting.current()).toBe(a);
    end(nesting, a);
    expect(nesting.current()).toBeUndefined();
  });

  it('passes over ended blocks, with two open before them', () => {
    const nesting = new Nesting(false);
    const [a, b, c] = ['a', 'b', 'c'].map(block) as [VisitRecord, VisitRecord, VisitRecord];
    for (const one of [a, b, c]) nesting.add(one);
    end(nesting, c);
    expect(nesting.current()).toBe(b);
  });

  it('passes over collected blocks', () => {
    const nesting = new Nesting(false);
    nesting.add(block('lost'));
    jest.spyOn(WeakRef.prototype, 'deref').mockReturnValue(undefined);
    expect(nesting.current()).toBeUndefined();
  });

  it.each([0, 10, 100])('stays short and quick with %p blocks open while others overlap', (count) => {
    const nesting = new Nesting(false);
    for (let index = 0; index < count; index++) nesting.add(block('open'));
    const looks = jest.spyOn(WeakRef.prototype, 'deref');
    let last = block('first');
    nesting.add(last);
    for (let index = 0; index < 1_000; index++) {
      const next = block('next');
      nesting.add(next);
      end(nesting, last);
      last = next;
    }
    expect((Reflect.get(nesting, 'begun') as unknown[]).length).toBeLessThan(2 * count + 30);
    expect(looks.mock.calls.length).toBeLessThan(2_200);
  });
});

describe('nesting by the flow of async code', () => {
  it('prefers a sync block only in the flow in which it began', () => {
    const nesting = new Nesting(true);
    const [sync, flow] = [block('sync'), block('flow')];
    nesting.beginSync(sync, undefined);
    expect(nesting.current()).toBe(sync);
    expect(nesting.run(flow, () => nesting.current())).toBe(flow);
    nesting.endSync(flow);
    expect(nesting.current()).toBe(sync);
    nesting.endSync(sync);
    expect(nesting.current()).toBeUndefined();
    nesting.stop();
  });

  it('disables its store when it stops', () => {
    const nesting = new Nesting(true);
    const flow = block('flow');
    const flows = nesting.run(flow, () => {
      const before = nesting.flow();
      nesting.stop();
      return [before, nesting.flow()];
    });
    expect(flows).toEqual([flow, undefined]);
  });

  it("stops with a store that can't be disabled, and without one", async () => {
    Object.assign(globalThis, { AsyncContext: { Variable: class {} } });
    jest.resetModules();
    const { Nesting: Fresh } = await import('../../../lib/observe/engine/nesting.ts');
    try {
      expect(() => new Fresh(true).stop()).not.toThrow();
      expect(() => new Fresh(false).stop()).not.toThrow();
    } finally {
      Reflect.deleteProperty(globalThis, 'AsyncContext');
    }
  });
});

describe('the open blocks', () => {
  it("let go of collected ones, but don't look each time", () => {
    const visits = new OpenVisits();
    const looks = jest.spyOn(WeakRef.prototype, 'deref').mockReturnValue(undefined);
    for (let count = 0; count < 1_000; count++) visits.add(block('lost'));
    expect(looks).not.toHaveBeenCalled();
    for (let count = 0; count < 2_000; count++) visits.add(block('lost'));
    expect((Reflect.get(visits, 'visits') as Map<unknown, unknown>).size).toBeLessThanOrEqual(1_001);
    expect(looks.mock.calls.length).toBeLessThanOrEqual(3_000);
  });
});
