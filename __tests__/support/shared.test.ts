import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { keepBoth } from '../../lib/engine/join.ts';
import { isUnknownOutcome } from '../../lib/engine/outcome.ts';
import { withSync } from '../../lib/index.ts';
import { terminationSignal } from '../../lib/node/index.ts';
import { observe } from '../../lib/observe/index.ts';
import { observers } from '../../lib/support/open-blocks.ts';
import { share } from '../../lib/support/shared.ts';

const key = Symbol.for('withal.test');

afterEach(() => {
  Reflect.deleteProperty(globalThis, key);
});

describe('share', () => {
  it('gives all copies in a process what the first copy made', () => {
    const make = jest.fn(() => ({}));
    const [first, second] = [share('test', make), share('test', make)];
    expect(first()).toBe(second());
    expect(first()).toBe(first());
    expect(make).toHaveBeenCalledTimes(1);
    expect(Reflect.get(globalThis, key)).toBe(first());
  });

  it.each<[string, () => unknown]>([
    ['observers', observers],
    ['hub', () => observe().stop()],
    ['terminationSignal', () => withSync(terminationSignal(), () => undefined)],
    ['marks', () => isUnknownOutcome({ error: undefined })],
    ['links', () => keepBoth(new Error('next'), { error: new Error('first') })],
    ['linked', () => keepBoth(new Error('next'), { error: new Error('first') })],
  ])('gives them the %s, by a name that all copies know', (name, use) => {
    use();
    expect(Reflect.get(globalThis, Symbol.for(`withal.${name}`))).toBeInstanceOf(Object);
  });
});
