import { context } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { setImmediate } from 'node:timers/promises';
import { asyncContextManager, enter, withAsync } from 'withal';
import { show } from '../show.ts';
import { blockSpans, StoredContextManager } from './blocks.ts';

// The managers of an app. They know nothing about spans.

const connection = asyncContextManager(async function* connection() {
  await setImmediate();
  yield;
});

const transaction = asyncContextManager(async function* transaction() {
  yield* enter(connection());
  yield;
});

async function pay(card: string): Promise<void> {
  await withAsync(transaction(), async () => {
    await setImmediate();
    tracer.startSpan('UPDATE accounts').end();
    if (card === 'a bad card') throw new Error('The bank says no.');
  });
}

// An app does this once, when it starts.

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
const tracer = provider.getTracer('shop');
const contextManager = new StoredContextManager();
context.setGlobalContextManager(contextManager.enable());

await withAsync(blockSpans(tracer, contextManager.store), () =>
  Promise.allSettled([pay('a good card'), pay('a bad card')]),
);
show(exporter.getFinishedSpans());

context.disable();
await provider.shutdown();
