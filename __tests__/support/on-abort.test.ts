import { getEventListeners } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { onAbort } from '../../lib/support/on-abort.ts';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('onAbort', () => {
  it('calls all listeners through one listener', () => {
    const controller = new AbortController();
    const callbacks = Array.from({ length: 1000 }, () => jest.fn());
    for (const callback of callbacks) onAbort(controller.signal, callback);
    expect(listeners(controller.signal)).toBe(1);
    controller.abort();
    for (const callback of callbacks) expect(callback).toHaveBeenCalledTimes(1);
  });

  it('stops calling a removed listener, and has no listener when all are removed', () => {
    const controller = new AbortController();
    const callbacks = [jest.fn(), jest.fn()];
    const [first, second] = callbacks.map((callback) => onAbort(controller.signal, callback));
    first?.();
    expect(listeners(controller.signal)).toBe(1);
    second?.();
    expect(listeners(controller.signal)).toBe(0);
    controller.abort();
    for (const callback of callbacks) expect(callback).not.toHaveBeenCalled();
  });

  it('can be undone twice, even after others started to listen', () => {
    const controller = new AbortController();
    const undo = onAbort(controller.signal, jest.fn());
    undo();
    const callback = jest.fn();
    onAbort(controller.signal, callback);
    undo();
    onAbort(controller.signal, jest.fn());
    expect(listeners(controller.signal)).toBe(1);
    controller.abort();
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('lets a listener stop others, and itself', () => {
    const controller = new AbortController();
    const later = jest.fn();
    const undo: (() => void)[] = [];
    undo.push(
      onAbort(controller.signal, () => {
        for (const stop of undo) stop();
      }),
      onAbort(controller.signal, later),
    );
    controller.abort();
    expect(later).not.toHaveBeenCalled();
    expect(listeners(controller.signal)).toBe(0);
  });
});
