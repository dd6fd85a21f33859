import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { slot } from '../../../lib/engine/observer.ts';
import * as host from '../../../lib/observe/engine/host.ts';
import { Hub, type Listener } from '../../../lib/observe/engine/hub.ts';
import { makeObserver } from '../../../lib/observe/engine/observer.ts';
import { done } from '../../helpers/visits.ts';
import type { Visit } from '../../../lib/observe/index.ts';

const performanceHere = globalThis.performance;

afterEach(() => {
  jest.restoreAllMocks();
  Object.defineProperty(globalThis, 'performance', { value: performanceHere, configurable: true, writable: true });
});

const listener = (wants: Partial<Listener> = {}): Listener => ({
  ...{ context: false, sites: false, capture: false, leaks: false },
  changed: () => undefined,
  leaked: () => undefined,
  ...wants,
});

describe('a hub', () => {
  it('notifies nothing at first', () => {
    const hub = new Hub();
    expect(hub.isTelling).toBe(false);
    expect(hub.wantsLeaks).toBe(false);
    expect(hub.nesting.followsContext).toBe(false);
  });

  it('observes from the first watch to the last', () => {
    const hub = new Hub();
    const [first, second] = [listener(), listener()];
    hub.add(first);
    const { observer } = slot;
    expect(observer).toBeDefined();
    hub.add(second);
    hub.remove(first);
    expect(slot.observer).toBe(observer);
    hub.remove(second);
    expect(slot.observer).toBeUndefined();
  });

  it('starts anew with the first watch, and only with that', () => {
    const hub = new Hub();
    const [first, second, third] = [listener(), listener({ context: true }), listener({ context: true })];
    const { leaks } = hub;
    hub.add(first);
    const { leaks: firstLeaks, nesting: byTime } = hub;
    expect(firstLeaks).not.toBe(leaks);
    hub.add(listener());
    expect(hub.leaks).toBe(firstLeaks);
    expect(hub.nesting).toBe(byTime);
    hub.add(second);
    const { nesting } = hub;
    expect(nesting.followsContext).toBe(true);
    hub.add(third);
    hub.add(listener());
    expect(hub.nesting).toBe(nesting);
    for (const one of [...(Reflect.get(hub, 'listeners') as Set<Listener>)]) hub.remove(one);
    hub.add(first);
    expect(hub.leaks).not.toBe(firstLeaks);
    expect(hub.nesting.followsContext).toBe(false);
    hub.remove(first);
  });

  it('asks for leaks only if a watch wants them', () => {
    const hub = new Hub();
    const observer = makeObserver(hub);
    const [deaf, curious] = [listener(), listener({ leaks: true })];
    hub.add(deaf);
    const owe = jest.spyOn(hub.leaks, 'owe').mockImplementation(() => undefined);
    const settle = jest.spyOn(hub.leaks, 'settle').mockImplementation(() => undefined);
    const thing = {};
    observer.owe(thing);
    expect(owe).not.toHaveBeenCalled();
    hub.add(curious);
    expect(hub.wantsLeaks).toBe(true);
    observer.owe(thing, 'never finished', 'name');
    expect(owe).toHaveBeenCalledWith(thing, 'never finished', 'name', expect.any(Function));
    observer.settle(thing);
    expect(settle).toHaveBeenCalledWith(thing);
    hub.remove(curious);
    hub.remove(deaf);
  });

  it('measures from the start of a visit to its end, but not on Node', () => {
    const hub = new Hub();
    let time = 0;
    const performance = { now: () => (time += 1), measure: jest.fn(), clearMeasures: jest.fn() };
    Object.defineProperty(globalThis, 'performance', { value: performance, configurable: true, writable: true });
    host.measure((done as [Visit, Visit])[0], 1, 2);
    expect(performance.measure).not.toHaveBeenCalled();
    const node = Object.getOwnPropertyDescriptor(globalThis, 'process') ?? {};
    Object.defineProperty(globalThis, 'process', { value: undefined, configurable: true });
    try {
      hub.end(hub.begin('block', 'withAsync()', undefined, 'body'), 'returned');
    } finally {
      Object.defineProperty(globalThis, 'process', node);
    }
    expect(performance.measure).toHaveBeenCalledWith('withal: block', expect.objectContaining({ start: 1, end: 2 }));
  });
});
