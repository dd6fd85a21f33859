import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { inSpan, span, tolerated } from '../../docs/recipes/span/span.ts';
import {
  asyncContextManager,
  AsyncExitStack,
  enter,
  scopeAsync,
  suppress,
  withAsync,
  withSync,
} from '../../lib/index.ts';
import { errorOf } from '../helpers/outcome.ts';

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

/** The spans that have ended, in that order: name, name of the parent, status, and recorded errors. */
function ended() {
  const spans = exporter.getFinishedSpans();
  return spans.map(({ name, parentSpanContext, status, events }) => [
    name,
    spans.find((other) => other.spanContext().spanId === parentSpanContext?.spanId)?.name,
    SpanStatusCode[status.code],
    ...events.map(({ attributes }) => attributes?.['exception.message']),
  ]);
}

describe('a span', () => {
  it('is started for the block, and ended after it, and gives what the block gives', async () => {
    const block = (given: { isRecording(): boolean }) => {
      expect(exporter.getFinishedSpans()).toEqual([]);
      return given.isRecording();
    };
    expect(withSync(span(tracer, 'sync'), block)).toBe(true);
    exporter.reset();
    expect(await withAsync(span(tracer, 'async'), block)).toBe(true);
    expect(ended()).toEqual([['async', undefined, 'UNSET']]);
  });

  it.each([SpanStatusCode.OK, SpanStatusCode.ERROR])('leaves the status that the block has set: %p', (code) => {
    withSync(span(tracer, 'work'), (span) => void span.setStatus({ code, message: 'an answer of 500' }));
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
  ])('records that the block failed with %p, which is thrown on', async (thrown, type, message) => {
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

  it('records the error that leaves the block, where a teardown in it fails', async () => {
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

  it('is not started where that fails, and the block is not run', async () => {
    isSampling = false;
    let isRun = false;
    const error = await errorOf(() => inSpan(tracer, 'work', () => (isRun = true)));
    isSampling = true;
    expect(error).toMatchObject({ message: 'The sampler is broken.' });
    expect([isRun, ended()]).toEqual([false, []]);
  });

  it('is not active, and takes a parent', async () => {
    await scopeAsync(async function* () {
      const outer = yield* enter(span(tracer, 'outer'));
      expect(trace.getActiveSpan()).toBeUndefined();
      yield* enter(span(tracer, 'child', trace.setSpan(context.active(), outer)));
      yield* enter(span(tracer, 'other'));
    });
    expect(ended()).toEqual([
      ['other', undefined, 'UNSET'],
      ['child', 'outer', 'UNSET'],
      ['outer', undefined, 'UNSET'],
    ]);
  });

  it('has failed on a stack that is disposed, unless it is complete', async () => {
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
});

describe('inSpan', () => {
  it('makes the span active for the body, also after it has waited, and no longer', async () => {
    const result = await inSpan(tracer, 'work', async (span) => {
      expect(trace.getActiveSpan()).toBe(span);
      await new Promise(setImmediate);
      expect(trace.getActiveSpan()).toBe(span);
      tracer.startSpan('child').end();
      return 'result';
    });
    expect(trace.getActiveSpan()).toBeUndefined();
    expect(result).toBe('result');
    expect(ended()).toEqual([
      ['child', 'work', 'UNSET'],
      ['work', undefined, 'UNSET'],
    ]);
  });

  it('takes a body that is not async, and rejects where it throws', async () => {
    expect(await inSpan(tracer, 'work', () => 'result')).toBe('result');
    expect(await errorOf(() => inSpan(tracer, 'failing', fail))).toBe(failure);
    expect(ended()).toEqual([
      ['work', undefined, 'UNSET'],
      ['failing', undefined, 'ERROR', 'no'],
    ]);
  });

  it('records an error in each span that it passes, and in no other', async () => {
    await inSpan(tracer, 'outermost', async () => {
      await inSpan(tracer, 'middle', () => inSpan(tracer, 'inner', fail)).catch(() => {});
      await inSpan(tracer, 'next', () => {});
    });
    expect(ended()).toEqual([
      ['inner', 'middle', 'ERROR', 'no'],
      ['middle', 'outermost', 'ERROR', 'no'],
      ['next', 'outermost', 'UNSET'],
      ['outermost', undefined, 'UNSET'],
    ]);
  });

  it('keeps spans apart that are active at once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    await inSpan(tracer, 'all', () =>
      Promise.allSettled(
        names.map((name) =>
          inSpan(tracer, name, async () => {
            await new Promise(setImmediate);
            await inSpan(tracer, `in ${name}`, () => new Promise(setImmediate));
            if (name === 'c') fail();
          }),
        ),
      ),
    );
    const found = ended();
    expect(found).toHaveLength(11);
    for (const name of names) {
      expect(found).toContainEqual([`in ${name}`, name, 'UNSET']);
      expect(found).toContainEqual(name === 'c' ? ['c', 'all', 'ERROR', 'no'] : [name, 'all', 'UNSET']);
    }
  });

  it('has a span that failed where its error is suppressed around it, and not in it', async () => {
    await inSpan(tracer, 'outer', () => withAsync(suppress(RangeError), () => inSpan(tracer, 'failed', fail)));
    await inSpan(tracer, 'other', () => withAsync(suppress(RangeError), () => fail()));
    expect(ended()).toEqual([
      ['failed', 'outer', 'ERROR', 'no'],
      ['outer', undefined, 'UNSET'],
      ['other', undefined, 'UNSET'],
    ]);
  });
});

describe('tolerated', () => {
  const isExpected = (error: unknown) => error === failure || error === undefined;

  it.each([
    [failure, 'no'],
    [undefined, 'undefined'],
  ])('suppresses %p, which is expected: an event of the span, and no failure', async (thrown, message) => {
    const block = inSpan(tracer, 'work', (span) =>
      withAsync(tolerated(span, isExpected), () => {
        throw thrown;
      }),
    );
    await expect(block).resolves.toBeUndefined();
    expect(ended()).toEqual([['work', undefined, 'UNSET', message]]);
  });

  it('lets every other error pass, which the span records once', async () => {
    const other = new Error('other');
    const error = await errorOf(() =>
      inSpan(tracer, 'work', (span) =>
        withAsync(tolerated(span, isExpected), () => {
          throw other;
        }),
      ),
    );
    expect(error).toBe(other);
    expect(ended()).toEqual([['work', undefined, 'ERROR', 'other']]);
  });

  it('gives what the block gives', async () => {
    const block = () => 'result';
    expect(await inSpan(tracer, 'work', (span) => withAsync(tolerated(span, isExpected), block))).toBe('result');
    expect(ended()).toEqual([['work', undefined, 'UNSET']]);
  });
});
