import { reachableFrom, type Outcome } from './outcome.ts';

/** A program of managers, as data: what each piece of code does, step by step, and how it ends. */
export interface Code {
  readonly steps: readonly Step[];
  readonly end: End;
}

export type Step = {
  /** Whether the code catches an error of this step, and continues. */
  readonly isCaught: boolean;
} & (
  | { readonly does: 'enter'; readonly manager: Manager }
  | { readonly does: 'nest'; readonly manager: Manager; readonly body: Code }
  /** A block in which `enter` does not nest. */
  | { readonly does: 'scope' | 'stack'; readonly body: Code }
  /** A stack that is disposed of: if it isn't complete, it can't know how its block ended. */
  | { readonly does: 'using'; readonly body: Code; readonly isComplete: boolean }
);

/** Return if nothing was thrown, else rethrow; return; throw with that as the cause; yield again; throw. */
export type End = 'pass' | 'finish' | 'translate' | 'again' | Failure;

export type Failure =
  | 'error'
  | 'frozen error'
  | 'error with a cause'
  | 'error without a cause'
  | 'error of a shared root'
  | 'shared error'
  | 'string'
  | 'undefined';

/** A manager, or something else that can be entered. */
export type Manager = Generated | Classed | Disposed | All | Stacked;

export interface Named {
  readonly name: string;
  readonly isSync: boolean;
}

export interface Generated extends Named {
  readonly kind: 'generator';
  readonly setup: Code;
  readonly returned: Code;
  readonly threw: Code;
  /** Its `finally`. */
  readonly closing: Code;
}

/** An exit is already entered: a stack takes it with `push`. */
export interface Classed extends Named {
  readonly kind: 'class' | 'exit';
  /** Whether it has the sync protocol, with methods that return promises. */
  readonly isLoose: boolean;
  readonly setup: End;
  readonly returned: End;
  readonly threw: End;
}

/** A callback is what a stack takes with `defer`. */
export interface Disposed extends Named {
  readonly kind: 'disposable' | 'callback';
  readonly end: End;
}

export interface All extends Named {
  readonly kind: 'all';
  readonly isConcurrent: boolean;
  readonly members: readonly Manager[];
}

/** A stack that holds its members before it is entered. */
export interface Stacked extends Named {
  readonly kind: 'stack';
  readonly members: readonly (Classed | Disposed)[];
}

export type Thrown = { readonly error: unknown } | undefined;

/** What one run of a program leaves behind. */
export class Notes {
  readonly lines: string[] = [];
  readonly #shared = new Error('the shared error');
  readonly #root = new Error('the shared root');

  add(what: string, outcome?: Outcome): void {
    this.lines.push(outcome ? `${what}: ${inWords(outcome)}` : what);
  }

  /** The end of a piece of code that got an error, or none. */
  end(end: End, name: string, thrown?: Thrown): unknown {
    switch (end) {
      case 'pass':
      case 'again':
        if (thrown) throw thrown.error;
        return `result of ${name}`;
      case 'finish':
        return `value of ${name}`;
      case 'translate':
        throw new Error(`translation of ${name}`, thrown && { cause: thrown.error });
      case 'error':
        throw new Error(`error of ${name}`);
      case 'frozen error':
        throw Object.freeze(new Error(`frozen error of ${name}`));
      case 'error with a cause':
        throw new Error(`error of ${name}`, { cause: new Error(`cause of ${name}`) });
      case 'error without a cause':
        throw new Error(`error of ${name}`, { cause: undefined });
      case 'error of a shared root':
        throw new Error(`error of ${name}`, { cause: this.#root });
      case 'shared error':
        throw this.#shared;
      case 'string':
        throw `string of ${name}`;
      case 'undefined':
        throw undefined;
    }
  }
}

/** The same words for the same outcome of two runs; for an error, also everything that can be reached from it. */
export function inWords(outcome: Outcome): string {
  if ('value' in outcome) return String(outcome.value);
  const [error, ...kept] = reachableFrom(outcome.error).map(label);
  return `throws ${[error, ...kept.sort()].join(' < ')}`;
}

function label(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error) return String(error.code);
  return error.name === 'Error' ? error.message : error.name;
}
