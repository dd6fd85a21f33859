import { builtin } from '../../support/builtin.ts';
import { isObject, isThenable, kindOf } from '../../support/describe.ts';
import { DeepProxy, type Invocation } from './deep-proxy.ts';
import { ifAny, nextTurn } from './environment.ts';
import { noteCaller } from './lines.ts';
import { notPatchable, notWrappable } from '../messages.ts';
import { cut, shown } from './shown.ts';
import type { Faults, WrapOptions } from '../faults.ts';

/** The phase of a run: the manager is made, sets up, runs its block, tears down. */
export type Phase = 'make' | 'setup' | 'body' | 'teardown';

/** One call that the manager made. */
export interface Call {
  readonly name: string;
  /** The call as messages show it: `query("BEGIN")`. */
  readonly label: string;
  readonly phase: Phase;
  /** How many calls of that name came before it in its phase. */
  readonly nth: number;
  /** The line where the manager made it. */
  readonly line: () => string | undefined;
  readonly self: unknown;
  readonly args: readonly unknown[];
  state: 'pending' | 'done' | 'failed';
  /** The phase in which it finished. */
  doneIn?: Phase;
  result?: unknown;
  /** Whether it can be made to fail. */
  canFail: boolean;
  isAsync: boolean;
  /** How many more things were open when it finished. */
  opened: number;
}

/** The call that should fail, before or after it acts. */
export interface Injection {
  readonly call: Call;
  readonly acts: boolean;
  readonly error: Error;
}

/** Records the calls of one run, and may make one of them fail. */
export class Recorder implements Faults {
  phase: Phase = 'make';
  readonly calls: Call[] = [];
  /** The call that was made to fail. */
  failed: Call | undefined;
  /** How many things are open now, if that is known at once. */
  countOpen: () => number | undefined = () => undefined;
  private readonly injection: Injection | undefined;
  /** How many calls had been made when the manager got the failure. */
  private toldAt = 0;
  private readonly proxies = new DeepProxy((invocation, wrap) => this.call(invocation, wrap));
  private readonly sync: (boolean | readonly string[])[] = [];
  private readonly patches: (() => void)[] = [];
  private readonly patched = new WeakSet();
  /** How many times the kit is looking at the world right now. */
  private looks = 0;

  constructor(injection?: Injection) {
    this.injection = injection;
  }

  wrap<T extends object>(object: T, { sync = false }: WrapOptions = {}): T {
    if (!isObject(object)) throw notWrappable(object);
    this.sync.push(sync);
    return this.proxies.wrap(object) as T;
  }

  patch<T extends object>(object: T, ...methods: (keyof T)[]): T {
    for (const method of methods) this.patchOne(object as Record<PropertyKey, unknown>, method);
    return object;
  }

  unwrap(value: unknown): unknown {
    return this.proxies.unwrap(value);
  }

  /** Looks at the world. What that calls of a patched object isn't the manager's call. */
  async look<T>(look: () => Promise<T>): Promise<T> {
    this.looks += 1;
    try {
      return await look();
    } finally {
      this.looks -= 1;
    }
  }

  /** {@link look} in the middle of the manager's work: only what is called synchronously isn't the manager's. */
  glance<T>(look: () => T): T {
    this.looks += 1;
    try {
      return look();
    } finally {
      this.looks -= 1;
    }
  }

  /** Forgets the calls of earlier blocks. */
  forget(): void {
    this.calls.length = 0;
  }

  /** Puts back what was patched. */
  restore(): void {
    for (const restore of this.patches.splice(0).reverse()) restore();
  }

  /** Whether the failed call was retried with success. A call made at the same time doesn't count. */
  isRetried(): boolean {
    const { calls, failed } = this;
    return failed !== undefined && calls.slice(this.toldAt).some((call) => isRetry(call, failed));
  }

  private patchOne(object: Record<PropertyKey, unknown>, method: PropertyKey): void {
    const original = isObject(object) ? object[method] : undefined;
    if (typeof original !== 'function') throw notPatchable(object, method);
    const own = Object.getOwnPropertyDescriptor(object, method);
    const value = this.proxies.wrap(original, String(method));
    this.patched.add(original);
    const descriptor = { value, enumerable: own?.enumerable ?? true, writable: true, configurable: true };
    if (!Reflect.defineProperty(object, method, descriptor)) throw notPatchable(object, method);
    syncBuiltins();
    this.patches.push(() => {
      if (own) Object.defineProperty(object, method, own);
      else Reflect.deleteProperty(object, method);
      syncBuiltins();
    });
  }

  private call(invocation: Invocation, wrap: (result: unknown) => unknown): unknown {
    if (this.looks > 0 && this.patched.has(invocation.method as object)) return invocation.run();
    const call = this.record(invocation);
    const isSync = this.failsInSync(invocation.name);
    const fault = this.faultFor(call);
    if (fault && !fault.acts) return this.failBefore(call, fault.error, isSync);
    const before = this.countOpen();
    const finish = (result: unknown) => {
      this.finish(call, result, before);
      if (!fault) return wrap(result);
      this.failed = call;
      return this.tell(fault.error);
    };
    const fail = (error: unknown): never => {
      call.state = 'failed';
      throw error;
    };
    let result: unknown;
    try {
      result = invocation.run();
    } catch (error) {
      fail(error);
    }
    call.isAsync = kindOf(result) === 'Promise';
    call.canFail = call.isAsync || (isSync && !isThenable(result));
    return call.isAsync ? whenItsTurn(call, result as Promise<unknown>).then(finish, fail) : finish(result);
  }

  private record({ name, self, args }: Invocation): Call {
    const { phase, calls } = this;
    const nth = calls.filter((other) => other.phase === phase && other.name === name).length;
    const label = `${name}(${args.map((arg) => cut(shown(arg), 24)).join(', ')})`;
    const call: Call = {
      ...{ name, label, phase, nth, self, args },
      ...{ line: noteCaller(), state: 'pending', canFail: false, isAsync: false, opened: 0 },
    };
    calls.push(call);
    return call;
  }

  private finish(call: Call, result: unknown, before: number | undefined): void {
    call.state = 'done';
    call.doneIn = this.phase;
    call.result = result;
    if (before !== undefined) call.opened = Number(this.countOpen()) - before;
  }

  private failsInSync(name: string): boolean {
    return this.sync.some((sync) => (typeof sync === 'boolean' ? sync : sync.includes(lastName(name))));
  }

  private faultFor({ name, phase, nth }: Call): Injection | undefined {
    const { call } = this.injection ?? {};
    const isIt = !this.failed && call?.name === name && call.phase === phase && call.nth === nth;
    return isIt ? this.injection : undefined;
  }

  /** A call that returns a promise fails a moment later, as a real one would. */
  private failBefore(call: Call, error: Error, isSync: boolean): unknown {
    this.failed = call;
    call.state = 'failed';
    if (isSync) return this.tell(error);
    call.isAsync = true;
    return Promise.resolve().then(() => this.tell(error));
  }

  private tell(error: Error): never {
    this.toldAt = this.calls.length;
    throw error;
  }
}

/** In a teardown, every call takes a moment: otherwise a call that isn't awaited might finish in time by chance. */
function whenItsTurn({ phase }: Call, result: Promise<unknown>): Promise<unknown> {
  return phase === 'teardown' ? result.finally(nextTurn) : result;
}

function isRetry(call: Call, failed: Call): boolean {
  return call.state === 'done' && call.label === failed.label;
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** In Node, this updates the named imports of built-in modules to what those modules export now. */
function syncBuiltins(): void {
  ifAny(() => (builtin('node:module') as { syncBuiltinESMExports(): void }).syncBuiltinESMExports());
}
