import type { Library } from './builds.ts';

type Script = (...args: never[]) => Generator<unknown, unknown, unknown>;

type Make = (...args: unknown[]) => object;

/** One of the two kinds of composition, driven by the same tests: every generator is written once, as a sync one. */
export interface Flat {
  readonly name: 'sync' | 'async';
  /** A manager function. */
  manager(script: Script): Make;
  /** The form of `with`. */
  run(manager: object, body?: (value: unknown) => unknown): unknown;
  /** A stack, entered. */
  onStack(body: (stack: AnyStack) => unknown): unknown;
  /** Enters and exits by hand. */
  enter(manager: object): unknown;
  exit(manager: object, thrown?: { error: unknown }): unknown;
  scope(script: Script): unknown;
}

export interface AnyStack {
  enterContext(manager: object): unknown;
  complete(): void;
  close(): unknown;
}

export function flatOf(library: Library): readonly Flat[] {
  const { asyncContextManager, contextManager, withAsync, withSync, scopeAsync, scopeSync } = library;
  const stackOf = (stack: object, dispose: string): AnyStack =>
    Object.assign(stack as AnyStack, { close: () => (stack as Record<string, () => unknown>)[dispose]?.() });
  return [
    {
      name: 'sync',
      manager: (script) => contextManager(script as never),
      run: (manager, body = same) => withSync(manager as never, body as never),
      onStack: (body) => body(stackOf(new library.ExitStack(), 'dispose')),
      enter: (manager) => (manager as { enter(): unknown }).enter(),
      exit: (manager, thrown) => (manager as { exit(thrown: unknown): unknown }).exit(thrown),
      scope: (script) => scopeSync(script as never),
    },
    {
      name: 'async',
      manager: (script) => asyncContextManager(lifted(script) as never),
      run: (manager, body = same) => withAsync(manager as never, body),
      onStack: (body) => body(stackOf(new library.AsyncExitStack(), 'disposeAsync')),
      enter: (manager) => (manager as { enterAsync(): unknown }).enterAsync(),
      exit: (manager, thrown) => (manager as { exitAsync(thrown: unknown): unknown }).exitAsync(thrown),
      scope: (script) => scopeAsync(lifted(script) as never),
    },
  ];
}

function same(value: unknown): unknown {
  return value;
}

/** The same generator function, made async. */
export function lifted(script: Script): (...args: never[]) => AsyncGenerator<unknown, unknown, unknown> {
  const lift = async function* (...args: never[]): AsyncGenerator<unknown, unknown, unknown> {
    const generator = script(...args);
    let step = generator.next();
    try {
      while (!step.done) {
        await Promise.resolve();
        let sent: unknown;
        try {
          sent = yield step.value;
        } catch (error) {
          step = generator.throw(error);
          continue;
        }
        step = generator.next(sent);
      }
      return step.value;
    } finally {
      // If it is closed at the `yield`.
      step = step.done ? step : generator.return(undefined);
      while (!step.done) step = generator.next(yield step.value);
    }
  };
  return Object.defineProperty(lift, 'name', { value: script.name });
}
