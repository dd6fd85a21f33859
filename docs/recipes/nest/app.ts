import 'reflect-metadata';
import type { Transaction } from '@electric-sql/pglite';
import {
  Catch,
  ConflictException,
  Controller,
  Module,
  Param,
  Post,
  type ArgumentsHost,
  type INestApplication,
} from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost, NestFactory } from '@nestjs/core';
import { order, SoldOut, type Shop } from '../shop.ts';
import { InTransaction, SeeOther, Tx } from './interceptor.ts';

@Controller('orders')
class Orders {
  @Post(':item')
  async order(@Param('item') item: string, @Tx() tx: Transaction) {
    return { ordered: await order(tx, item) };
  }

  @Post(':item/and-go-home')
  async orderAndGoHome(@Param('item') item: string, @Tx() tx: Transaction) {
    await order(tx, item);
    throw new SeeOther('/');
  }
}

@Module({ controllers: [Orders] })
class App {}

/** Turns the errors of requests into responses, those of failed commits included. */
@Catch()
class Answers extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    if (error instanceof SeeOther) {
      this.applicationRef?.redirect(host.switchToHttp().getResponse(), 303, error.url);
    } else {
      super.catch(
        error instanceof SoldOut ? new ConflictException(error.message) : error,
        host,
      );
    }
  }
}

export async function makeApp(shop: Shop): Promise<INestApplication> {
  const app = await NestFactory.create(App, { logger: false });
  app.useGlobalInterceptors(new InTransaction(shop.transaction));
  app.useGlobalFilters(new Answers(app.get(HttpAdapterHost).httpAdapter));
  return app;
}
