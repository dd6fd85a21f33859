import { isObject } from '../../support/describe.ts';
import { AsyncExitStack, withAsync, type Thrown } from '../../index.ts';
import { definitionsOf, type Definition, type Definitions, type Values } from './definitions.ts';
import type { FileFixtures, RunningBlock } from './file-fixtures.ts';
import { hasNoEach, needsAfterAll, unknownFixture } from '../messages.ts';
import { namesTakenBy } from './parameters.ts';

export type AnyFunction = (...args: unknown[]) => unknown;

const suites = new WeakMap<object, Suite>();

/** The suite behind a function that `withFixtures` returned. */
export function suiteOf(test: object): Suite | undefined {
  return suites.get(test);
}

/** Properties of a runner's function that also define tests, */
const variants = new Set<PropertyKey>(['only', 'skip', 'failing', 'fails', 'concurrent', 'serial', 'ignore']);
/** or return a function that does. */
const conditions = new Set<PropertyKey>(['if', 'skipIf', 'runIf', 'todoIf', 'failingIf', 'concurrentIf', 'serialIf']);

/** Tests that can use the same fixtures. */
export class Suite {
  /** The runner's function, for tests with fixtures. */
  readonly test: AnyFunction;
  private readonly runner: AnyFunction;
  private readonly definitions: Definitions;
  private readonly file: FileFixtures;

  constructor(runner: AnyFunction, definitions: Definitions, file: FileFixtures) {
    this.runner = runner;
    this.definitions = definitions;
    this.file = file;
    this.test = this.taking(runner);
    suites.set(this.test, this);
  }

  /** Returns a suite with more fixtures; file fixtures are set up once for both. */
  extended(given: Values): Suite {
    const definitions = definitionsOf(given, this.definitions);
    if (!this.file.canEnd && [...definitions.values()].some(({ isOfFile }) => isOfFile)) throw needsAfterAll();
    return new Suite(this.runner, definitions, this.file);
  }

  private taking(define: AnyFunction): AnyFunction {
    return new Proxy(define, {
      apply: (target, self, args: unknown[]) => Reflect.apply(target, self, this.argumentsOf(args)),
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (key === 'each') return this.each(target, value);
        if (typeof value !== 'function') return value;
        if (variants.has(key)) return this.taking(value as AnyFunction);
        if (!conditions.has(key)) return value;
        return (...given: unknown[]) => this.taking(Reflect.apply(value as AnyFunction, target, given) as AnyFunction);
      },
    });
  }

  private each(runner: AnyFunction, each: unknown): AnyFunction {
    if (typeof each !== 'function') throw hasNoEach();
    return (...table) => {
      const define = Reflect.apply(each as AnyFunction, runner, table) as AnyFunction;
      return (...args: unknown[]) => define(...this.argumentsOf(args, true));
    };
  }

  /** The test is the last function, or Deno's `{ fn }`. */
  private argumentsOf(args: readonly unknown[], isRow = false): unknown[] {
    const last = args.map((arg) => typeof arg).lastIndexOf('function');
    return args.map((arg, index) => {
      if (index === last) return this.wrapped(arg as AnyFunction, isRow);
      const isDeno = isObject(arg) && typeof arg['fn'] === 'function';
      return isDeno ? { ...arg, fn: this.wrapped(arg['fn'] as AnyFunction, isRow) } : arg;
    });
  }

  /** No parameters, because jest and Bun would treat one as a callback. */
  private wrapped(test: AnyFunction, isRow: boolean): AnyFunction {
    const names = namesTakenBy(test) ?? [...this.definitions.keys()];
    const definitions = names.map((name) => {
      const definition = this.definitions.get(name);
      if (!definition) throw unknownFixture(name, [...this.definitions.keys()]);
      return definition;
    });
    const wrapped = (...args: unknown[]) => this.run(definitions, test, args, isRow ? {} : test);
    return Object.defineProperty(wrapped, 'name', { value: test.name });
  }

  private async run(
    definitions: readonly Definition[],
    test: AnyFunction,
    args: unknown[],
    key: unknown,
  ): Promise<void> {
    const block = new Block(definitions, this.file);
    this.file.begin(block);
    try {
      await block.run((values) => test(values, ...args));
      this.file.pass(key);
    } catch (error) {
      this.file.fail(key, error);
      throw error;
    } finally {
      this.file.finish(block);
    }
  }
}

/** One test, as the body of its fixtures' block. */
class Block implements RunningBlock {
  private readonly definitions: readonly Definition[];
  private readonly file: FileFixtures;
  private readonly values = new Map<Definition, unknown>();
  private isSetUp = false;
  /** The error that ends it, if the runner no longer waits. */
  private endedWith: Thrown | undefined;
  private giveUp: (error: Error) => void = () => undefined;
  private over!: Promise<void>;

  constructor(definitions: readonly Definition[], file: FileFixtures) {
    this.definitions = definitions;
    this.file = file;
  }

  run(test: (values: Values) => unknown): Promise<void> {
    this.over = this.inFixtures(test);
    return this.over;
  }

  async end(error: Error): Promise<void> {
    this.endedWith = { error };
    this.giveUp(error);
    // A setup can't be ended. Once it is done, the test fails before it begins.
    if (!this.isSetUp) return;
    await this.over.catch((outcome: unknown) => {
      // This is the only place that can report it: the runner has given up on the test.
      if (outcome !== error) throw outcome;
    });
  }

  private async inFixtures(test: (values: Values) => unknown): Promise<void> {
    let thrown: Thrown | undefined;
    await withAsync(new AsyncExitStack<unknown>(), async (stack) => {
      for (const definition of this.definitions) await this.setUp(definition, stack);
      this.isSetUp = true;
      try {
        await this.unlessEnded(test);
      } catch (error) {
        thrown = { error };
        throw error;
      }
    });
    // A manager may have handled it, but the test has still failed.
    if (thrown) throw thrown.error;
  }

  private async unlessEnded(test: (values: Values) => unknown): Promise<void> {
    if (this.endedWith) throw this.endedWith.error;
    const ended = new Promise<never>((_resolve, reject) => (this.giveUp = reject));
    await Promise.race([ended, test(valuesOf(this.definitions, this.values))]);
  }

  private async setUp(definition: Definition, stack: AsyncExitStack<unknown>): Promise<void> {
    if (this.values.has(definition)) return;
    for (const need of definition.needs) await this.setUp(need, stack);
    const value = definition.isOfFile
      ? this.file.value(definition)
      : stack.enterContext(definition.make(valuesOf(definition.needs, this.values)));
    this.values.set(definition, await value);
  }
}

function valuesOf(definitions: readonly Definition[], values: ReadonlyMap<Definition, unknown>): Values {
  return Object.fromEntries(definitions.map((definition) => [definition.name, values.get(definition)]));
}
