import { isObject } from '../../support/describe.ts';
import type { AsyncEnterable } from '../../index.ts';
import { cyclicFixtures, fileFixtureNeeds, notFixture, notFixtureFunction, unknownFixture } from '../messages.ts';
import { namesTakenBy } from './parameters.ts';

export type Values = Record<string, unknown>;

/** A fixture, and the fixtures that it needs. */
export interface Definition {
  readonly name: string;
  readonly isOfFile: boolean;
  readonly needs: readonly Definition[];
  make(values: Values): AsyncEnterable;
}

export type Definitions = ReadonlyMap<string, Definition>;

/** Reads the fixtures. A fixture may need earlier ones, even one with its own name. */
export function definitionsOf(given: Record<string, unknown>, before: Definitions): Definitions {
  const defined = new Map<string, Definition>();
  const define = (name: string, path: readonly string[]): Definition => {
    if (path.includes(name)) throw cyclicFixtures([...path, name]);
    const known = defined.get(name);
    if (known) return known;
    const { make, isOfFile } = partsOf(name, given[name]);
    const needs = namesNeeded(make).map((need) => {
      const isNew = need !== name && Object.hasOwn(given, need);
      const definition = isNew ? define(need, [...path, name]) : before.get(need);
      if (!definition) throw unknownFixture(need, [...before.keys(), ...Object.keys(given)]);
      if (isOfFile && !definition.isOfFile) throw fileFixtureNeeds(name, need);
      return definition;
    });
    const definition = { name, isOfFile, needs, make };
    defined.set(name, definition);
    return definition;
  };
  for (const name of Object.keys(given)) define(name, []);
  return new Map([...before, ...defined]);
}

function namesNeeded(make: Definition['make']): string[] {
  const names = namesTakenBy(make);
  if (!names) throw notFixtureFunction('withFixtures()', make);
  return names;
}

/** A function, or a list of a function and its options. */
function partsOf(name: string, given: unknown): Pick<Definition, 'make' | 'isOfFile'> {
  const [make, options = {}] = (Array.isArray(given) ? given : [given]) as unknown[];
  const scope = isObject(options) ? (options['scope'] ?? 'test') : undefined;
  if (typeof make !== 'function' || (scope !== 'test' && scope !== 'file')) throw notFixture(name, given);
  return { make: make as Definition['make'], isOfFile: scope === 'file' };
}
