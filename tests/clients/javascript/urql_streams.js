import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';

import { DEFERRED, EVENTS, heard, listener } from './events.js';

export { heard };

/** By fetch, as an event stream, or over a socket. */
function connect(url, socket) {
  if (!socket) return new Client({ url, exchanges: [cacheExchange, fetchExchange], fetchSubscriptions: true });
  const client = createClient({ url: url.replace(/^http/, 'ws') });
  const forwardSubscription = ({ query, variables }) => ({
    subscribe: (sink) => ({ unsubscribe: client.subscribe({ query, variables }, sink) }),
  });
  return new Client({ url, exchanges: [cacheExchange, subscriptionExchange({ forwardSubscription })] });
}

// Leaving an event stream aborts its request, and urql 6.0 leaves the rejection that comes of that to nobody.
addEventListener('unhandledrejection', (event) => { if (event.reason?.name === 'AbortError') event.preventDefault(); });

/** Follow what happens after a cursor, and leave after so many events. */
export function follow(url, variables, count, socket) {
  const observed = connect(url, socket).subscription(gql(EVENTS), variables);
  const following = observed.subscribe(listener(count, () => following.unsubscribe()).next);
}

/** What a view shows of a deferred query, one state after the other. */
export function deferred(url, id) {
  const client = new Client({ url, exchanges: [cacheExchange, fetchExchange], preferGetMethod: false });
  return new Promise((resolve, reject) => {
    const shown = [];
    client.query(gql(DEFERRED), { id }).subscribe(({ data, error, hasNext }) => {
      if (error) reject(error);
      shown.push([hasNext, data.device.name, data.device.events?.nodes.length ?? 0]);
      if (!hasNext) resolve(shown);
    });
  });
}
