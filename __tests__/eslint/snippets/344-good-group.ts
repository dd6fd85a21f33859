// @ts-ignore
import { taskGroup, withAsync } from 'withal';

await withAsync(taskGroup(), async (group: any) => {
  group.start(async () => 1);
  void group.start(async () => 2);
});
export {};
