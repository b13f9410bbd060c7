import { Client, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { getIntrospectionQuery } from 'graphql';

const MOST_PAGES = 50;

const DEVICES = gql`
  query Devices($first: Int, $after: String, $last: Int, $before: String) {
    devices(first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node { id name service ... on OneClickDevice { enabled } ... on AlexaDevice { serialNumber } }
      }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;

const RENAME = gql`
  mutation Rename($input: TagDeviceInput!) {
    tagDevice(input: $input) { device { id name } userErrors { code } }
  }
`;

/** A client whose cache knows the schema, as introspection tells it. */
async function connect(url) {
  const bare = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
  const { data } = await bare.query(getIntrospectionQuery({ oneOf: true }), {}).toPromise();
  const cache = cacheExchange({
    schema: data,
    keys: { DeviceConnection: () => null, DeviceEdge: () => null, PageInfo: () => null },
    resolvers: { Query: { devices: relayPagination() } },
  });
  return new Client({ url, exchanges: [cache, fetchExchange] });
}

const TURNS = {
  forwards: { begin: (size) => ({ first: size }), more: (info) => info.hasNextPage && { after: info.endCursor } },
  backwards: { begin: (size) => ({ last: size }), more: (info) => info.hasPreviousPage && { before: info.startCursor } },
};

/** Follow the list to its end; each answer holds all that the cache has merged so far. */
export async function devices(url, size, direction) {
  const client = await connect(url);
  const { begin, more } = TURNS[direction];
  const lengths = [];
  let shown;
  for (let next = {}; next && lengths.length < MOST_PAGES; next = more(shown.pageInfo)) {
    const { data, error } = await client.query(DEVICES, { ...begin(size), ...next }).toPromise();
    if (error) throw error;
    shown = data.devices;
    lengths.push(shown.edges.length);
  }
  return { lengths, ids: shown.edges.map(({ node }) => node.id) };
}

/** What a watched list calls a device before it is tagged, and after. */
export async function renamed(url, id, name) {
  const client = await connect(url);
  const names = [];
  const watching = client.query(DEVICES, { first: 100 }).subscribe(({ data }) => {
    const edge = data?.devices.edges.find(({ node }) => node.id === id);
    if (edge && names.at(-1) !== edge.node.name) names.push(edge.node.name);
  });
  await client.query(DEVICES, { first: 100 }).toPromise();
  const { data } = await client.mutation(RENAME, { input: { id, tags: [{ key: 'Name', value: name }] } }).toPromise();
  watching.unsubscribe();
  return { names, userErrors: data.tagDevice.userErrors };
}

/** How a refusal of the gateway's arrives. */
export async function refusal(url) {
  const client = await connect(url);
  const { data, error } = await client.query(DEVICES, { first: 5, after: 'not a cursor' }).toPromise();
  return { data, network: error.networkError ?? null, extensions: error.graphQLErrors.map((one) => one.extensions) };
}
