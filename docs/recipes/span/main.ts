import { context, SpanStatusCode } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { setImmediate } from 'node:timers/promises';
import { withAsync } from 'withal';
import { inSpan, tolerated } from './span.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('shop');
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

await order('Ada', 'a good card');
await order('Alan', 'a bad card').catch((error: unknown) => console.log(String(error)));
show(exporter.getFinishedSpans());

context.disable();
await provider.shutdown();

async function order(name: string, card: string): Promise<void> {
  await inSpan(tracer, `order of ${name}`, async (span) => {
    await withAsync(tolerated(span, isClosed), () => inSpan(tracer, 'recommend', recommend));
    await Promise.all([inSpan(tracer, 'reserve', () => setImmediate()), inSpan(tracer, 'pay', () => pay(card))]);
  });
}

async function recommend(): Promise<never> {
  await setImmediate();
  throw new RangeError('The recommendations are closed.');
}

async function pay(card: string): Promise<void> {
  await inSpan(tracer, 'ask the bank', async () => {
    await setImmediate();
    if (card === 'a bad card') throw new Error('The bank says no.');
  });
}

function isClosed(error: unknown): boolean {
  return error instanceof RangeError;
}

/** Prints the spans as a tree, with the errors that they have recorded. */
function show(spans: readonly ReadableSpan[], parent?: ReadableSpan, indent = ''): void {
  const children = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent?.spanContext().spanId);
  for (const span of children) {
    const events = span.events.map(({ attributes }) => ` ! ${String(attributes?.['exception.message'])}`);
    console.log(`${indent}${span.name}: ${SpanStatusCode[span.status.code]}${events.join('')}`);
    show(spans, span, `${indent}  `);
  }
}
