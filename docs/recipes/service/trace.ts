import { contextManager } from 'withal';
import { logLine } from '../request-id/request-id.ts';

/**
 * Prints when it is entered and exited, with the request's id and the error. Enter it
 * first, to trace everything.
 */
export const trace = contextManager(function* trace(name: string) {
  console.log(logLine(`enter ${name}`));
  try {
    yield;
  } catch (error) {
    console.log(logLine(`exit ${name}: ${String(error)}`));
    throw error;
  }
  console.log(logLine(`exit ${name}`));
});
