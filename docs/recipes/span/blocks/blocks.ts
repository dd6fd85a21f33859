import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import {
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { contextManager } from 'withal';
import { observe, type Visit } from 'withal/observe';
import { exceptionOf } from '../span.ts';

/**
 * Keeps OpenTelemetry's context in our own store, so that a channel can bind it to the
 * blocks it reports.
 */
export class StoredContextManager extends AsyncLocalStorageContextManager {
  readonly store = new AsyncLocalStorage<Context>();

  override active(): Context {
    return this.store.getStore() ?? ROOT_CONTEXT;
  }

  override disable(): this {
    this.store.disable();
    return super.disable();
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.store.run(active, () => fn.apply(thisArg, args));
  }
}

/**
 * Starts a span for every block that starts while this manager is entered, and makes it
 * active in that block.
 */
export const blockSpans = contextManager(function* blockSpans(
  tracer: Tracer,
  store: AsyncLocalStorage<Context>,
) {
  const { start } = tracingChannel<Context, Visit>('withal:block');
  const spans = new WeakMap<Visit, Span>();
  const finish = (visit: unknown) => endSpan(visit as Visit, spans);

  start.bindStore(store, (visit) => {
    const span = startSpan(visit, tracer);
    spans.set(visit, span);
    return trace.setSpan(context.active(), span);
  });
  subscribe('tracing:withal:block:end', finish);
  subscribe('tracing:withal:block:asyncEnd', finish);
  const watch = observe({ capture: true });
  try {
    yield;
  } finally {
    watch.stop();
    unsubscribe('tracing:withal:block:asyncEnd', finish);
    unsubscribe('tracing:withal:block:end', finish);
    start.unbindStore(store);
  }
});

function startSpan({ name, by, times }: Visit, tracer: Tracer): Span {
  return tracer.startSpan(name, {
    attributes: { 'withal.by': by },
    startTime: times.entering ?? times.body ?? performance.now(),
  });
}

/**
 * For an async block, `end` comes after the first part of its setup, which is too
 * early.
 */
function endSpan(visit: Visit, spans: WeakMap<Visit, Span>): void {
  const { phase, result = '', error, times } = visit;
  const span = spans.get(visit);
  if (phase !== 'over' || !span) return;
  if (times.body !== undefined) span.addEvent('body', times.body);
  if (times.exiting !== undefined) span.addEvent('exiting', times.exiting);
  span.setAttribute('withal.result', result);
  if (result !== 'returned') span.recordException(exceptionOf(error), times.exiting);
  if (result === 'threw' || result === 'failed to enter')
    span.setStatus({ code: SpanStatusCode.ERROR, message: exceptionOf(error).message });
  span.end(times.over);
}
