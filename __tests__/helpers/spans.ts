import { SpanStatusCode } from '@opentelemetry/api';
import type { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';

/** The ended spans, in that order: name, name of the parent, status, and recorded errors. */
export function endedSpans(exporter: InMemorySpanExporter) {
  const spans = exporter.getFinishedSpans();
  return spans.map(({ name, parentSpanContext, status, events }) => [
    name,
    spans.find((other) => other.spanContext().spanId === parentSpanContext?.spanId)?.name,
    SpanStatusCode[status.code],
    ...events.filter(({ name }) => name === 'exception').map(({ attributes }) => attributes?.['exception.message']),
  ]);
}
