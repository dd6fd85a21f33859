import { inspect } from 'node:util';
import { context, SpanStatusCode, trace, type Context, type Span, type Tracer } from '@opentelemetry/api';
import { contextManager, withAsync } from 'withal';

/** A span, which records the error of a block that failed. In the block it is not the active one: see `inSpan`. */
export const span = contextManager(function* span(tracer: Tracer, name: string, parent: Context = context.active()) {
  const span = tracer.startSpan(name, {}, parent);
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

/** Runs the body in a span that is active there: the spans which are started in it are its children. */
export function inSpan<R>(tracer: Tracer, name: string, body: (span: Span) => R): Promise<Awaited<R>> {
  return withAsync(span(tracer, name), (span) => context.with(trace.setSpan(context.active(), span), body, null, span));
}

/** Suppresses the errors that are expected. They are events of the span, which has not failed for that. */
export const tolerated = contextManager(function* tolerated(span: Span, isExpected: (error: unknown) => boolean) {
  try {
    yield;
  } catch (error) {
    if (!isExpected(error)) throw error;
    span.recordException(exceptionOf(error));
    return undefined;
  }
  return undefined;
});

/** Anything can be thrown, and of what has no name and no message nothing would be recorded. */
function exceptionOf(error: unknown): { name: string; message: string } {
  return error instanceof Error ? error : { name: typeof error, message: inspect(error) };
}
