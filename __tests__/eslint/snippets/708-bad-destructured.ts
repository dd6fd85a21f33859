import { asyncContextManager } from 'withal';
declare function start(): Promise<{ url: string; stop(): Promise<void> }>;
declare function makeApp(): Promise<[object, () => Promise<void>]>;
export const server = asyncContextManager(async function* server() {
  const { url, stop } = await start();
  yield url;
  await stop(); // !protect-teardown
});
export const app = asyncContextManager(async function* app() {
  const [value, shutdown] = await makeApp();
  yield value;
  await shutdown(); // !protect-teardown
});
