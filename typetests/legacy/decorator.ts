// What TypeScript's legacy decorators decorate, with `experimentalDecorators`, and what they refuse.

import { asyncContextDecorator, contextDecorator, type AsyncContextManager, type ContextManager } from 'withal';

declare const traced: (id: number) => AsyncContextManager<void>;
declare const section: ContextManager<void>;
declare const plain: AsyncContextManager<void>;
declare const recovering: AsyncContextManager<void, 'recovered'>;
declare const transaction: (size: number) => AsyncContextManager<number>;

const pooled = asyncContextDecorator(function (this: { readonly size: number }) {
  return transaction(this.size);
});

export class Repository {
  readonly size = 1;

  @asyncContextDecorator((id: number) => traced(id))
  async find(id: number): Promise<number> {
    return id;
  }

  @asyncContextDecorator((id: number) => traced(id))
  async rename(id: number, name: string): Promise<string> {
    return name.repeat(id);
  }

  @asyncContextDecorator(traced)
  async remove(id: number): Promise<void> {
    await this.find(id);
  }

  @asyncContextDecorator(function (this: Repository, id: number) {
    return traced(id + this.size);
  })
  async move(id: number): Promise<void> {
    await this.find(id);
  }

  @asyncContextDecorator(plain)
  async first<T>(items: T[]): Promise<T | undefined> {
    return items[0];
  }

  @pooled
  async *rows(): AsyncGenerator<number> {
    yield this.size;
  }

  @asyncContextDecorator(recovering)
  async total(): Promise<number | 'recovered'> {
    return this.size;
  }

  @contextDecorator(section)
  count(): number {
    return this.size;
  }

  @contextDecorator((id: number) => (id ? section : section))
  has(id: number): boolean {
    return id < this.size;
  }

  @asyncContextDecorator(plain)
  static async open(): Promise<Repository> {
    return new Repository();
  }
}

export class Refused {
  // refused: The manager takes other arguments.
  @asyncContextDecorator((id: number) => traced(id))
  async find(id: string): Promise<string> {
    return id;
  }

  // refused: The manager takes other arguments.
  @asyncContextDecorator((id: number) => traced(id))
  async all(): Promise<void> {}

  // refused: Property 'size' is missing in type 'Refused'
  @pooled
  async total(): Promise<void> {}

  // refused: is not assignable to type 'void | TypedPropertyDescriptor<() => number>'
  @asyncContextDecorator(plain)
  count(): number {
    return 1;
  }

  // refused: It is async. Did you mean asyncContextDecorator()?
  @contextDecorator(section)
  async flush(): Promise<void> {}

  // refused: is not assignable to type 'void | TypedPropertyDescriptor<() => Promise<number>>'
  @asyncContextDecorator(recovering)
  async sum(): Promise<number> {
    return 1;
  }
}
