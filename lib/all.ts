import { asyncContextManager } from './async-context-manager.ts';
import { contextManager } from './context-manager.ts';
import { adaptAsync, isEnterable, isSyncEnterable } from './engine/adapt.ts';
import { joinForms } from './engine/both.ts';
import { asyncForm, CompositeRun } from './engine/compose.ts';
import { makeAsyncManager } from './engine/manager.ts';
import { beginAsync, type Step } from './engine/run.ts';
import type { Exit } from './engine/unwind.ts';
import { enter } from './enter.ts';
import type {
  AsyncContextManager,
  AsyncEnterable,
  ContextManager,
  Enterable,
  Entered,
  EnteredSync,
  Fallback,
  FallbackSync,
} from './protocol.ts';
import { kindOf } from './support/describe.ts';
import { notAll, notMember, someNotEntered } from './support/messages.ts';
import type { MemberOrSlip, SlipSync, TakenMembers } from './support/slips.ts';

/**
 * A list or a record of managers. The one-element list makes the compiler infer a tuple; before 5.4, `const` would not.
 */
export type Managers<M> = readonly MemberOrSlip[] | [MemberOrSlip] | { readonly [K in keyof M]: MemberOrSlip };

/** One of the managers in a list or a record. */
export type Member<M> = M extends readonly unknown[] ? M[number] : M[keyof M];

/**
 * The manager that {@link all} returns. It works in `withSync` if every member does.
 *
 * @typeParam M - the list or record of managers
 */
export type All<M> = AsyncAll<M> & ([SlipSync<Member<M>>] extends [never] ? SyncAll<M> : unknown);

/** {@link All} if the members are entered asynchronously. */
export type AsyncAll<M> = AsyncContextManager<
  { -readonly [K in keyof M]: Awaited<Entered<M[K]>> },
  Awaited<Fallback<Member<M>>>
>;

/** {@link All} if the members are entered synchronously. */
export type SyncAll<M> = ContextManager<{ -readonly [K in keyof M]: EnteredSync<M[K]> }, FallbackSync<Member<M>>>;

/** Options of {@link all}. */
export interface AllOptions {
  /** Whether to enter the members at the same time, instead of one after the other. */
  readonly concurrent?: boolean | undefined;
}

/**
 * Combines a list or a record of managers into one manager: it enters them in order, passes the list or the record of
 * their values to the block, and exits them in reverse order.
 *
 * It's equivalent to a manager that enters them one after the other:
 *
 * ```ts no-run: the equivalent
 * const both = asyncContextManager(async function* both() {
 *   const a = yield* enter(managers.a);
 *   const b = yield* enter(managers.b);
 *   yield { a, b };
 * });
 * ```
 *
 * With `{ concurrent: true }`, it enters them at the same time. If some can't be entered, it waits for the others, and
 * exits those that were entered, with that error.
 *
 * @param managers - a list or a record of whatever `withAsync` takes; it is copied
 * @param options - `concurrent`: whether to enter them at the same time, which works only in `withAsync`; false by
 *   default
 * @returns a manager that you can use as often as its members
 * @throws TypeError if `managers` is neither, or if a member can't be entered
 * @throws whatever a member throws on entry; if several fail at the same time, an AggregateError of their errors, in
 *   the members' order
 *
 * @example
 * ```ts
 * import { all, asyncContextManager, withAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * const opened = asyncContextManager(async function* opened(name: string) {
 *   log.push(`open ${name}`);
 *   yield name.length;
 *   log.push(`close ${name}`);
 * });
 *
 * await withAsync(all([opened('a'), opened('bc')]), ([a, bc]) => a + bc); // => 3
 * log.splice(0); // => ['open a', 'open bc', 'close bc', 'close a']
 *
 * await withAsync(all({ a: opened('a'), bc: opened('bc') }), ({ a, bc }) => a + bc); // => 3
 * ```
 */
export function all<M extends Managers<M>>(
  managers: M & TakenMembers<M>,
  options?: { readonly concurrent?: false | undefined },
): All<M>;
/** {@link all} with the option to enter them at the same time. */
export function all<M extends Managers<M>>(managers: M & TakenMembers<M>, options: AllOptions): AsyncAll<M>;
export function all(managers: unknown, options: unknown = {}): unknown {
  const members = membersOf(managers);
  if (kindOf(options) !== 'Object' || isEnterable(options)) throw notAll(options, 'an object as its options');
  if ((options as AllOptions).concurrent) return makeAsyncManager(concurrentRun, undefined, [members]);
  if (!members.managers.every(isSyncEnterable)) return inTurnAsync(members);
  return joinForms('all', inTurnSync(members), inTurnAsync(members));
}

interface Members {
  readonly managers: readonly unknown[];
  /** The members' names, if they are in a record. */
  readonly keys: readonly string[] | undefined;
}

function membersOf(given: unknown): Members {
  const isList = Array.isArray(given);
  if (!isList && (kindOf(given) !== 'Object' || isEnterable(given)))
    throw notAll(given, 'a list or a record of managers');
  const entries: (readonly [string, unknown])[] = isList
    ? Array.from(given as unknown[], (manager, index) => [`index ${String(index)}`, manager])
    : Object.entries(given as object);
  for (const [key, manager] of entries)
    if (!isEnterable(manager)) throw notMember(manager, isList ? `at ${key}` : `as ${key}`);
  return {
    managers: entries.map(([, manager]) => manager),
    keys: isList ? undefined : entries.map(([key]) => key),
  };
}

/** The list or the record of the values. */
function valuesOf({ keys }: Members, values: unknown[]): unknown {
  return keys ? Object.fromEntries(keys.map((key, index) => [key, values[index]])) : values;
}

const inTurnAsync = /* @__PURE__ */ asyncContextManager(async function* all(members: Members) {
  const values: unknown[] = [];
  for (const manager of members.managers) values.push(yield* enter(manager as AsyncEnterable));
  yield valuesOf(members, values);
});

const inTurnSync = /* @__PURE__ */ contextManager(function* all(members: Members) {
  const values: unknown[] = [];
  for (const manager of members.managers) values.push(yield* enter(manager as Enterable));
  yield valuesOf(members, values);
});

const { all: concurrentRun } = { all: (members: Members) => new ConcurrentRun(members) };

class ConcurrentRun extends CompositeRun {
  private readonly members: Members;

  constructor(members: Members) {
    super(asyncForm, { fn: concurrentRun });
    this.members = members;
  }

  /** The exits are in the members' order, whatever the order of the entries. */
  protected async enter(): Promise<Step> {
    const { managers } = this.members;
    const entered: Exit[] = [];
    const results = await Promise.allSettled(
      managers.map(async (manager, index) => {
        const { run, value } = await beginAsync(adaptAsync(manager, 'all()'), manager);
        entered[index] = { run, manager };
        // A sync manager may have returned a promise, which the return awaits.
        return value;
      }),
    );
    // A hole stands for a member that failed.
    entered.forEach((exit) => this.items.push(exit));
    const values = results.map((result) => (result as { value?: unknown }).value);
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (errors.length === 0) return { done: false, value: valuesOf(this.members, values) };
    return this.abandon({ error: errors.length > 1 ? someNotEntered(errors, managers.length) : errors[0] });
  }
}
