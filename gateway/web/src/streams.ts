import { createClient as createEventsClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';

import { ENDPOINT, type Headers, type Operation, type Results, notAnswering } from './endpoint';

type Subscribe = ReturnType<typeof createSocketClient>['subscribe'];

/** Results that come one after the other over a WebSocket; the headers stand in the init's payload. */
export function overSocket(params: Operation, headers: Headers) {
  const url = new URL(ENDPOINT, location.href.replace(/^http/, 'ws')).href;
  return observable(createSocketClient({ url, connectionParams: { headers }, retryAttempts: 0 }).subscribe, params);
}

/** The same as an event stream, which also brings the parts of an answer that come later. */
export function overEvents(params: Operation, headers: Headers) {
  const url = new URL(ENDPOINT, location.href).href;
  return observable(createEventsClient({ url, headers, retryAttempts: 0 }).subscribe as Subscribe, params);
}

function observable(subscribe: Subscribe, { query, operationName, variables }: Operation): Results {
  const results = {
    subscribe(sink: Parameters<Subscribe>[1]) {
      const request = { query, operationName, variables: variables as Headers | undefined };
      const error = (reason: unknown) => sink.error(readable(reason));
      return { unsubscribe: subscribe(request, { next: sink.next, error, complete: sink.complete }) };
    },
  };
  return results as Results;
}

/** What ended a stream: the gateway's own errors, the code of a closed socket, or that nobody answers. */
function readable(reason: unknown) {
  if (Array.isArray(reason)) return reason;
  if (reason instanceof CloseEvent && reason.reason) return new Error(`The gateway closed the socket: ${reason.code} ${reason.reason}`);
  return new Error(notAnswering(reason instanceof CloseEvent ? reason.code : reason));
}
