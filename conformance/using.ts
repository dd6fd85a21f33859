// `using` and `await using` with the package's disposables. Runtimes with the syntax run this file as it is; for the
// others, each compiler that can lowers it.

type Withal = typeof import('withal');

export async function suite(withal: Withal): Promise<[string, string?][]> {
  const log: unknown[] = [];

  const transaction = withal.asyncContextManager(async function* transaction() {
    log.push('begin');
    try {
      yield 'tx';
    } catch (error) {
      log.push(`roll back: ${String((error as { code?: unknown }).code)}`);
      throw error;
    }
    log.push('commit');
  });

  async function transfer(isComplete: boolean, fail?: () => never): Promise<unknown> {
    await using stack = new withal.AsyncExitStack();
    const tx = await stack.enterContext(transaction());
    fail?.();
    if (!isComplete) return 'early';
    return stack.complete(tx);
  }

  function dispose(): string {
    using stack = new withal.ExitStack();
    stack.defer(() => void log.push('deferred'));
    using inner = new withal.ExitStack();
    inner.adopt('inner', (name) => void log.push(name));
    return 'result';
  }

  async function iterate(): Promise<number | undefined> {
    async function* numbers() {
      try {
        yield* [1, 2, 3];
      } finally {
        log.push('closed');
      }
    }
    await using values = withal.aclosing(numbers());
    for await (const value of values) if (value === 2) return value;
    return undefined;
  }

  async function bothFail(): Promise<void> {
    await using stack = new withal.AsyncExitStack();
    stack.defer(() => {
      throw new Error('teardown');
    });
    throw new Error('block');
  }

  const failure = new Error('block');
  const fail = (): never => {
    throw failure;
  };

  const cases: Record<string, () => Promise<unknown>> = {
    'await using commits after complete()': async () => [await transfer(true), ...log.splice(0)],
    'await using rolls back on an early return': async () => [await transfer(false), ...log.splice(0)],
    'await using rolls back on an error, and rethrows it': async () => [
      (await transfer(true, fail).catch((error: unknown) => error)) === failure,
      ...log.splice(0),
    ],
    'using disposes of stacks': async () => [dispose(), ...log.splice(0)],
    'await using closes an iterated source': async () => [await iterate(), ...log.splice(0)],
    'await using keeps both errors': async () => {
      const error = (await bothFail().catch((error: unknown) => error)) as SuppressedError;
      return [error.name, ...[error.error, error.suppressed].map(String)];
    },
  };

  const expected: Record<string, unknown[]> = {
    'await using commits after complete()': ['tx', 'begin', 'commit'],
    'await using rolls back on an early return': ['early', 'begin', 'roll back: ERR_OUTCOME_UNKNOWN'],
    'await using rolls back on an error, and rethrows it': [true, 'begin', 'roll back: ERR_OUTCOME_UNKNOWN'],
    'using disposes of stacks': ['result', 'inner', 'deferred'],
    'await using closes an iterated source': [2, 'closed'],
    'await using keeps both errors': ['SuppressedError', 'Error: teardown', 'Error: block'],
  };

  const results: [string, string?][] = [];
  for (const [name, run] of Object.entries(cases)) {
    const actual = JSON.stringify(await run().catch((error: unknown) => [String(error)]));
    const wanted = JSON.stringify(expected[name]);
    results.push(actual === wanted ? [name] : [name, `expected ${wanted}, but got ${actual}`]);
  }
  return results;
}
