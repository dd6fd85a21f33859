import { context, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { blockSpans, StoredContextManager } from '../../docs/recipes/span/blocks/blocks.ts';
import {
  asyncContextDecorator,
  asyncContextManager,
  AsyncExitStack,
  contextManager,
  enter,
  fromCallback,
  scopeAsync,
  scopeSync,
  suppress,
  withAsync,
  withSync,
} from '../../lib/index.ts';
import { errorOf } from '../helpers/outcome.ts';
import { endedSpans } from '../helpers/spans.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('test');
const manager = new StoredContextManager();

beforeAll(() => {
  context.setGlobalContextManager(manager.enable());
});

beforeEach(() => exporter.reset());

afterAll(async () => {
  context.disable();
  await provider.shutdown();
});

const failure = new RangeError('no');
const turn = () => new Promise(setImmediate);

function fail(): never {
  throw failure;
}

function mark(name: string): void {
  tracer.startSpan(name).end();
}

const ended = () => endedSpans(exporter);

/** Runs the block with spans for what it enters. */
function traced<R>(block: () => R): Promise<Awaited<R>> {
  return withAsync(blockSpans(tracer, manager.store), block);
}

const connection = asyncContextManager(async function* connection() {
  await turn();
  mark('connect');
  try {
    yield;
  } finally {
    await turn();
    mark('disconnect');
  }
});

const transaction = asyncContextManager(async function* transaction() {
  yield* enter(connection());
  mark('BEGIN');
  yield;
  mark('COMMIT');
});

const lock = contextManager(function* lock() {
  mark('locked');
  yield;
  mark('unlocked');
});

describe('blockSpans', () => {
  it('makes a span for each block, with the right parents through enter, setup and teardown', async () => {
    await traced(() =>
      withAsync(transaction(), async () => {
        await turn();
        mark('UPDATE');
      }),
    );
    expect(ended()).toEqual([
      ['connect', 'connection', 'UNSET'],
      ['BEGIN', 'transaction', 'UNSET'],
      ['UPDATE', 'transaction', 'UNSET'],
      ['COMMIT', 'transaction', 'UNSET'],
      ['disconnect', 'connection', 'UNSET'],
      ['connection', 'transaction', 'UNSET'],
      ['transaction', undefined, 'UNSET'],
    ]);
  });

  it('records who drives a block, its outcome, and when its body and its teardown began', async () => {
    await traced(() => withAsync(transaction(), turn));
    const spans = exporter.getFinishedSpans().slice(-2);
    expect(spans.map(({ attributes }) => attributes)).toEqual([
      { 'withal.by': 'enter()', 'withal.result': 'returned' },
      { 'withal.by': 'withAsync()', 'withal.result': 'returned' },
    ]);
    for (const { events, startTime, endTime } of spans) {
      expect(events.map(({ name }) => name)).toEqual(['body', 'exiting']);
      const times = [startTime, ...events.map(({ time }) => time), endTime].map(([s, ns]) => s * 1e9 + ns);
      expect([...times].sort((one, other) => one - other)).toEqual(times);
    }
  });

  it("adds children to spans that other code has made active, and to an API's callback", async () => {
    const user = tracer.startSpan('user');
    await traced(() =>
      context.with(trace.setSpan(context.active(), user), () =>
        scopeAsync(async function* request() {
          yield* enter(fromCallback((body) => body()));
          yield* enter(connection());
        }),
      ),
    );
    user.end();
    expect(ended()).toEqual([
      ['connect', 'connection', 'UNSET'],
      ['disconnect', 'connection', 'UNSET'],
      ['connection', 'fromCallback', 'UNSET'],
      ['fromCallback', 'request', 'UNSET'],
      ['request', 'user', 'UNSET'],
      ['user', undefined, 'UNSET'],
    ]);
  });

  it('keeps a hundred requests apart', async () => {
    const request = (index: number) =>
      tracer.startActiveSpan(`request ${String(index)}`, async (span) => {
        await turn();
        await withAsync(transaction(), async () => {
          await turn();
          mark(`work ${String(index)}`);
        });
        span.end();
      });
    await traced(() => Promise.all(Array.from({ length: 100 }, (_, index) => request(index))));
    const spans = exporter.getFinishedSpans();
    expect(spans).toHaveLength(800);
    for (const { name, parentSpanContext } of spans.filter(({ name }) => name.startsWith('work'))) {
      const around = spans.find((span) => span.spanContext().spanId === parentSpanContext?.spanId);
      const outermost = spans.find((span) => span.spanContext().spanId === around?.parentSpanContext?.spanId);
      expect([around?.name, outermost?.name]).toEqual(['transaction', name.replace('work', 'request')]);
    }
  });

  it('sees sync blocks, scopes, decorators and stacks', async () => {
    const decorated = asyncContextDecorator(connection)(async () => mark('in the function'));
    await traced(async () => {
      withSync(lock(), () => mark('sync'));
      scopeSync(function* scope() {
        yield* enter(lock());
      });
      await decorated();
      await withAsync(new AsyncExitStack(), async (stack) => {
        await stack.enterContext(connection());
      });
    });
    const names = ended().filter(([name]) => !['connect', 'disconnect', 'locked', 'unlocked'].includes(name as string));
    expect(names).toEqual([
      ['sync', 'lock', 'UNSET'],
      ['lock', undefined, 'UNSET'],
      ['lock', 'scope', 'UNSET'],
      ['scope', undefined, 'UNSET'],
      ['in the function', 'connection', 'UNSET'],
      ['connection', undefined, 'UNSET'],
      ['connection', 'AsyncExitStack', 'UNSET'],
      ['AsyncExitStack', undefined, 'UNSET'],
    ]);
  });

  it('records the error of a failed block, and of a failed setup', async () => {
    const broken = asyncContextManager(async function* broken() {
      fail();
      yield;
    });
    await traced(async () => {
      expect(await errorOf(() => withAsync(transaction(), fail))).toBe(failure);
      expect(await errorOf(() => withAsync(broken(), () => {}))).toBe(failure);
    });
    expect(ended().filter(([, , status]) => status === 'ERROR')).toEqual([
      ['connection', 'transaction', 'ERROR', 'no'],
      ['transaction', undefined, 'ERROR', 'no'],
      ['broken', undefined, 'ERROR', 'no'],
    ]);
    const [last] = exporter.getFinishedSpans().slice(-1);
    expect(last?.attributes['withal.result']).toBe('failed to enter');
  });

  it('records an error that the manager suppresses, without failing', async () => {
    await traced(() => withAsync(suppress(RangeError), () => fail()));
    expect(ended()).toEqual([['suppress', undefined, 'UNSET', 'no']]);
  });

  it('makes no spans before and after its own block', async () => {
    await withAsync(transaction(), turn);
    await traced(() => {});
    await withAsync(transaction(), turn);
    expect(ended().filter(([, parent]) => parent !== undefined)).toEqual([]);
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});
