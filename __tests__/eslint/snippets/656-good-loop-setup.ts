import { asyncContextManager } from 'withal';
export const server = asyncContextManager(async function* server(ports: number[], listen: (p: number) => Promise<{ close(): Promise<void> }>) {
  let server: { close(): Promise<void> } | undefined;
  for (const port of ports) {
    try {
      server = await listen(port);
      break;
    } catch (error) {
      log(error);
    }
  }
  if (!server) throw new Error('no port');
  try {
    yield server;
  } finally {
    await server.close();
  }
});
