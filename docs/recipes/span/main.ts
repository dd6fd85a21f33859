import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { setImmediate } from 'node:timers/promises';
import { asyncContextDecorator, enter, scopeAsync, withAsync } from 'withal';
import { show } from './show.ts';
import { span, tolerated } from './span.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
const tracer = provider.getTracer('shop');
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const recommend = asyncContextDecorator(() => span(tracer, 'recommend'))(async () => {
  await setImmediate();
  throw new RangeError('The recommendations are closed.');
});

await Promise.allSettled([order('Ada', 'a good card'), order('Alan', 'a bad card')]);
show(exporter.getFinishedSpans());

context.disable();
await provider.shutdown();

async function order(name: string, card: string): Promise<void> {
  await withAsync(span(tracer, `order of ${name}`), async (span) => {
    await withAsync(tolerated(span, isClosed), () => recommend());
    await Promise.all([reserve(), pay(card)]);
  });
}

async function reserve(): Promise<void> {
  await withAsync(span(tracer, 'reserve'), () => setImmediate());
}

async function pay(card: string): Promise<void> {
  await scopeAsync(async function* () {
    yield* enter(span(tracer, 'pay'));
    yield* enter(span(tracer, 'ask the bank'));
    await setImmediate();
    if (card === 'a bad card') throw new Error('The bank says no.');
  });
}

function isClosed(error: unknown): boolean {
  return error instanceof RangeError;
}
