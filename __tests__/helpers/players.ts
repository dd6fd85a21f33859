/* eslint-disable withal/yields-once -- what it plays may finish at once, or yield again */

import {
  all,
  asyncContextManager,
  AsyncExitStack,
  contextManager,
  enter,
  ExitStack,
  scopeAsync,
  scopeSync,
  withAsync,
  withSync,
  type AsyncContextManager,
  type ContextManager,
  type EnterRequest,
  type Suppressed,
} from '../../lib/index.ts';
import type { AsyncEnterable, Enterable } from '../../lib/protocol.ts';
import { attempt, conclude, keepBothAsUsing, outcomeOf, type Outcome } from './outcome.ts';
import type { Classed, Code, Disposed, Generated, Manager, Notes, Step, Thrown } from './script.ts';

/** A program as its user would write it; the sync and the async form are the same, word for word. */
interface Player<Enterable> {
  run(program: Code): unknown;
  make(manager: Manager): Enterable;
}

type Entering = EnterRequest<unknown, unknown>;

/** The program with `withAsync` and the rest. */
export function asyncPlayer(notes: Notes): Player<AsyncEnterable> {
  type Stack = AsyncExitStack<unknown>;
  const parts = partsOf(notes);
  const generated = asyncContextManager(async function* generated(
    manager: Generated,
  ): AsyncGenerator<Entering, unknown, void> {
    const { name, setup, returned, threw, closing } = manager;
    notes.add(`enter ${name}`);
    yield* flat(setup, name);
    if (setup.end === 'finish') return undefined;
    try {
      let thrown: Thrown;
      try {
        yield name as never;
      } catch (error) {
        thrown = { error };
      }
      notes.add(`exit ${name}`, thrown);
      const code = thrown ? threw : returned;
      yield* play(code);
      if (code.end === 'again') yield 'again' as never;
      return notes.end(code.end, name, thrown);
    } finally {
      notes.add(`close ${name}`);
      yield* flat(closing, `closing ${name}`);
      if (closing.end === 'again') yield 'again' as never;
    }
  });
  return { run: (program) => block(program, 'main'), make };

  /** Code that isn't a generator enters nothing, except for a stack: its first step is its last. */
  async function block(code: Code, name: string, stack?: Stack): Promise<unknown> {
    return (await flat(code, name, stack).next()).value;
  }

  async function* flat(code: Code, name: string, stack?: Stack): AsyncGenerator<Entering, unknown, void> {
    yield* play(code, stack);
    return notes.end(code.end, name);
  }

  async function* play({ steps }: Code, stack?: Stack): AsyncGenerator<Entering, void, void> {
    for (const step of steps) {
      try {
        let value: unknown;
        if (step.does !== 'enter') value = await take(step);
        else if (stack) await put(stack, step.manager);
        else yield* enter(make(step.manager));
        notes.add(step.does, { value });
      } catch (error) {
        notes.add(step.does, { error });
        if (!step.isCaught) throw error;
      }
    }
  }

  async function take(step: Exclude<Step, { does: 'enter' }>): Promise<unknown> {
    if (step.does === 'nest') return withAsync(make(step.manager), async () => block(step.body, 'block'));
    if (step.does === 'scope') return scopeAsync(() => flat(step.body, 'scope'));
    if (step.does === 'using') return using(step);
    return withAsync(new AsyncExitStack<unknown>(), async (stack) => block(step.body, 'stack', stack));
  }

  async function using({ body, isComplete }: Step & { does: 'using' }): Promise<unknown> {
    const stack: Stack = new AsyncExitStack<unknown>();
    const outcome = await outcomeOf(async () => {
      const result = await block(body, 'using', stack);
      return isComplete ? stack.complete(result) : result;
    });
    return concludeUsing(outcome, await outcomeOf(() => stack.disposeAsync()));
  }

  async function put(stack: Stack, manager: Manager): Promise<void> {
    if (manager.kind === 'callback') stack.defer(async () => parts.dispose(manager));
    else if (manager.kind === 'disposable') stack.use(make(manager) as AsyncDisposable);
    else if (manager.kind === 'exit') stack.push(make(manager) as AsyncContextManager<unknown, unknown>);
    else await stack.enterContext(make(manager));
  }

  function make(manager: Manager): AsyncEnterable {
    if (manager.isSync) return syncPlayer(notes).make(manager);
    switch (manager.kind) {
      case 'generator':
        return generated(manager);
      case 'class':
      case 'exit':
        return manager.isLoose
          ? { enter: async () => parts.enter(manager), exit: async (thrown) => parts.exit(manager, thrown) }
          : { enterAsync: async () => parts.enter(manager), exitAsync: async (thrown) => parts.exit(manager, thrown) };
      case 'disposable':
      case 'callback':
        return { [Symbol.asyncDispose]: async () => parts.dispose(manager) };
      case 'all':
        return all(manager.members.map(make), { concurrent: manager.isConcurrent });
      case 'stack': {
        const stack = new AsyncExitStack<unknown>();
        for (const member of manager.members) void put(stack, member);
        return stack;
      }
    }
  }
}

/** The program with `withSync` and the rest. */
export function syncPlayer(notes: Notes): Player<Enterable> {
  type Stack = ExitStack<unknown>;
  const parts = partsOf(notes);
  const generated = contextManager(function* generated(manager: Generated): Generator<Entering, unknown, void> {
    const { name, setup, returned, threw, closing } = manager;
    notes.add(`enter ${name}`);
    yield* flat(setup, name);
    if (setup.end === 'finish') return undefined;
    try {
      let thrown: Thrown;
      try {
        yield name as never;
      } catch (error) {
        thrown = { error };
      }
      notes.add(`exit ${name}`, thrown);
      const code = thrown ? threw : returned;
      yield* play(code);
      if (code.end === 'again') yield 'again' as never;
      return notes.end(code.end, name, thrown);
    } finally {
      notes.add(`close ${name}`);
      yield* flat(closing, `closing ${name}`);
      if (closing.end === 'again') yield 'again' as never;
    }
  });
  return { run: (program) => block(program, 'main'), make };

  /** Code that isn't a generator enters nothing, except for a stack: its first step is its last. */
  function block(code: Code, name: string, stack?: Stack): unknown {
    return flat(code, name, stack).next().value;
  }

  function* flat(code: Code, name: string, stack?: Stack): Generator<Entering, unknown, void> {
    yield* play(code, stack);
    return notes.end(code.end, name);
  }

  function* play({ steps }: Code, stack?: Stack): Generator<Entering, void, void> {
    for (const step of steps) {
      try {
        let value: unknown;
        if (step.does !== 'enter') value = take(step);
        else if (stack) put(stack, step.manager);
        else yield* enter(make(step.manager));
        notes.add(step.does, { value });
      } catch (error) {
        notes.add(step.does, { error });
        if (!step.isCaught) throw error;
      }
    }
  }

  function take(step: Exclude<Step, { does: 'enter' }>): unknown {
    if (step.does === 'nest') return withSync(make(step.manager), () => block(step.body, 'block'));
    if (step.does === 'scope') return scopeSync(() => flat(step.body, 'scope'));
    if (step.does === 'using') return using(step);
    return withSync(new ExitStack<unknown>(), (stack) => block(step.body, 'stack', stack));
  }

  function using({ body, isComplete }: Step & { does: 'using' }): unknown {
    const stack: Stack = new ExitStack<unknown>();
    const outcome = attempt(() => {
      const result = block(body, 'using', stack);
      return isComplete ? stack.complete(result) : result;
    });
    return concludeUsing(
      outcome,
      attempt(() => {
        stack.dispose();
      }),
    );
  }

  function put(stack: Stack, manager: Manager): void {
    if (manager.kind === 'callback') stack.defer(() => parts.dispose(manager));
    else if (manager.kind === 'disposable') stack.use(make(manager) as Disposable);
    else if (manager.kind === 'exit') stack.push(make(manager) as ContextManager<unknown, unknown>);
    else stack.enterContext(make(manager));
  }

  function make(manager: Manager): Enterable {
    switch (manager.kind) {
      case 'generator':
        return generated(manager);
      case 'class':
      case 'exit':
        return {
          enter: () => parts.enter(manager),
          exit: (thrown) => parts.exit(manager, thrown),
        };
      case 'disposable':
      case 'callback':
        return {
          [Symbol.dispose]() {
            parts.dispose(manager);
          },
        };
      case 'all':
        return all(manager.members.map(make));
      case 'stack': {
        const stack = new ExitStack<unknown>();
        for (const member of manager.members) put(stack, member);
        return stack;
      }
    }
  }
}

/** The methods of something that isn't a generator. */
function partsOf(notes: Notes) {
  return {
    enter(manager: Classed): unknown {
      notes.add(`enter ${manager.name}`);
      return notes.end(manager.setup, manager.name);
    },
    exit({ name, returned, threw }: Classed, thrown: Thrown): Suppressed<unknown> | undefined {
      notes.add(`exit ${name}`, thrown);
      const end = thrown ? threw : returned;
      // Only true and a box suppress.
      if (end === 'pass') return 'true' as never;
      return { value: notes.end(end, name, thrown) };
    },
    dispose({ name, end }: Disposed): void {
      notes.add(`dispose ${name}`);
      notes.end(end, name);
    },
  };
}

/** What `using` makes of the outcomes of its block and of the disposal. */
function concludeUsing(outcome: Outcome, disposal: Outcome): unknown {
  return conclude('error' in disposal ? keepBothAsUsing(disposal, outcome) : outcome);
}
