// Preloaded into a program, this kills the process at the moment that KILL_AT names:
// "before", "early in", "late in" or "after" a step. KILL_SPARES says how many
// times that moment passes first.

import { DBOS } from '@dbos-inc/dbos-sdk';

const { KILL_AT, KILL_SPARES = '0', KILL_SIGNAL = 'SIGKILL' } = process.env;
const runStep = DBOS.runStep.bind(DBOS);
let times = 0;

// If the program that started this process ends, so does this process.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();

DBOS.runStep = async (act, config) => {
  const reach = (moment: string): void => {
    if (`${moment} ${String(config?.name)}` !== KILL_AT) return;
    if (times++ === Number(KILL_SPARES)) process.kill(process.pid, KILL_SIGNAL);
  };
  const watched = async () => {
    reach('early in');
    return act().finally(() => reach('late in'));
  };
  reach('before');
  return runStep(watched, config).finally(() => reach('after'));
};
