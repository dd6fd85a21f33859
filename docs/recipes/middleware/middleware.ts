import type {
  FastifyReply,
  FastifyRequest,
  onRouteHookHandler,
  RouteHandlerMethod,
} from 'fastify';
import { asyncContextDecorator, type AsyncContextManager } from 'withal';

/**
 * Returns an `onRoute` hook. The handlers of all routes declared after it run in a
 * manager made from the request, and the payload is sent after that manager has exited.
 */
export function inside<T, F>(
  manager: (request: FastifyRequest) => AsyncContextManager<T, F>,
): onRouteHookHandler {
  return (route) => {
    route.handler = asyncContextDecorator(manager)(answering(route.handler));
  };
}

/** Wraps a handler so that it throws if its payload can't be sent, or is too late. */
function answering(handler: RouteHandlerMethod): RouteHandlerMethod {
  return async function (request, reply) {
    const payload = await given(handler.call(this, request, withoutSend(reply)));
    // Fastify treats a returned error as thrown.
    if (payload instanceof Error) throw payload;
    if (reply.sent || reply.raw.destroyed)
      throw new Error('Nobody is waiting for this response anymore.');
    return payload;
  };
}

const tooEarly = new Set<PropertyKey>(['send', 'redirect', 'callNotFound', 'hijack']);

/**
 * The reply as the handler sees it. Timeouts and error handlers, which may also
 * respond, have the real one.
 */
function withoutSend(reply: FastifyReply): FastifyReply {
  return new Proxy(reply, {
    get: (target, name, receiver) =>
      tooEarly.has(name)
        ? () => refuse(String(name))
        : (Reflect.get(target, name, receiver) as unknown),
  });
}

function refuse(name: string): never {
  throw new TypeError(
    `reply.${name}() would respond before the manager has exited. Return the payload.`,
  );
}

/** A handler that returns neither a promise nor a payload has only begun. */
function given(returned: unknown): unknown {
  if (returned === undefined)
    throw new TypeError(
      'A handler inside a manager returns its payload, or a promise.',
    );
  return returned;
}
