/**
 * Shows which managers are open, hang or leak.
 *
 * @module withal/observe
 */

// To observe
export { observe } from './observe.ts';
export type { ObserveOptions, Watch } from './observe.ts';
export type { Leak } from './engine/leaks.ts';
export type { SlowReport } from './engine/slow.ts';
export type { Phase, Visit, VisitResult, VisitTimes } from './visit.ts';

// To show what was observed
export { report } from './report.ts';
export type { ReportOptions } from './report.ts';
export { timeline } from './timeline.ts';
export type { TimelineOptions } from './timeline.ts';
export { trace } from './trace.ts';
export type { Trace, TraceEvent, TraceOptions } from './trace.ts';
