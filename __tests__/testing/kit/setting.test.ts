import { describe, expect, it } from '@jest/globals';
import { nullContext } from '../../../lib/index.ts';
import { settingOf } from '../../../lib/testing/kit/setting.ts';

const make = () => nullContext();
const fn = () => undefined;

/** What each option takes, and what it refuses. */
const options: readonly (readonly [
  name: string,
  required: string,
  good: readonly unknown[],
  bad: readonly unknown[],
])[] = [
  ['in', 'a function', [fn], [{}, true]],
  ['open', 'a function', [fn], [0, true]],
  ['use', 'a function', [fn], [{}, 'query']],
  ['effect', 'a function', [fn], [[], 1]],
  ['probes', 'an object of functions', [{}, { a: fn }], [1, { a: fn, b: 1 }]],
  ['throws', 'an object of functions', [{}, { a: fn }], ['x', { a: 'x' }]],
  ['suppresses', 'a boolean or a function', [true, false, fn], ['all', null]],
  ['translates', 'a boolean or a function', [true, false, fn], ['all', null]],
  ['concurrent', "a boolean or 'exclusive'", [true, false, 'exclusive'], ['inclusive', 1]],
  ['nested', 'a boolean', [true, false], [0, 'yes']],
  ['reusable', 'a boolean', [true, false], [0, 'yes']],
  ...['mayIgnore', 'mayLeave'].map(
    (name) =>
      [
        name,
        'true, text, a RegExp, a function, or a list of them',
        [true, false, 'rm', /rm/, fn, [], ['rm', [/rm/, fn]]],
        [1, {}, ['rm', 1]],
      ] as const,
  ),
  ['settles', 'milliseconds', [0, 5], [-1, '5']],
  ['timeout', 'milliseconds', [0, 5], [NaN, 5n]],
];

const rows = (which: 2 | 3) =>
  options.flatMap((option) => option[which].map((value) => [option[0], value, option[1]] as const));

describe('settingOf', () => {
  it.each(rows(2))('takes %s: %p', (name, value) => {
    expect(settingOf('managerCases()', make, { [name]: value })).toHaveProperty(name === 'in' ? 'world' : name);
  });

  it.each(rows(3))('refuses %s: %p', (name, value, required) => {
    const refused = () => settingOf('managerCases()', make, { [name]: value });
    expect(refused).toThrow(TypeError);
    expect(refused).toThrow(`Cannot make cases: managerCases() takes ${required} as ${name}, but `);
  });

  it.each([{}, Object.fromEntries(options.map(([name]) => [name, undefined]))])(
    'has defaults for omitted options: %p',
    (given) => {
      const setting = settingOf('managerCases()', make, given);
      expect(setting).toMatchObject({
        make,
        open: undefined,
        use: undefined,
        effect: undefined,
        probes: [],
        throws: [],
        concurrent: true,
        nested: true,
        reusable: true,
        settles: 0,
        timeout: 2000,
      });
      const { suppresses, translates, mayIgnore, mayLeave } = setting;
      expect([suppresses(0), translates(0), mayIgnore('rm()'), mayLeave('rm()')]).toEqual([false, false, false, false]);
    },
  );

  it.each([
    [true, true],
    [false, false],
    ['exclusive', false],
  ])('takes a manager with concurrent: %p for one with nested: %p', (concurrent, nested) => {
    expect(settingOf('managerCases()', make, { concurrent })).toMatchObject({ nested });
    expect(settingOf('managerCases()', make, { concurrent, nested: !nested })).toMatchObject({ nested: !nested });
  });

  it.each([
    [true, [true, true]],
    [(error: unknown) => error === 0, [true, false]],
  ])('reads suppresses and translates: %p', (answer, expected) => {
    const { suppresses, translates } = settingOf('managerCases()', make, { suppresses: answer, translates: answer });
    expect([suppresses(0), suppresses(1)]).toEqual(expected);
    expect([translates(0), translates(1)]).toEqual(expected);
  });

  it.each([
    [true, [true, true]],
    [false, [false, false]],
    ['rm', [true, false]],
    [/^rm/, [true, false]],
    [(call: string) => call.startsWith('rm('), [true, false]],
    [[], [false, false]],
    [
      ['no', 'rm'],
      [true, false],
    ],
    [
      ['no', [/query/, 'rm']],
      [true, true],
    ],
  ])('finds calls with %p', (matcher, expected) => {
    const { mayIgnore, mayLeave } = settingOf('managerCases()', make, { mayIgnore: matcher, mayLeave: matcher });
    const found = (matches: (call: string) => boolean) => ['rm("a")', 'query("SELECT")'].map(matches);
    expect([found(mayIgnore), found(mayLeave)]).toEqual([expected, expected]);
  });

  it('finds each call with a global pattern', () => {
    const { mayIgnore } = settingOf('managerCases()', make, { mayIgnore: /rm/g });
    expect(['rm("a")', 'rm("b")', 'rm("c")'].map(mayIgnore)).toEqual([true, true, true]);
  });
});
