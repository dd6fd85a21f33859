import { isObject, kindOf } from '../../support/describe.ts';

export type Method = (...args: unknown[]) => unknown;

/** A call of something wrapped. */
export interface Invocation {
  /** The method's path from what was wrapped: `pool.connect`. */
  readonly name: string;
  readonly method: unknown;
  /** The object and the arguments, none of them wrapped. */
  readonly self: unknown;
  readonly args: readonly unknown[];
  /** Makes the call. */
  run(): unknown;
}

/** Makes the call, or doesn't; its result is wrapped, and goes to the caller. */
export type Intercept = (invocation: Invocation, wrap: (result: unknown) => unknown) => unknown;

/** Wraps objects, and everything that can be reached through them, so that each call goes through one function. */
export class DeepProxy {
  private readonly intercept: Intercept;
  private readonly proxies = new WeakMap<object, object>();
  private readonly raws = new WeakMap<object, object>();
  private readonly callbacks = new WeakMap<object, object>();

  constructor(intercept: Intercept) {
    this.intercept = intercept;
  }

  /** Data, and values that only the platform can handle, such as dates, buffers and signals, stay as they are. */
  wrap(value: unknown, name = ''): unknown {
    if (this.raws.has(value as object) || !hasMethods(value)) return value;
    const known = this.proxies.get(value);
    if (known) return known;
    const proxy = new Proxy(targetFor(value), this.handler(value, name));
    this.proxies.set(value, proxy);
    this.raws.set(proxy, value);
    return proxy;
  }

  unwrap(value: unknown): unknown {
    return isObject(value) ? (this.raws.get(value) ?? value) : value;
  }

  /** Everything runs on the raw object itself, so that private fields and getters work. */
  private handler(raw: Record<PropertyKey, unknown>, name: string): ProxyHandler<object> {
    const nameOf = (key: PropertyKey) => (name ? `${name}.${keyName(key)}` : keyName(key));
    return {
      get: (target, key) => {
        const value = Reflect.get(raw, key, raw);
        if (isFixed(target, key)) return value;
        // If awaiting a query sends it, that is the call.
        return key === 'then' && typeof value === 'function' ? this.then(raw, name) : this.wrap(value, nameOf(key));
      },
      set: (_target, key, value) => Reflect.set(raw, key, this.unwrap(value), raw),
      has: (_target, key) => Reflect.has(raw, key),
      ownKeys: () => Reflect.ownKeys(raw),
      getOwnPropertyDescriptor: (target, key) => {
        const own = Reflect.getOwnPropertyDescriptor(raw, key);
        return own && (target === raw ? own : { ...own, configurable: true });
      },
      apply: (_target, self, args: unknown[]) => this.call(raw as unknown as Method, name, self, args),
      construct: (_target, args: unknown[], made) => {
        const type = this.unwrap(made) as Constructor;
        const object = Reflect.construct(raw as unknown as Constructor, this.unwrapAll(args), type);
        // A subclass adds its private fields to the object that this returns, and looks for them in the object itself.
        return type === made ? object : (this.wrap(object) as object);
      },
    };
  }

  private call(method: Method, name: string, caller: unknown, given: unknown[]): unknown {
    const self = this.unwrap(caller);
    const args = this.unwrapAll(given);
    const run = () => Reflect.apply(method, self, args);
    const nameOf = (result: unknown) => (typeof result === 'function' ? `${name}()` : '');
    return this.intercept({ name, method, self, args, run }, (result) => this.wrap(result, nameOf(result)));
  }

  private then(raw: Record<PropertyKey, unknown>, name: string): Method {
    const method = raw['then'] as Method;
    const run = () =>
      new Promise((resolve, reject) => {
        Reflect.apply(method, raw, [resolve, reject]);
      });
    return (...handlers) => {
      const call = { name: name || 'then', method, self: raw, args: [], run };
      const promise = this.intercept(call, (result) => this.wrap(result));
      return (promise as Promise<unknown>).then(...(handlers as Parameters<Promise<unknown>['then']>));
    };
  }

  private unwrapAll(args: readonly unknown[]): unknown[] {
    return args.map((arg) => {
      const raw = this.raws.get(arg as object);
      if (raw) return raw;
      return typeof arg === 'function' ? this.callback(arg as Method) : this.unwrapIn(arg);
    });
  }

  /** A list or an options object may hold wrapped things. One that doesn't is passed on as it is. */
  private unwrapIn(arg: unknown): unknown {
    if (!isPlain(arg) || !Object.values(arg).some((value) => this.raws.has(value as object))) return arg;
    if (Array.isArray(arg)) return arg.map((item) => this.unwrap(item));
    return Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, this.unwrap(value)]));
  }

  /**
   * Callbacks get wrapped arguments. Each callback has one stand-in, so that a listener that was added can be removed.
   */
  private callback(callback: Method): unknown {
    if (/^class\b/.test(Function.prototype.toString.call(callback))) return callback;
    const known = this.callbacks.get(callback);
    if (known) return known;
    const standIn = new Proxy(callback, {
      apply: (target, self, args: unknown[]) =>
        Reflect.apply(
          target,
          self,
          args.map((arg) => this.wrap(arg)),
        ),
    });
    this.callbacks.set(callback, standIn);
    return standIn;
  }
}

type Constructor = new (...args: unknown[]) => object;

function keyName(key: PropertyKey): string {
  // Before version 24, Node calls its own [nodejs.dispose].
  return typeof key === 'symbol' ? `[${String(key.description).replace(/^nodejs\.(\w+)$/, 'Symbol.$1')}]` : String(key);
}

/** Built-in classes keep their data where a proxy can't reach. */
function isOfPlatform(value: object): boolean {
  const kind = kindOf(value);
  return !['Object', 'Array', 'Function'].includes(kind) && typeof (globalThis as Globals)[kind] === 'function';
}

type Globals = Partial<Record<string, unknown>>;

/** There is nothing to call in plain objects and arrays of plain values, such as database rows. */
function hasMethods(value: unknown, depth = 0): value is Record<PropertyKey, unknown> {
  if (!isObject(value) || isOfPlatform(value)) return false;
  return depth === 5 || !isPlain(value) || Object.values(value).some((item) => hasMethods(item, depth + 1));
}

function isPlain(value: unknown): value is object {
  return Array.isArray(value) || (isObject(value) && [Object.prototype, null].includes(prototypeOf(value)));
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

/** A proxy of a frozen object may only report its true properties, so an object that isn't frozen stands in. */
function targetFor(value: object): object {
  const isClosed = typeof value === 'object' && !Array.isArray(value) && !Object.isExtensible(value);
  return isClosed ? (Object.create(prototypeOf(value)) as object) : value;
}

function isFixed(target: object, key: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, key);
  return own?.configurable === false && own.writable === false;
}
