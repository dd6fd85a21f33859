import { inspect } from 'node:util';
import {
  context,
  SpanStatusCode,
  trace,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { asyncContextManager, contextManager, enter, fromCallback } from 'withal';

/**
 * A span that is active in its block: spans that start there are its children. If the
 * block fails, it records the error.
 */
export const span = asyncContextManager(async function* span(
  tracer: Tracer,
  name: string,
  options: SpanOptions = {},
) {
  const span = yield* enter(recorded(tracer.startSpan(name, options)));
  yield* enter(
    fromCallback((body) => context.with(trace.setSpan(context.active(), span), body)),
  );
  yield span;
});

/**
 * Ends a span after the block, and records the error if the block fails. It doesn't
 * make the span active.
 */
export const recorded = contextManager(function* recorded(span: Span) {
  try {
    yield span;
  } catch (error) {
    const exception = exceptionOf(error);
    span.recordException(exception);
    span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
    throw error;
  } finally {
    span.end();
  }
});

/**
 * Suppresses the errors that are expected. The span records them as events, but it
 * doesn't fail.
 */
export const tolerated = contextManager(function* tolerated(
  span: Span,
  isExpected: (error: unknown) => boolean,
) {
  try {
    yield;
  } catch (error) {
    if (!isExpected(error)) throw error;
    span.recordException(exceptionOf(error));
    return undefined;
  }
  return undefined;
});

/**
 * Anything can be thrown, and the SDK records nothing for a value without a name and a
 * message.
 */
export function exceptionOf(error: unknown): { name: string; message: string } {
  return error instanceof Error
    ? error
    : { name: typeof error, message: inspect(error) };
}
