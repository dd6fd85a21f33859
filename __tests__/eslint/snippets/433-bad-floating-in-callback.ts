import { nullContext, withAsync } from 'withal';

process.on('exit', () => {
  withAsync(nullContext(), async () => 1); // !await-blocks
});
export {};
