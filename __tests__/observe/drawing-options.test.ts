import { describe, expect, it } from '@jest/globals';
import { report, timeline, trace } from '../../lib/observe/index.ts';

const drawings = { report, timeline, trace } as Record<string, (visits: unknown, options: unknown) => unknown>;

describe.each(Object.entries(drawings))('the options of %s', (name, draw) => {
  it.each([
    ['format', 'png', "takes 'text' or 'svg', but \"png\" was given."],
    ['width', 0, 'takes a whole number, 20 or more, but 0 was given.'],
    ['width', 40.5, 'takes a whole number, 20 or more, but 40.5 was given.'],
    ['width', NaN, 'takes a whole number, 20 or more, but NaN was given.'],
    ['now', '5', 'takes milliseconds, but "5" was given.'],
    ['now', Infinity, 'takes milliseconds, but Infinity was given.'],
    ['colors', 1, 'takes a boolean, but 1 was given.'],
  ])('refuse %s: %p', (option, given, words) => {
    expect(() => draw([], { [option]: given })).toThrow(
      new TypeError(`Cannot draw: ${option} ${words} Write ${name}(watch.open(), { ${option}: … }).`),
    );
  });

  it('may be the default, and the minimum', () => {
    expect(draw([], { format: 'text', width: 20, now: 0, colors: false })).toEqual(draw([], {}));
  });

  it('may be undefined', () => {
    const nothing = { format: undefined, width: undefined, now: undefined, colors: undefined };
    expect(draw([], nothing)).toEqual(draw([], {}));
  });
});
