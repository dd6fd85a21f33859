import { describe, expect, it } from '@jest/globals';
import { namesTakenBy } from '../../../lib/testing/runner/parameters.ts';

/** As text, because this file is compiled. */
const fn = (text: string) => ({ toString: () => text }) as unknown as () => unknown;

describe('namesTakenBy', () => {
  it.each<[string, string[] | undefined]>([
    ['() => 1', []],
    ['async () => {}', []],
    ['function () {}', []],
    ['({ db, log }) => db', ['db', 'log']],
    ['async ({ db: { pool }, log = "a, }b" }, second) => 1', ['db', 'log']],
    ['async function named({ db, }, t) {}', ['db']],
    ['async function* named({ db = [1, 2] } = {}) {}', ['db']],
    ['method({ db /* the, database */, // and so on\n log }) {}', ['db', 'log']],
    ["async method({ db = f(\")\", `}`, '\\'') }) {}", ['db']],
    ['({}) => 1', []],
    ['(fixtures) => 1', undefined],
    ['fixtures => 1', undefined],
    ['async fixtures => f({ fixtures })', undefined],
    ['({ db, ...rest }) => 1', undefined],
    ['(...args) => 1', undefined],
    ['({ "db": pool }) => 1', ['"db"']],
    ['({ db = x => 1 }) => db', ['db']],
    ['fixtures=>f({ fixtures })', undefined],
    ['async  fixtures  => f({ fixtures })', undefined],
    ['class Pool {}', undefined],
    ['$fixtures => ({ db })', undefined],
    [`({ db = '(', log = "[", tx = \`{\`, on }) => db`, ['db', 'log', 'tx', 'on']],
    ['({ db = /[(]/, log }) => db', undefined],
    ['({ db = /[()]/, log }) => db', ['db', 'log']],
    ['({ db }, text = "[native code] }") => db', ['db']],
    ['/* */({ db }) => db', ['db']],
  ])('of %s', (text, names) => {
    expect(namesTakenBy(fn(text))).toEqual(names);
  });

  it('is unknown for a bound function', () => {
    expect(namesTakenBy(((db: unknown) => db).bind(undefined))).toBeUndefined();
  });
});
