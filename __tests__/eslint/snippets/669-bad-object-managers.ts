import { asyncContextManager } from 'withal';
export const resources = {
  file: asyncContextManager(async function* file(path: string) {
    const f = await openFile(path);
    try { yield f; } finally { await f.close(); }
  }),
};
export async function main() {
  const f = resources.file('x'); // !no-floating-managers
  await resources.file('y'); // !no-floating-managers
  const { file } = resources;
  file('z'); // !no-floating-managers
}
