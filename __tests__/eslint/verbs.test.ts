import { describe, expect, it } from '@jest/globals';
import {
  areOpposite,
  areOppositeStatements,
  areReadAndWrite,
  isActivating,
  isCommit,
  isDeleting,
  isFilling,
  isFinding,
  isHolding,
  isReleasing,
  isRepeated,
  isRollback,
  isTeardown,
  isUndoing,
} from '../../lib/eslint/verbs.ts';
import { pageOf } from '../helpers/lint.ts';

const [, page = ''] = pageOf('protect-teardown').split('## Names it knows');
const [undoing = '', pairs = ''] = page.split('These pairs');
const named = (text: string) => [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);

describe('the page of protect-teardown', () => {
  it.each(named(undoing))('lists %s, which undoes what was acquired', (name) => {
    expect(isUndoing(name)).toBe(true);
  });

  it.each([...pairs.matchAll(/^- `(\w+)` → (.*)$/gm)].map(([, setup = '', undos = '']) => ({ setup, undos })))(
    'lists $setup, which is undone by $undos',
    ({ setup, undos }) => {
      for (const undo of named(undos)) {
        expect(areOpposite(setup, undo)).toBe(true);
        // Before a noun, a verb is one word.
        if (/^[a-z]+$/.test(setup + undo)) expect(areOpposite(`${setup}Thing`, `${undo}Thing`)).toBe(true);
      }
    },
  );

  it.each([...pairs.matchAll(/`([A-Z]\w+)` and `(\w+)`(?: or `(\w+)`)?/g)].map((names) => [...names]))(
    'lists what undoes within a name: %s',
    (_text, setup, ...undos) => {
      for (const undo of undos.filter(Boolean))
        expect(areOpposite(`key${setup ?? ''}1`, `key${undo ?? ''}1`)).toBe(true);
    },
  );
});

describe.each<[string, (name: string) => boolean, yes: string[], no: string[]]>([
  ['isUndoing', isUndoing, ['close', 'closeAll', 'rm2', '@@dispose'], ['closest', 'enclose', 'open', '']],
  ['isReleasing', isReleasing, ['unlock', 'unlockAll', '@@asyncDispose'], ['closed', 'disclose', 'delete']],
  ['isDeleting', isDeleting, ['drop', 'dropTable', 'rm'], ['dropped', 'eavesdrop', 'close']],
  ['isFilling', isFilling, ['push', 'set'], ['reset', 'addAll', '']],
  ['isFinding', isFinding, ['get', 'getAll', 'receive'], ['getter', 'forget', 'open']],
  ['isRepeated', isRepeated, ['log', 'logAll', 'postMessage'], ['logger', 'catalog', 'set']],
  [
    'isTeardown',
    isTeardown,
    ['cleanup', 'tearDown', 'stop', 'stopAll', 'stopServer', 'stopAllServers', 'stopA', 'stopUTC2'],
    ['stops', 'stop_', 'nonstop', 'cleanupFiles', 'stopServer()', 'stop2', 'open'],
  ],
  ['isHolding', isHolding, ['open', 'openFile', 'setTimeout', 'setInterval'], ['opened', 'reopen', 'set']],
  ['isActivating', isActivating, ['run', 'runAll', 'listen'], ['runner', 'prerun', 'close']],
  ['isRollback', isRollback, ['rollback', '  ROLLBACK TO a', 'Abort'], ['no rollback', 'commit']],
  ['isCommit', isCommit, ['commit', '  COMMIT', 'Commit'], ['no commit', 'rollback']],
])('%s', (_name, is, yes, no) => {
  it.each(yes)('%j', (name) => expect(is(name)).toBe(true));
  it.each(no)('not %j', (name) => expect(is(name)).toBe(false));
});

describe.each<[string, (one: string, other: string) => boolean, yes: [string, string][], no: [string, string][]]>([
  [
    'areReadAndWrite',
    areReadAndWrite,
    [
      ['getLocale', 'setLocale'],
      ['readFile', 'writeFile'],
    ],
    [
      ['getLocale', 'setOther'],
      ['readFile', 'writeOther'],
      ['widget', 'widset'],
      ['getget', 'getset'],
      ['proofread', 'proofwrite'],
      ['spreadsheet', 'spwritesheet'],
    ],
  ],
  [
    'areOpposite',
    areOpposite,
    [
      ['useFakeTimers', 'useRealTimers'],
      ['useRealTimers', 'useFakeTimers'],
      ['stubGlobal', 'unstubAllGlobals'],
      ['spyOn', 'restoreAllMocks'],
      ['mockModule', 'resetModules'],
      ['mute', 'unmute'],
      ['serialize', 'deserialize'],
      ['allow', 'disallow'],
      ['lock', 'unlock'],
      ['activateUser', 'deactivateUser'],
      ['connectAll', 'disconnectAll'],
      ['muteTab', 'unmuteTab'],
      ['startServer', 'stopServer'],
    ],
    [
      ['useFakeTimers', 'useFakeTimers'],
      ['useFakeTimers', 'useTimers'],
      ['useTimers', 'useRealTimers'],
      ['reuseFakeTimers', 'useRealTimers'],
      ['useFakeTimers', 'reuseRealTimers'],
      ['unstub', 'restoreAll'],
      ['spyOnce', 'restoreAll'],
      ['counterspyOn', 'restoreAll'],
      ['hammock', 'restoreAll'],
      ['mock', 'prereset'],
      ['mock', 'use'],
      ['press', 'press'],
      ['press', 'release'],
      ['startServer', 'stopClient'],
      ['Server', 'stop'],
      ['@@press', '@@release'],
    ],
  ],
  [
    'areOppositeStatements',
    areOppositeStatements,
    [
      ['CREATE TABLE a ()', 'DROP TABLE a'],
      ['create table a ()', '  truncate a'],
      ['WITH b INSERT INTO a', 'DELETE FROM a'],
      ['insert into a', '  truncate a'],
      ['LISTEN a', 'UNLISTEN a'],
      ['listen a', '  unlisten a'],
      ['SET a = 1', 'RESET a'],
      ['set a = 1', '  reset a'],
      ['SELECT pg_advisory_lock (1)', 'SELECT pg_advisory_unlock (1)'],
      ['SELECT LOCK(1)', 'SELECT UNLOCK(1)'],
      ['SELECT pg_advisory_lock_shared(1)', 'SELECT pg_advisory_unlock_shared(1)'],
      ['LOCK TABLE a', 'UNLOCK TABLES'],
      ['lock  tables a', '  unlock tables'],
    ],
    [
      ['SELECT created FROM a', 'DROP TABLE a'],
      ['RECREATE a', 'DROP TABLE a'],
      ['CREATE TABLE a ()', 'DROPPED'],
      ['CREATE TABLE a ()', 'SELECT a; DROP TABLE a'],
      ['INSERTED a', 'DELETE FROM a'],
      ['REINSERT a', 'DELETE FROM a'],
      ['INSERT INTO a', 'DELETED'],
      ['INSERT INTO a', 'SELECT a; DELETE FROM a'],
      ['LISTENER a', 'UNLISTEN a'],
      ['UNLISTEN a', 'UNLISTEN a'],
      ['LISTEN a', 'SELECT UNLISTEN a'],
      ['LISTEN a', 'UNLISTENED'],
      ['RESET a', 'RESET a'],
      ['SETTING a', 'RESET a'],
      ['SET a = 1', 'SELECT RESET'],
      ['SET a = 1', 'RESETTING'],
      ['SELECT unlock(1)', 'SELECT unlock(1)'],
      ['SELECT lock', 'SELECT unlock(1)'],
      ['SELECT lock(1)', 'SELECT unlock'],
      ['LOCKTABLE a', 'UNLOCK TABLES'],
      ['UNLOCK TABLES', 'UNLOCK TABLES'],
      ['LOCK TABLESPACE a', 'UNLOCK TABLES'],
      ['LOCK TABLE a', 'SELECT UNLOCK'],
      ['LOCK TABLE a', 'UNLOCKED'],
    ],
  ],
])('%s', (_name, are, yes, no) => {
  it.each(yes)('%j and %j', (one, other) => expect(are(one, other)).toBe(true));
  it.each(no)('not %j and %j', (one, other) => expect(are(one, other)).toBe(false));
});
