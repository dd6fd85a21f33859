import { attempt, both, conclude, keepBothAsUsing, reachableFrom, type Outcome } from './outcome.ts';
import type { Classed, Code, Generated, Manager, Notes, Step, Thrown } from './script.ts';

/** A way out: it gets the outcome of the block, and returns the resulting outcome. */
type Exit = (outcome: Outcome) => Outcome;

/** What the contract says about a program, without the library, without promises and generators. */
export function modelled(program: Code, notes: Notes): Outcome {
  return attempt(() => run(program, 'main', []));

  /** Runs code; the caller exits what it enters. */
  function run(code: Code, name: string, exits: Exit[]): unknown {
    play(code, exits);
    return notes.end(code.end, name);
  }

  function play({ steps }: Code, exits: Exit[]): void {
    for (const step of steps) {
      const outcome = attempt(() => take(step, exits));
      notes.add(step.does, outcome);
      if ('error' in outcome && !step.isCaught) throw outcome.error;
    }
  }

  function take(step: Step, exits: Exit[]): unknown {
    if (step.does === 'enter') return void exits.push(enter(step.manager));
    if (step.does === 'nest') {
      const exit = enter(step.manager);
      return conclude(exit(attempt(() => run(step.body, 'block', []))));
    }
    const entered: Exit[] = [];
    const outcome = attempt(() => run(step.body, step.does, entered));
    if (step.does !== 'using') return conclude(keepingResult(outcome, exitAll(entered, outcome)));
    const isSuccess = step.isComplete && 'value' in outcome;
    const last = exitAll(entered, isSuccess ? outcome : makeUnknown());
    return conclude(isUnknown(last) ? outcome : keepBothAsUsing(last, outcome));
  }

  function enter(manager: Manager): Exit {
    const { name } = manager;
    switch (manager.kind) {
      case 'generator':
        return composed(
          (exits) => setUp(manager, exits),
          (outcome, exits) => left(outcome, () => tearDown(manager, outcome, exits)),
        );
      case 'class':
        notes.add(`enter ${name}`);
        notes.end(manager.setup, name);
        return exitOf(manager);
      case 'exit':
        return exitOf(manager);
      case 'disposable':
      case 'callback':
        return (outcome) => {
          notes.add(`dispose ${name}`);
          return disposed(
            attempt(() => notes.end(manager.end, name)),
            outcome,
          );
        };
      case 'stack':
      case 'all':
        return composed((exits) => {
          if ('isConcurrent' in manager && manager.isConcurrent) enterAtOnce(manager.members, exits);
          else for (const member of manager.members) exits.push(enter(member));
          return true;
        });
    }
  }

  function exitOf(manager: Classed): Exit {
    return (outcome) =>
      left(outcome, () => {
        notes.add(`exit ${manager.name}`, thrownIn(outcome));
        return notes.end('error' in outcome ? manager.threw : manager.returned, manager.name, thrownIn(outcome));
      });
  }

  function setUp({ name, setup }: Generated, exits: Exit[]): boolean {
    notes.add(`enter ${name}`);
    run(setup, name, exits);
    return setup.end !== 'finish';
  }

  function tearDown({ name, returned, threw, closing }: Generated, outcome: Outcome, exits: Exit[]): unknown {
    const code = 'error' in outcome ? threw : returned;
    let yieldsAgain = false;
    const own = attempt(() => {
      notes.add(`exit ${name}`, thrownIn(outcome));
      play(code, exits);
      yieldsAgain = code.end === 'again';
      return yieldsAgain || notes.end(code.end, name, thrownIn(outcome));
    });
    let isLeft = false;
    const last = attempt(() => {
      notes.add(`close ${name}`);
      play(closing, exits);
      isLeft = closing.end === 'again';
      return notes.end(closing.end, `closing ${name}`);
    });
    if (yieldsAgain && 'error' in last) throw misuse('ERR_DID_NOT_STOP', disposed(last, outcome));
    if (yieldsAgain || isLeft) throw misuse('ERR_DID_NOT_STOP', outcome);
    if ('error' in last) throw last.error;
    return conclude(own);
  }

  /** Waits for all; one failure is thrown as it is, several as an AggregateError. */
  function enterAtOnce(members: readonly Manager[], exits: Exit[]): void {
    const errors: unknown[] = [];
    for (const member of members) {
      const outcome = attempt(() => exits.push(enter(member)));
      if ('error' in outcome) errors.push(outcome.error);
    }
    if (errors.length > 1) throw new AggregateError(errors);
    if (errors.length === 1) throw errors[0];
  }
}

/** An exit stack around all of it: what it enters is exited after it, whenever that was entered. */
function composed(
  setUp: (exits: Exit[]) => boolean,
  tearDown: (outcome: Outcome, exits: Exit[]) => Outcome = (outcome) => outcome,
): Exit {
  const exits: Exit[] = [];
  const setup = attempt(() => setUp(exits));
  if ('value' in setup && setup.value)
    return (told) => keepingResult(told, exitAll(exits, tearDown(told, exits), told));
  const refusal = misuse('ERR_DID_NOT_YIELD');
  const outcome = exitAll(exits, 'error' in setup ? setup : { error: refusal });
  if ('error' in outcome) throw outcome.error;
  // A suppressed error may be in another error's chain, so it must be the same object.
  throw 'error' in setup ? misuse('ERR_DID_NOT_YIELD', setup) : refusal;
}

/** Last in, first out; each gets the outcome of the one before. */
function exitAll(exits: Exit[], outcome: Outcome, told = outcome): Outcome {
  return exits.reduceRight((last, exit) => stillUnknown(told, exit(last)), stillUnknown(told, outcome));
}

/** A stack, or a composed manager, that swallowed an error of its own teardown keeps the body's result. */
function keepingResult(outcome: Outcome, last: Outcome): Outcome {
  return 'value' in outcome && 'value' in last ? outcome : last;
}

/** The block's outcome after a manager's teardown: to return is to suppress. */
function left(outcome: Outcome, tearDown: () => unknown): Outcome {
  const own = attempt(tearDown);
  if ('value' in outcome) return 'error' in own ? own : outcome;
  return 'error' in own ? { error: inPlaceOf(own.error, outcome.error) } : own;
}

/** As `using` does it, but nothing may see an unknown outcome. */
function disposed(own: Outcome, outcome: Outcome): Outcome {
  return 'error' in own && isUnknown(outcome) ? own : keepBothAsUsing(own, outcome);
}

const unknowns = new WeakSet();

/** The outcome of a block that hasn't declared success. */
function makeUnknown(): Outcome {
  const error = misuse('ERR_OUTCOME_UNKNOWN');
  unknowns.add(error);
  return { error };
}

/** Nothing can suppress an unknown outcome. */
function stillUnknown(told: Outcome, next: Outcome): Outcome {
  return isUnknown(told) && 'value' in next ? told : next;
}

function isUnknown(outcome: Outcome): boolean {
  return 'error' in outcome && unknowns.has(outcome.error as object);
}

/** Those whose cause was put there by {@link inPlaceOf}. */
const links = new WeakSet();

/** The three rules for managers of “No error is ever lost”. */
function inPlaceOf(error: unknown, previous: unknown): unknown {
  if (isUnknown({ error: previous })) return error;
  if (reachableFrom(error).some((kept) => Object.is(kept, previous))) return error;
  let end = error;
  while (end instanceof Error && end.cause !== undefined && !links.has(end)) end = end.cause;
  const isFree = end instanceof Error && !links.has(end) && Object.isExtensible(end);
  const isHolder = isFree && !reachableFrom(previous).includes(end);
  if (!isHolder) return both(error, previous);
  links.add(Object.defineProperty(end as Error, 'cause', { value: previous, configurable: true }));
  return error;
}

function misuse(code: string, outcome: Outcome = { value: undefined }): Error {
  const hasCause = 'error' in outcome && !isUnknown(outcome);
  return Object.assign(new Error(code, hasCause ? { cause: outcome.error } : {}), { code });
}

function thrownIn(outcome: Outcome): Thrown {
  return 'error' in outcome ? outcome : undefined;
}
