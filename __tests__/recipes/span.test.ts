import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { recorded, span, tolerated } from '../../docs/recipes/span/span.ts';
import {
  all,
  asyncContextDecorator,
  asyncContextManager,
  AsyncExitStack,
  enter,
  scopeAsync,
  suppress,
  withAsync,
  withSync,
} from '../../lib/index.ts';
import { errorOf } from '../helpers/outcome.ts';
import { endedSpans } from '../helpers/spans.ts';

const exporter = new InMemorySpanExporter();
let isSampling = true;
const sampler = {
  shouldSample() {
    if (!isSampling) throw new Error('The sampler is broken.');
    return { decision: SamplingDecision.RECORD_AND_SAMPLED };
  },
};
const provider = new BasicTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('test');

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});

beforeEach(() => exporter.reset());

afterAll(async () => {
  context.disable();
  await provider.shutdown();
});

const failure = new RangeError('no');

function fail(): never {
  throw failure;
}

const turn = () => new Promise(setImmediate);

/** Starts a span by itself, which shows what is active. */
function mark(name: string): void {
  tracer.startSpan(name).end();
}

const ended = () => endedSpans(exporter);

describe('a span', () => {
  it("is started for the block, ended after it, and returns the block's result", async () => {
    const block = (given: { isRecording(): boolean }) => {
      expect(exporter.getFinishedSpans()).toEqual([]);
      return given.isRecording();
    };
    expect(await withAsync(span(tracer, 'async', { attributes: { cart: 1 } }), block)).toBe(true);
    expect(ended()).toEqual([['async', undefined, 'UNSET']]);
    expect(exporter.getFinishedSpans()).toMatchObject([{ attributes: { cart: 1 } }]);
  });

  it('is active during the whole block, even after an await, and no longer', async () => {
    await withAsync(span(tracer, 'work'), async (span) => {
      expect(trace.getActiveSpan()).toBe(span);
      await turn();
      expect(trace.getActiveSpan()).toBe(span);
      mark('child');
    });
    expect(trace.getActiveSpan()).toBeUndefined();
    expect(ended()).toEqual([
      ['child', 'work', 'UNSET'],
      ['work', undefined, 'UNSET'],
    ]);
  });

  it('takes a sync body, and rejects if it throws', async () => {
    expect(await withAsync(span(tracer, 'work'), () => 'result')).toBe('result');
    expect(await errorOf(() => withAsync(span(tracer, 'failing'), fail))).toBe(failure);
    expect(ended()).toEqual([
      ['work', undefined, 'UNSET'],
      ['failing', undefined, 'ERROR', 'no'],
    ]);
  });

  it.each([SpanStatusCode.OK, SpanStatusCode.ERROR])('keeps the status that the block has set: %p', async (code) => {
    const status = { code, message: 'an answer of 500' };
    await withAsync(span(tracer, 'work'), (span) => void span.setStatus(status));
    expect(ended()).toEqual([['work', undefined, SpanStatusCode[code]]]);
  });

  const sent = Object.assign(new Error('gone'), { code: 'ENOENT' });
  it.each([
    [failure, 'RangeError', 'no'],
    [sent, 'ENOENT', 'gone'],
    [undefined, 'undefined', 'undefined'],
    [null, 'object', 'null'],
    [0, 'number', '0'],
    ['', 'string', "''"],
    ['no', 'string', "'no'"],
    [{ status: 404 }, 'object', '{ status: 404 }'],
    [Object.create(null) as unknown, 'object', '[Object: null prototype] {}'],
    [Symbol('no'), 'symbol', 'Symbol(no)'],
  ])('records that the block failed with %p, which it rethrows', async (thrown, type, message) => {
    const error = await errorOf(() =>
      withAsync(span(tracer, 'work'), () => {
        throw thrown;
      }),
    );
    expect(error).toBe(thrown);
    expect(ended()).toEqual([['work', undefined, 'ERROR', message]]);
    const [{ status, events } = fail()] = exporter.getFinishedSpans();
    expect(status.message).toBe(message);
    expect(events).toMatchObject([{ name: 'exception', attributes: { 'exception.type': type } }]);
  });

  it('records the error that leaves the block if a teardown in it fails', async () => {
    const failing = asyncContextManager(async function* failing() {
      try {
        yield;
      } finally {
        throw new Error('the connection is gone');
      }
    });
    const error = await errorOf(() => withAsync(span(tracer, 'work'), () => withAsync(failing(), fail)));
    expect(error).toMatchObject({ message: 'the connection is gone', cause: failure });
    expect(ended()).toEqual([['work', undefined, 'ERROR', 'the connection is gone']]);
  });

  it("rejects if it can't be started, and doesn't run the block", async () => {
    isSampling = false;
    let isRun = false;
    const error = await errorOf(() => withAsync(span(tracer, 'work'), () => (isRun = true)));
    isSampling = true;
    expect(error).toMatchObject({ message: 'The sampler is broken.' });
    expect([isRun, ended()]).toEqual([false, []]);
  });

  it('has failed on a stack that is disposed of, unless it is complete', async () => {
    const block = async (isComplete: boolean) => {
      await using stack = new AsyncExitStack();
      await stack.enterContext(span(tracer, String(isComplete)));
      if (isComplete) stack.complete();
    };
    await block(true);
    await block(false);
    expect(ended()).toEqual([
      ['true', undefined, 'UNSET'],
      ['false', undefined, 'ERROR', expect.any(String)],
    ]);
    const attributes = { 'exception.type': 'ERR_OUTCOME_UNKNOWN' };
    expect(exporter.getFinishedSpans()[1]?.events).toMatchObject([{ attributes }]);
  });

  it('records an error in each span that it passes, and in no other', async () => {
    await withAsync(span(tracer, 'outermost'), async () => {
      await withAsync(span(tracer, 'middle'), () => withAsync(span(tracer, 'inner'), fail)).catch(() => {});
      await withAsync(span(tracer, 'next'), () => {});
    });
    expect(ended()).toEqual([
      ['inner', 'middle', 'ERROR', 'no'],
      ['middle', 'outermost', 'ERROR', 'no'],
      ['next', 'outermost', 'UNSET'],
      ['outermost', undefined, 'UNSET'],
    ]);
  });

  it('has failed if its error is suppressed around it, but not if inside it', async () => {
    await withAsync(span(tracer, 'outer'), () =>
      withAsync(suppress(RangeError), () => withAsync(span(tracer, 'failed'), fail)),
    );
    await withAsync(span(tracer, 'other'), () => withAsync(suppress(RangeError), () => fail()));
    expect(ended()).toEqual([
      ['failed', 'outer', 'ERROR', 'no'],
      ['outer', undefined, 'UNSET'],
      ['other', undefined, 'UNSET'],
    ]);
  });
});

describe('the parent of a span', () => {
  const marking = asyncContextManager(async function* marking(name: string) {
    await turn();
    mark(`${name}: setup`);
    try {
      yield;
    } finally {
      await turn();
      mark(`${name}: teardown`);
    }
  });

  it('is the span around it, right through enter: for setup, body and teardown', async () => {
    const request = asyncContextManager(async function* request() {
      yield* enter(span(tracer, 'request'));
      yield* enter(marking('connection'));
      yield* enter(span(tracer, 'transaction'));
      yield* enter(marking('cursor'));
      yield;
    });
    await withAsync(request(), async () => {
      await turn();
      mark('body');
    });
    expect(ended()).toEqual([
      ['connection: setup', 'request', 'UNSET'],
      ['cursor: setup', 'transaction', 'UNSET'],
      ['body', 'transaction', 'UNSET'],
      ['cursor: teardown', 'transaction', 'UNSET'],
      ['transaction', 'request', 'UNSET'],
      ['connection: teardown', 'request', 'UNSET'],
      ['request', undefined, 'UNSET'],
    ]);
  });

  it('is the span around it in a scope, and through all', async () => {
    await scopeAsync(async function* () {
      yield* enter(span(tracer, 'outer'));
      yield* enter(all([span(tracer, 'one'), span(tracer, 'two')]));
      yield* enter(marking('inner'));
    });
    expect(ended()).toEqual([
      ['inner: setup', 'two', 'UNSET'],
      ['inner: teardown', 'two', 'UNSET'],
      ['two', 'one', 'UNSET'],
      ['one', 'outer', 'UNSET'],
      ['outer', undefined, 'UNSET'],
    ]);
  });

  it('is the span of a decorator', async () => {
    const load = asyncContextDecorator(() => span(tracer, 'load'))(async () => {
      await turn();
      mark('row');
    });
    await withAsync(span(tracer, 'request'), () => load());
    expect(ended()).toEqual([
      ['row', 'load', 'UNSET'],
      ['load', 'request', 'UNSET'],
      ['request', undefined, 'UNSET'],
    ]);
  });

  it("is the reader's span for the code of a decorated generator", async () => {
    const rows = asyncContextDecorator(() => span(tracer, 'rows'))(async function* () {
      mark('row');
      yield 1;
    });
    await withAsync(span(tracer, 'request'), async () => {
      for await (const row of rows()) mark(`got ${String(row)}`);
    });
    expect(ended()).toEqual([
      ['row', 'request', 'UNSET'],
      ['got 1', 'request', 'UNSET'],
      ['rows', 'request', 'UNSET'],
      ['request', undefined, 'UNSET'],
    ]);
  });

  it('is right for a hundred concurrent requests', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `request ${String(index)}`);
    const step = (name: string) =>
      scopeAsync(async function* () {
        await turn();
        yield* enter(span(tracer, `${name}: step`));
        yield* enter(marking(name));
        await turn();
      });
    const request = async (name: string, index: number) => {
      await turn();
      await step(name);
      if (index % 10 === 3) fail();
    };
    await withAsync(span(tracer, 'all'), () =>
      Promise.allSettled(names.map((name, index) => withAsync(span(tracer, name), () => request(name, index)))),
    );
    const found = ended();
    expect(found).toHaveLength(401);
    for (const [index, name] of names.entries()) {
      expect(found).toContainEqual(index % 10 === 3 ? [name, 'all', 'ERROR', 'no'] : [name, 'all', 'UNSET']);
      expect(found).toContainEqual([`${name}: step`, name, 'UNSET']);
      expect(found).toContainEqual([`${name}: setup`, `${name}: step`, 'UNSET']);
      expect(found).toContainEqual([`${name}: teardown`, `${name}: step`, 'UNSET']);
    }
  });

  it("isn't a span on a stack: the code after it has another context", async () => {
    await withAsync(new AsyncExitStack(), async (stack) => {
      const entered = await stack.enterContext(span(tracer, 'on the stack'));
      expect(trace.getActiveSpan()).toBeUndefined();
      context.with(trace.setSpan(context.active(), entered), () => mark('by hand'));
    });
    expect(ended()).toEqual([
      ['by hand', 'on the stack', 'UNSET'],
      ['on the stack', undefined, 'UNSET'],
    ]);
  });
});

describe('recorded', () => {
  it('ends a span of sync code, and records its error', () => {
    const run = (name: string, body: () => string) =>
      withSync(recorded(tracer.startSpan(name)), (span) => context.with(trace.setSpan(context.active(), span), body));
    expect(run('work', () => (mark('child'), 'result'))).toBe('result');
    expect(() => run('failing', fail)).toThrow(failure);
    expect(ended()).toEqual([
      ['child', 'work', 'UNSET'],
      ['work', undefined, 'UNSET'],
      ['failing', undefined, 'ERROR', 'no'],
    ]);
  });
});

describe('tolerated', () => {
  const isExpected = (error: unknown) => error === failure || error === undefined;
  const tolerating = (body: () => unknown) =>
    withAsync(span(tracer, 'work'), (span) => withAsync(tolerated(span, isExpected), body));

  it.each([
    [failure, 'no'],
    [undefined, 'undefined'],
  ])('suppresses %p, which is expected: an event of the span, not a failure', async (thrown, message) => {
    const block = tolerating(() => {
      throw thrown;
    });
    await expect(block).resolves.toBeUndefined();
    expect(ended()).toEqual([['work', undefined, 'UNSET', message]]);
  });

  it('rethrows every other error, which the span records once', async () => {
    const other = new Error('other');
    const block = tolerating(() => {
      throw other;
    });
    expect(await errorOf(() => block)).toBe(other);
    expect(ended()).toEqual([['work', undefined, 'ERROR', 'other']]);
  });

  it("returns the block's result", async () => {
    expect(await tolerating(() => 'result')).toBe('result');
    expect(ended()).toEqual([['work', undefined, 'UNSET']]);
  });
});
