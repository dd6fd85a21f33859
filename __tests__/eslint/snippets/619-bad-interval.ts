import { contextManager } from 'withal';
export const heartbeat = contextManager(function* heartbeat(ping: () => void, ms: number) {
  const id = setInterval(ping, ms);
  const sub = new AbortController();
  yield sub.signal;
  sub.abort(); // !protect-teardown
  clearInterval(id); // !protect-teardown
});
