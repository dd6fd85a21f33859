import { Result as Better } from 'better-result';
import * as Effect from 'effect/Effect';
import * as Exit from 'effect/Exit';
import { left, right, isLeft, type Either } from 'fp-ts/lib/Either.js';
import { err, errAsync, ok, okAsync, safeTry, type Result as Neverthrow } from 'neverthrow';
import * as trueMyth from 'true-myth/result';
import type { Library } from './builds.ts';

/** `{ ok }` in a codebase without a library. */
export type Plain<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** The Results of a library: how they are made, and the drivers for them. */
export interface Flavor {
  readonly ok: (value: unknown) => unknown;
  readonly err: (error: unknown) => unknown;
  /** What yields the Result later; a promise unless the library has its own type. */
  readonly later?: (result: unknown) => unknown;
  readonly blocks: (library: Library) => unknown;
  /** The error of an Err, as a manager gets it. */
  readonly told?: (result: unknown) => unknown;
}

export const flavors: Record<string, Flavor> = {
  neverthrow: {
    ok,
    err,
    blocks: ({ resultBlocks }) =>
      resultBlocks((result: Neverthrow<unknown, unknown>) => result.isErr() && { error: result.error }),
  },
  'ResultAsync of neverthrow': {
    ok,
    err,
    later: (result) => {
      const known = result as Neverthrow<unknown, unknown>;
      return known.isOk() ? okAsync(known.value) : errAsync(known.error);
    },
    blocks: ({ resultBlocks }) =>
      resultBlocks((result: Neverthrow<unknown, unknown>) => result.isErr() && { error: result.error }),
  },
  'safeTry of neverthrow': {
    ok,
    err,
    later: (result) =>
      safeTry(async function* () {
        const value = yield* result as Neverthrow<unknown, unknown>;
        return ok(value);
      }),
    blocks: ({ resultBlocks }) =>
      resultBlocks((result: Neverthrow<unknown, unknown>) => result.isErr() && { error: result.error }),
  },
  'fp-ts': {
    ok: right,
    err: left,
    blocks: ({ resultBlocks }) =>
      resultBlocks((result: Either<unknown, unknown>) => isLeft(result) && { error: result.left }),
  },
  'better-result': {
    ok: (value) => Better.ok(value),
    err: (error) => Better.err(error),
    blocks: ({ resultBlocks }) =>
      resultBlocks((result: Better<unknown, unknown>) => result.isErr() && { error: result.error }),
  },
  'Exit of Effect': {
    ok: Exit.succeed,
    err: Exit.fail,
    later: (result) => Effect.runPromiseExit(result as Exit.Exit<unknown, unknown>),
    blocks: ({ resultBlocks }) =>
      resultBlocks((exit: Exit.Exit<unknown, unknown>) => Exit.isFailure(exit) && { error: exit.cause }),
    told: (exit) => (exit as Exit.Failure<unknown, unknown>).cause,
  },
  'true-myth': {
    ok: (value) => trueMyth.ok(value),
    err: (error) => trueMyth.err(error),
    blocks: ({ resultBlocks }) =>
      resultBlocks((result: trueMyth.Result<unknown, unknown>) => result.isErr && { error: result.error }),
  },
  '{ ok: false }': {
    ok: (value) => ({ ok: true, value }),
    err: (error) => ({ ok: false, error }),
    blocks: ({ resultBlocks }) =>
      resultBlocks((result: Plain<unknown, unknown>) => (result.ok ? undefined : { error: result.error })),
  },
};
