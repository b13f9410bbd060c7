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

/** An event stream stays open as long as the page: urql 6.0 leaves a rejection unhandled where one is left. */
export function follow(url, variables, count, socket) {
  const observed = connect(url, socket).subscription(gql(EVENTS), variables);
  const following = observed.subscribe(listener(count, () => socket && following.unsubscribe()).next);
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
