import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(server: { start(): Promise<void>; stop(): Promise<void> }) {
  await server.start();
  yield server;
  await server.stop(); // !protect-teardown
});
export {};
