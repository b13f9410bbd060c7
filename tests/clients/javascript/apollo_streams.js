import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';

import { DEFERRED, EVENTS, heard, listener } from './events.js';

export { heard };

const HANDLERS = { 'v0.2': GraphQL17Alpha9Handler, 20220824: Defer20220824Handler };

function connect(url, { socket = false, incremental = 'v0.2' } = {}) {
  const http = new HttpLink({ uri: url });
  const socketLink = socket && new GraphQLWsLink(createClient({ url: url.replace(/^http/, 'ws') }));
  const isSubscription = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
  return new ApolloClient({
    link: socket ? ApolloLink.split(isSubscription, socketLink, http) : http,
    cache: new InMemoryCache({ possibleTypes: { Device: ['OneClickDevice', 'AlexaDevice'] } }),
    incrementalHandler: new HANDLERS[incremental](),
  });
}

/** Follow what happens after a cursor, over a socket or as multipart. */
export function follow(url, variables, count, socket) {
  const observed = connect(url, { socket }).subscribe({ query: gql(EVENTS), variables });
  const following = observed.subscribe(listener(count, () => following.unsubscribe()));
}

/** What a view shows of a deferred query, one state after the other. */
export function deferred(url, id, incremental) {
  const client = connect(url, { incremental });
  return new Promise((resolve, reject) => {
    const shown = [];
    client.watchQuery({ query: gql(DEFERRED), variables: { id } }).subscribe({
      next: ({ data, dataState, error }) => {
        if (error) reject(error);
        if (data?.device) shown.push([dataState, data.device.name, data.device.events?.nodes.length ?? 0]);
        if (dataState === 'complete') resolve(shown);
      },
      error: reject,
    });
  });
}
