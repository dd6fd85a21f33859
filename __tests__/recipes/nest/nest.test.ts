import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import type { Transaction } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Res,
  Sse,
  StreamableFile,
  UseGuards,
  type CallHandler,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { of, retry, throwError } from 'rxjs';
import { makeApp } from '../../../docs/recipes/nest/app.ts';
import { InTransaction, Tx } from '../../../docs/recipes/nest/interceptor.ts';
import { order, shop, SoldOut, type Shop } from '../../../docs/recipes/shop.ts';
import { asyncContextManager, AsyncExitStack, enter, fromCallback } from '../../../lib/index.ts';

const shared = new AsyncExitStack();
let store: Shop;
let url: string;

/** Serves an app until the end of the tests; returns its address. */
async function serve(app: INestApplication): Promise<string> {
  shared.defer(() => app.close());
  await app.listen(0);
  return app.getUrl();
}

beforeAll(async () => {
  store = await shared.enterContext(shop());
  url = await serve(await makeApp(store));
}, 60_000);

afterAll(() => shared.exitAsync());

/** Posts an order to the recipe's own app; returns the status, the response, and what is stored of the item then. */
async function post(path: string) {
  const response = await fetch(`${url}/orders/${path}`, { method: 'POST', redirect: 'manual' });
  const [item = ''] = path.split('/');
  return [response.status, await response.text(), await storedOf(item)];
}

async function storedOf(item: string): Promise<string[]> {
  return (await store.stored()).filter((stored) => stored === item);
}

describe('InTransaction for NestJS', () => {
  it('commits a success, and responds with 500 if the commit fails', async () => {
    expect(await post('tea')).toEqual([201, '{"ordered":"tea"}', ['tea']]);
    expect(await post('tea')).toEqual([500, '{"statusCode":500,"message":"Internal server error"}', ['tea']]);
  });

  it('rolls back if the handler throws', async () => {
    const [status, text, stored] = await post('cups');
    expect([status, stored]).toEqual([409, []]);
    expect(text).toContain('There are no more cups.');
  });

  it('commits a redirect that is thrown, and responds with 500 if that commit fails', async () => {
    expect(await post('milk/and-go-home')).toEqual([303, expect.stringContaining('Redirecting to /'), ['milk']]);
    const [status, , stored] = await post('milk/and-go-home');
    expect([status, stored]).toEqual([500, ['milk']]);
  });

  it('keeps concurrent requests apart', async () => {
    const paths = ['one', 'cups', 'two', 'cups', 'three/and-go-home'];
    const answers = await Promise.all(paths.map(post));
    expect(answers.map(([status]) => status)).toEqual([201, 409, 201, 409, 303]);
    expect(await store.stored()).toEqual(expect.arrayContaining(['one', 'two', 'three']));
  });
});

/** What the page says about handlers that don't simply return. */
describe('what the notes say', () => {
  let requests = 0;
  const ambient = new AsyncLocalStorage<string>();
  const log: string[] = [];

  @Controller()
  class Notes {
    @Post('flaky')
    async flaky(@Tx() tx: Transaction) {
      requests += 1;
      return order(tx, requests < 3 ? 'cups' : 'plates');
    }

    @Get('ambient')
    ambient() {
      return ambient.getStore();
    }

    @Get('sse')
    @Sse()
    events() {
      return of({ data: 'one' }, { data: 'two' });
    }

    @Get('file')
    file(@Tx() tx: Transaction) {
      async function* rows() {
        yield `closed: ${String(tx.closed)}`;
      }
      return new StreamableFile(Readable.from(rows()));
    }

    @Get('pipe/:count')
    pipe(@Param('count', ParseIntPipe) count: number) {
      return count;
    }

    @Get('guard')
    @UseGuards({ canActivate: () => false })
    guard() {
      return 'guarded';
    }

    @Post('by-itself/:item')
    async byItself(@Param('item') item: string, @Tx() tx: Transaction, @Res() response: { send(text: string): void }) {
      response.send(await order(tx, item));
    }
  }

  @Module({ controllers: [Notes] })
  class App {}

  const onlySoldOut = (error: unknown) => (error instanceof SoldOut ? of('again') : throwError(() => error));

  class Retry implements NestInterceptor {
    intercept(_context: unknown, next: CallHandler) {
      return next.handle().pipe(retry({ count: 2, delay: onlySoldOut }));
    }
  }

  const logged = asyncContextManager(async function* logged() {
    yield* enter(fromCallback((body) => ambient.run('a request', body)));
    const tx = yield* enter(store.transaction());
    log.push('BEGIN');
    try {
      yield tx;
      log.push('COMMIT');
    } catch (error) {
      log.push('ROLLBACK');
      throw error;
    }
  });

  let notes: string;

  beforeAll(async () => {
    const app = await NestFactory.create(App, { logger: false });
    app.useGlobalInterceptors(new Retry(), new InTransaction(logged));
    notes = await serve(app);
  });

  const get = async (path: string) => (await fetch(`${notes}/${path}`)).text();

  it('runs each attempt of a retrying interceptor in its own transaction', async () => {
    log.length = 0;
    const response = await fetch(`${notes}/flaky`, { method: 'POST' });
    expect([response.status, log]).toEqual([201, ['BEGIN', 'ROLLBACK', 'BEGIN', 'ROLLBACK', 'BEGIN', 'COMMIT']]);
    expect([await storedOf('cups'), await storedOf('plates')]).toEqual([[], ['plates']]);
  });

  it('runs pipes inside the block, and guards outside of it', async () => {
    log.length = 0;
    expect([(await fetch(`${notes}/pipe/none`)).status, log]).toEqual([400, ['BEGIN', 'ROLLBACK']]);
    expect([(await fetch(`${notes}/guard`)).status, log]).toEqual([403, ['BEGIN', 'ROLLBACK']]);
  });

  it('shows the handler the ambient context', async () => {
    expect(await get('ambient')).toBe('a request');
  });

  it('sends only the last of many events', async () => {
    const events = await get('sse');
    expect([events.includes('one'), events.includes('two')]).toEqual([false, true]);
  });

  it('ends before a file is streamed', async () => {
    expect(await get('file')).toBe('closed: true');
  });

  it('commits after a handler that responds by itself', async () => {
    const send = () => fetch(`${notes}/by-itself/spoons`, { method: 'POST' });
    expect([(await send()).status, (await send()).status]).toEqual([201, 201]);
    expect(await storedOf('spoons')).toEqual(['spoons']);
  });
});
