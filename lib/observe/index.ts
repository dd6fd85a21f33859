/**
 * Who is open, what is stuck, what leaked.
 *
 * @module withal/observe
 */

// To watch
export { observe } from './observe.ts';
export type { ObserveOptions, Watch } from './observe.ts';
export type { Leak } from './engine/leaks.ts';
export type { SlowReport } from './engine/slow.ts';
export type { Phase, Visit, VisitResult, VisitTimes } from './visit.ts';

// To look at what was seen
export { report } from './report.ts';
export type { ReportOptions } from './report.ts';
export { timeline } from './timeline.ts';
export type { TimelineOptions } from './timeline.ts';
export { trace } from './trace.ts';
export type { Trace, TraceEvent, TraceOptions } from './trace.ts';
