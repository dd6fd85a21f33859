// One request in each form: a span around a connection around a transaction, which needs the outcome of the block.

import { withF } from '@matrixai/resources';
import { Cause, Effect, Exit } from 'effect';
import { Disposable } from 'promise-toolbox';
import { asyncContextDecorator, asyncContextManager, AsyncExitStack, enter, scopeAsync, withAsync } from 'withal';
import { bundled } from '../bundled.mjs';
import { endSpan, startSpan } from './stores.mjs';

async function byHand(pool, body) {
  const span = startSpan('request');
  try {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      let result;
      try {
        result = await body(client);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
      return result;
    } finally {
      client.release();
    }
  } catch (error) {
    span.error = error;
    throw error;
  } finally {
    endSpan(span);
  }
}

// withal

const spanned = asyncContextManager(async function* spanned(name) {
  const span = startSpan(name);
  try {
    yield span;
  } catch (error) {
    span.error = error;
    throw error;
  } finally {
    endSpan(span);
  }
});

const connected = asyncContextManager(async function* connected(pool) {
  const client = await pool.connect();
  try {
    yield client;
  } finally {
    client.release();
  }
});

const transaction = asyncContextManager(async function* transaction(client) {
  await client.query('BEGIN');
  try {
    yield client;
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
});

function nested(pool, body) {
  return withAsync(spanned('request'), () =>
    withAsync(connected(pool), (client) => withAsync(transaction(client), body)),
  );
}

async function* request(pool, body) {
  yield* enter(spanned('request'));
  const client = yield* enter(connected(pool));
  yield* enter(transaction(client));
  return await body(client);
}

function flat(pool, body) {
  return scopeAsync(request, pool, body);
}

function flatInline(pool, body) {
  return scopeAsync(async function* () {
    yield* enter(spanned('request'));
    const client = yield* enter(connected(pool));
    yield* enter(transaction(client));
    return await body(client);
  });
}

const composition = asyncContextManager(async function* composition(pool) {
  yield* enter(spanned('request'));
  const client = yield* enter(connected(pool));
  yield* enter(transaction(client));
  yield client;
});

function composed(pool, body) {
  return withAsync(composition(pool), body);
}

function stacked(pool, body) {
  return withAsync(new AsyncExitStack(), async (stack) => {
    await stack.enterContext(spanned('request'));
    const client = await stack.enterContext(connected(pool));
    await stack.enterContext(transaction(client));
    return await body(client);
  });
}

const decorated = asyncContextDecorator(spanned('request'))(async (pool, body) =>
  withAsync(connected(pool), (client) => withAsync(transaction(client), body)),
);

// Others

/** Lowered unless the runtime has it. It can't see errors, so the block declares its success. */
const { awaitUsing } = await bundled({
  stdin: {
    contents: `
  export async function awaitUsing(pool, body, startSpan, endSpan) {
    const span = startSpan('request');
    using _ended = { [Symbol.dispose]: () => endSpan(span) };
    const client = await pool.connect();
    using _released = { [Symbol.dispose]: () => client.release() };
    await client.query('BEGIN');
    const told = { isDone: false };
    await using _ = { [Symbol.asyncDispose]: () => client.query(told.isDone ? 'COMMIT' : 'ROLLBACK') };
    try {
      const result = await body(client);
      told.isDone = true;
      return result;
    } catch (error) {
      span.error = error;
      throw error;
    }
  }`,
  },
});

const acquireSpan = async () => {
  const span = startSpan('request');
  const release = async (error) => {
    span.error = error;
    endSpan(span);
  };
  return [release, span];
};

const acquireClient = (pool) => async () => {
  const client = await pool.connect();
  return [async () => client.release(), client];
};

const acquireTransaction = async ([, client]) => {
  await client.query('BEGIN');
  return [(error) => client.query(error === undefined ? 'COMMIT' : 'ROLLBACK'), client];
};

function matrixai(pool, body) {
  return withF([acquireSpan, acquireClient(pool), acquireTransaction], ([, client]) => body(client));
}

/** It can't see errors either. */
async function promiseToolbox(pool, body) {
  const span = startSpan('request');
  const client = await pool.connect();
  await client.query('BEGIN');
  const told = { isDone: false };
  return Disposable.use(
    [
      new Disposable(() => endSpan(span)),
      new Disposable(() => client.release()),
      new Disposable(() => client.query(told.isDone ? 'COMMIT' : 'ROLLBACK')),
    ],
    async () => {
      try {
        const result = await body(client);
        told.isDone = true;
        return result;
      } catch (error) {
        span.error = error;
        throw error;
      }
    },
  );
}

const promised = (call) => Effect.tryPromise({ try: call, catch: (error) => error });

const errorOf = (exit) => (Exit.isSuccess(exit) ? undefined : Cause.squash(exit.cause));

const usingSpan = (use) =>
  Effect.acquireUseRelease(
    Effect.sync(() => startSpan('request')),
    use,
    (span, exit) =>
      Effect.sync(() => {
        span.error = errorOf(exit);
        endSpan(span);
      }),
  );

const usingClient = (pool, use) =>
  Effect.acquireUseRelease(
    promised(() => pool.connect()),
    use,
    (client) => Effect.sync(() => client.release()),
  );

const usingTransaction = (client, use) =>
  Effect.acquireUseRelease(
    promised(() => client.query('BEGIN')),
    use,
    (_begun, exit) => promised(() => client.query(Exit.isSuccess(exit) ? 'COMMIT' : 'ROLLBACK')),
  );

function effect(pool, body) {
  return Effect.runPromise(
    usingSpan(() => usingClient(pool, (client) => usingTransaction(client, () => promised(async () => body(client))))),
  );
}

const scopedSpan = Effect.acquireRelease(
  Effect.sync(() => startSpan('request')),
  (span, exit) =>
    Effect.sync(() => {
      span.error = errorOf(exit);
      endSpan(span);
    }),
);

const scopedClient = (pool) =>
  Effect.acquireRelease(
    promised(() => pool.connect()),
    (client) => Effect.sync(() => client.release()),
  );

const scopedTransaction = (client) =>
  Effect.acquireRelease(
    promised(() => client.query('BEGIN')),
    (_begun, exit) => Effect.orDie(promised(() => client.query(Exit.isSuccess(exit) ? 'COMMIT' : 'ROLLBACK'))),
  );

function effectScope(pool, body) {
  return Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        yield* scopedSpan;
        const client = yield* scopedClient(pool);
        yield* scopedTransaction(client);
        return yield* promised(async () => body(client));
      }),
    ),
  );
}

/** `form(pool, body)`, by name. All are compared with the first. */
export const forms = {
  'by hand': byHand,
  '`await using`': (pool, body) => awaitUsing(pool, body, startSpan, endSpan),
  '@matrixai/resources': matrixai,
  'promise-toolbox': promiseToolbox,
  'withal, nested': nested,
  'withal, decorator': decorated,
  'withal, stack': stacked,
  'withal, composed': composed,
  'withal, flat': flat,
  'withal, flat, inline': flatInline,
  Effect: effect,
  'Effect, scope': effectScope,
};
