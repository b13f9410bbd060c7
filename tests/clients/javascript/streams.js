import { createClient as createSocketClient } from 'graphql-ws';
import { createClient as createEventsClient } from 'graphql-sse';

import { EVENTS, SET_ENABLED, heard, listener } from './events.js';

export { heard };

const socketUrl = (url) => url.replace(/^http/, 'ws');

const once = (client, request) =>
  new Promise((resolve, reject) => { client.subscribe(request, { next: resolve, error: reject, complete() {} }); });

/** graphql-ws: follow what happens after a cursor. */
export function overSocket(url, variables, count) {
  const client = createSocketClient({ url: socketUrl(url) });
  client.subscribe({ query: EVENTS, variables }, listener(count, () => client.dispose()));
}

/** graphql-ws: lose the connection after each event, and resume after the last one; tell how many there were. */
export async function overLostSockets(url, { ids, after: cursor }, count) {
  let after = cursor;
  let sockets = 0;
  const client = createSocketClient({ url: socketUrl(url), shouldRetry: () => true, retryWait: async () => {} });
  client.on('connected', () => { sockets += 1; });
  const request = { query: EVENTS, get variables() { return { ids, after }; } };
  await new Promise((resolve) => {
    const listening = listener(count, resolve);
    client.subscribe(request, {
      ...listening,
      next(result) {
        listening.next(result);
        after = result.data.deviceEvents.cursor;
        if (heard.length < count) client.terminate();
      },
    });
  });
  await client.dispose();
  return sockets;
}

/** graphql-ws: a mutation, and what it came to. */
export async function mutateOverSocket(url, input) {
  const client = createSocketClient({ url: socketUrl(url) });
  const result = await once(client, { query: SET_ENABLED, variables: { input } });
  await client.dispose();
  return result;
}

/** graphql-ws: how the end of a socket arrives that may not be opened, or not so. */
export const closed = (url, connectionParams) =>
  new Promise((resolve) => {
    const client = createSocketClient({ url: socketUrl(url), retryAttempts: 0, connectionParams });
    client.on('closed', ({ code, reason }) => resolve({ code, reason }));
    client.subscribe({ query: '{ __typename }' }, { next() {}, error() {}, complete: () => resolve(null) });
  });

/** graphql-sse, with an event stream for each operation or one for all. */
export function overEvents(url, variables, count, singleConnection) {
  const client = createEventsClient({ url, singleConnection });
  const leave = client.subscribe({ query: EVENTS, variables }, listener(count, () => leave()));
}

/** A browser's own EventSource; is the last event's id its cursor, which it sends back when it comes again? */
export function overEventSource(url, variables, count) {
  const parameters = new URLSearchParams({ query: EVENTS, variables: JSON.stringify(variables) });
  const source = new EventSource(`${url}?${parameters}`);
  return new Promise((resolve) => {
    source.addEventListener('next', ({ data, lastEventId }) => {
      const result = JSON.parse(data);
      listener(count, () => {
        source.close();
        resolve(lastEventId === result.data.deviceEvents.cursor);
      }).next(result);
    });
  });
}
