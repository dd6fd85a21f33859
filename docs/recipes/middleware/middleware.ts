import type { FastifyReply, FastifyRequest, onRouteHookHandler, RouteHandlerMethod } from 'fastify';
import { asyncContextDecorator, type AsyncContextManager } from 'withal';

/**
 * Makes an `onRoute` hook. Each handler of the routes that are declared after it runs in a manager that is made of the
 * request, and what it returns is sent after that manager was exited.
 */
export function inside<T, F>(manager: (request: FastifyRequest) => AsyncContextManager<T, F>): onRouteHookHandler {
  return (route) => {
    route.handler = asyncContextDecorator(manager)(answering(route.handler));
  };
}

/** The handler, which throws where what it returns can't be the answer, or can't any more. */
function answering(handler: RouteHandlerMethod): RouteHandlerMethod {
  return async function (request, reply) {
    const payload = await given(handler.call(this, request, withoutSend(reply)));
    // Fastify takes a returned error for a thrown one.
    if (payload instanceof Error) throw payload;
    if (reply.sent || reply.raw.destroyed) throw new Error('Nobody is waiting for this answer any more.');
    return payload;
  };
}

const tooEarly = new Set<PropertyKey>(['send', 'redirect', 'callNotFound', 'hijack']);

/** The reply as the handler sees it. What else may answer, as a timeout or an error handler, has the reply itself. */
function withoutSend(reply: FastifyReply): FastifyReply {
  return new Proxy(reply, {
    get: (target, name, receiver) =>
      tooEarly.has(name) ? () => refuse(String(name)) : (Reflect.get(target, name, receiver) as unknown),
  });
}

function refuse(name: string): never {
  throw new TypeError(`reply.${name}() would answer before the manager is exited. Return the payload.`);
}

/** A handler that gives neither has only begun. */
function given(returned: unknown): unknown {
  if (returned === undefined) throw new TypeError('A handler inside a manager returns its payload, or a promise.');
  return returned;
}
