import { isObject } from '../../support/describe.ts';
import { nullContext, type AsyncContextManager, type AsyncEnterable, type Entered, type Thrown } from '../../index.ts';
import type { Faults } from '../faults.ts';
import { notSetting } from '../messages.ts';

/** Some of a manager's calls: `true` for all; or a text that they contain, a pattern, or a predicate. */
export type CallMatcher = boolean | string | RegExp | ((call: string) => boolean) | readonly CallMatcher[];

/**
 * What {@link managerCases} should know about a manager.
 *
 * @typeParam World - where it works
 * @typeParam Value - what it passes to its block
 */
export interface ManagerCaseOptions<World, Value> {
  /**
   * Makes the manager of each case's world: a database, a server, a folder. Its value goes to `make` and to the
   * functions below. By default there is no world, and they get `undefined`.
   */
  readonly in?: (() => WorldManager<World>) | undefined;
  /** Counts what is open in the world. It must be the same before and after each block. */
  readonly open?: ((world: World) => number | PromiseLike<number>) | undefined;
  /** Other values, by name, that must be the same before and after each block. They are compared deeply. */
  readonly probes?: Readonly<Record<string, (world: World) => unknown>> | undefined;
  /** What a block does with the value. It must be repeatable. */
  readonly use?: UseOf<World, Value> | undefined;
  /** What a block leaves behind in the world: it must change if the block succeeds, and must not if the block fails. */
  readonly effect?: ((world: World) => unknown) | undefined;
  /** Which of a block's errors the manager handles: `true` for all. By default it handles none. */
  readonly suppresses?: boolean | ((error: unknown) => boolean) | undefined;
  /**
   * Which of a block's errors the manager replaces with an error that leads to the original: `true` for all. By default
   * none.
   */
  readonly translates?: boolean | ((error: unknown) => boolean) | undefined;
  /**
   * Whether one manager can be entered many times at once. `'exclusive'` means that it makes one block wait for the
   * other. By default `true`.
   */
  readonly concurrent?: boolean | 'exclusive' | undefined;
  /** Whether it can be entered inside its own block. By default, if `concurrent` is `true`. */
  readonly nested?: boolean | undefined;
  /**
   * Whether one manager can be entered again and again. By default `true`; each block gets a new disposable in any
   * case.
   */
  readonly reusable?: boolean | undefined;
  /** More things for blocks to throw: names, each with a function that makes the thing. */
  readonly throws?: Readonly<Record<string, () => unknown>> | undefined;
  /** Which calls may fail silently, and need not be awaited: `['rm', 'ROLLBACK']`. By default none. */
  readonly mayIgnore?: CallMatcher | undefined;
  /** Which calls may leave something open when they fail. By default none. */
  readonly mayLeave?: CallMatcher | undefined;
  /** How many milliseconds after a block the world may take to be as before. By default 0. */
  readonly settles?: number | undefined;
  /** How many milliseconds a block may take. By default 2000. */
  readonly timeout?: number | undefined;
}

/** A method, so that you may write out the type of its parameter. */
type UseOf<World, Value> = { use(value: Value, world: World): unknown }['use'];

/** A manager, whose type parameter the compiler can infer. */
export type WorldManager<World> =
  AsyncContextManager<World, unknown> | { enter(): World | PromiseLike<World>; exit(thrown?: Thrown): unknown };

/** Inferred from the function that makes the manager, not from the options. */
export type Fixed<T> = [T][T extends unknown ? 0 : never];

/** The value that a manager passes to its block. */
export type ValueOf<M> = Awaited<Entered<M>>;

/** The options with their defaults. */
export interface Setting {
  readonly make: (world: unknown, faults: Faults) => unknown;
  readonly world: () => AsyncEnterable;
  readonly open: ((world: unknown) => number | PromiseLike<number>) | undefined;
  readonly probes: readonly (readonly [string, (world: unknown) => unknown])[];
  readonly use: ((value: unknown, world: unknown) => unknown) | undefined;
  readonly effect: ((world: unknown) => unknown) | undefined;
  readonly suppresses: (error: unknown) => boolean;
  readonly translates: (error: unknown) => boolean;
  readonly concurrent: boolean | 'exclusive';
  readonly nested: boolean;
  readonly reusable: boolean;
  readonly throws: readonly (readonly [string, () => unknown])[];
  readonly mayIgnore: (call: string) => boolean;
  readonly mayLeave: (call: string) => boolean;
  readonly settles: number;
  readonly timeout: number;
}

export function settingOf(caller: string, make: unknown, options: unknown): Setting {
  if (typeof make !== 'function') throw notSetting(caller, 'a function that makes the manager', make);
  if (!isObject(options)) throw notSetting(caller, 'its options in an object', options);
  check(caller, options);
  const given = options as ManagerCaseOptions<unknown, unknown>;
  const { concurrent = true, suppresses = false, translates = false } = given;
  return {
    make: make as Setting['make'],
    world: (given.in as Setting['world'] | undefined) ?? (() => nullContext()),
    open: given.open,
    probes: Object.entries(given.probes ?? {}),
    use: given.use,
    effect: given.effect,
    suppresses: typeof suppresses === 'function' ? suppresses : () => suppresses,
    translates: typeof translates === 'function' ? translates : () => translates,
    concurrent,
    nested: given.nested ?? concurrent === true,
    reusable: given.reusable ?? true,
    throws: Object.entries(given.throws ?? {}),
    mayIgnore: (call) => matches(given.mayIgnore ?? false, call),
    mayLeave: (call) => matches(given.mayLeave ?? false, call),
    settles: given.settles ?? 0,
    timeout: given.timeout ?? 2_000,
  };
}

type Test = (value: unknown) => boolean;

const isFunction: Test = (value) => typeof value === 'function';
const isBoolean: Test = (value) => typeof value === 'boolean';
const isDuration: Test = (value) => typeof value === 'number' && value >= 0;
const isMatcher: Test = (value) =>
  isBoolean(value) ||
  isFunction(value) ||
  typeof value === 'string' ||
  value instanceof RegExp ||
  (Array.isArray(value) && value.every(isMatcher));
const isRecord: Test = (value) => isObject(value) && Object.values(value).every(isFunction);

/** What each option must be, as text. */
const checks: readonly (readonly [string, string, Test])[] = [
  ...['in', 'open', 'use', 'effect'].map((name) => [name, 'a function', isFunction] as const),
  ...['probes', 'throws'].map((name) => [name, 'an object of functions', isRecord] as const),
  ...['suppresses', 'translates'].map(
    (name) => [name, 'a boolean or a function', (value: unknown) => isBoolean(value) || isFunction(value)] as const,
  ),
  ['concurrent', "a boolean or 'exclusive'", (value) => isBoolean(value) || value === 'exclusive'],
  ...['nested', 'reusable'].map((name) => [name, 'a boolean', isBoolean] as const),
  ...['mayIgnore', 'mayLeave'].map(
    (name) => [name, 'true, text, a RegExp, a function, or a list of them', isMatcher] as const,
  ),
  ...['settles', 'timeout'].map((name) => [name, 'milliseconds', isDuration] as const),
];

function check(caller: string, options: Record<PropertyKey, unknown>): void {
  for (const [name, required, test] of checks) {
    const value = options[name];
    if (value !== undefined && !test(value)) throw notSetting(caller, `${required} as ${name}`, value);
  }
}

function matches(matcher: CallMatcher, call: string): boolean {
  if (typeof matcher === 'boolean') return matcher;
  if (typeof matcher === 'string') return call.includes(matcher);
  if (typeof matcher === 'function') return matcher(call);
  // Unlike test(), search() always begins at the start, even if the pattern is global.
  return matcher instanceof RegExp ? call.search(matcher) !== -1 : matcher.some((one) => matches(one, call));
}
