import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** Prints the spans as a tree, with the errors that they recorded. */
export function show(
  spans: readonly ReadableSpan[],
  parent?: ReadableSpan,
  indent = '',
): void {
  const children = spans.filter(
    ({ parentSpanContext }) =>
      parentSpanContext?.spanId === parent?.spanContext().spanId,
  );
  for (const span of children) {
    const errors = span.events.filter(({ name }) => name === 'exception');
    const events = errors.map(
      ({ attributes }) => ` ! ${String(attributes?.['exception.message'])}`,
    );
    console.log(
      `${indent}${span.name}: ${SpanStatusCode[span.status.code]}${events.join('')}`,
    );
    show(spans, span, `${indent}  `);
  }
}
