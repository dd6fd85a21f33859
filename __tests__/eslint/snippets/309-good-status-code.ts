import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(job: { state: string; error?: unknown }) {
  job.state = 'running';
  try {
    yield job;
    job.state = 'done';
  } catch (error) {
    job.state = 'failed';
    throw error;
  }
});
export {};
