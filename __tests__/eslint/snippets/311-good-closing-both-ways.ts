import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(open: () => Promise<{ save(): Promise<void>; close(): Promise<void>; destroy(): void }>) {
  const writer = await open();
  try {
    yield writer;
    await writer.close();
  } catch (error) {
    writer.destroy();
    throw error;
  }
});
export {};
