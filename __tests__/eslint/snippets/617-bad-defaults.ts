import { asyncContextManager } from 'withal';
export const a = asyncContextManager(async function* a(name: string, retries = 3, opts = { ttl: 1 }) { // !annotate-defaults
  yield name + retries + opts.ttl;
});
