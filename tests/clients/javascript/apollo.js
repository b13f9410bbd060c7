import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';

const MOST_PAGES = 50;
const PAGE_INFO = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

const DEVICES = gql`
  query Devices($first: Int, $after: String, $filter: DeviceFilter, $orderBy: [DeviceOrder!]) {
    devices(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      totalCount
      edges {
        cursor
        node {
          id
          name
          ... on OneClickDevice { enabled remainingLife }
          ... on AlexaDevice { connectionStatus room { id name } }
        }
      }
      ${PAGE_INFO}
    }
  }
`;

const USERS = gql`
  query Users($first: Int, $after: String, $last: Int, $before: String, $orderBy: [UserOrder!]) {
    users(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
      edges { cursor node { id firstName lastName } }
      ${PAGE_INFO}
    }
  }
`;

const EVENTS = gql`
  query Events($deviceId: String!, $first: Int, $after: String) {
    device(by: { deviceId: $deviceId }) {
      id
      events(first: $first, after: $after) {
        edges { cursor node { id timestamp ... on ClickEvent { clickType } } }
        ${PAGE_INFO}
      }
    }
  }
`;

const ENABLE = gql`
  mutation Enable($input: SetDeviceEnabledInput!) {
    setDeviceEnabled(input: $input) {
      device { id ... on OneClickDevice { enabled } }
      userErrors { code message }
    }
  }
`;

const events = { events: relayStylePagination(['from', 'to', 'types']) };

function connect(url, ...links) {
  return new ApolloClient({
    link: ApolloLink.from([...links, new HttpLink({ uri: url })]),
    cache: new InMemoryCache({
      possibleTypes: { Device: ['OneClickDevice', 'AlexaDevice'] },
      typePolicies: {
        Query: {
          fields: {
            devices: relayStylePagination(['filter', 'orderBy']),
            users: relayStylePagination(['filter', 'orderBy']),
          },
        },
        OneClickDevice: { fields: events },
        AlexaDevice: { fields: events },
      },
    }),
  });
}

const forwards = ({ hasNextPage, endCursor }) => (hasNextPage ? { after: endCursor } : null);
const backwards = ({ hasPreviousPage, startCursor }) => (hasPreviousPage ? { before: startCursor } : null);

/** Views are told in a task of their own. */
const told = () => new Promise((resolve) => { setTimeout(resolve); });

/** Follow a list to its end as a "more" button does; what is told is what a watching view shows. */
async function follow(client, query, variables, listOf, more) {
  await client.query({ query, variables });
  const observed = client.watchQuery({ query, variables });
  const watching = observed.subscribe(() => {});
  const shown = () => listOf(observed.getCurrentResult().data);
  const lengths = [shown().edges.length];
  for (let next = more(shown().pageInfo); next && lengths.length < MOST_PAGES; next = more(shown().pageInfo)) {
    await observed.fetchMore({ variables: next });
    await told();
    lengths.push(shown().edges.length);
  }
  const { edges, totalCount } = shown();
  watching.unsubscribe();
  return { lengths, totalCount, ids: edges.map(({ node }) => node.id) };
}

export const devices = (url, variables) => follow(connect(url), DEVICES, variables, (data) => data.devices, forwards);
export const users = (url, variables) =>
  follow(connect(url), USERS, variables, (data) => data.users, variables.last ? backwards : forwards);
export const eventsOf = (url, variables) =>
  follow(connect(url), EVENTS, variables, (data) => data.device.events, forwards);

/** Two lists of one cache, each with its own arguments; return the ids of both. */
export async function sideBySide(url, first, ...filters) {
  const client = connect(url);
  const lists = [];
  for (const filter of filters) {
    lists.push(await follow(client, DEVICES, { first, filter }, (data) => data.devices, forwards));
  }
  return lists.map(({ ids }) => ids);
}

/** What a list of devices shows of one of them before it is switched, and after. */
export async function switched(url, id, enabled) {
  const client = connect(url);
  const variables = { first: 100 };
  await client.query({ query: DEVICES, variables });
  const observed = client.watchQuery({ query: DEVICES, variables });
  const watching = observed.subscribe(() => {});
  const shown = () =>
    observed.getCurrentResult().data.devices.edges.find(({ node }) => node.id === id).node.enabled;
  const before = shown();
  const { data } = await client.mutate({ mutation: ENABLE, variables: { input: { id, enabled } } });
  await told();
  const after = shown();
  watching.unsubscribe();
  return { before, after, userErrors: data.setDeviceEnabled.userErrors };
}

/** Ask the same document for two pages by its hash; the second client has never sent the text. */
export async function persisted(url) {
  const lengths = [];
  for (let clients = 0; clients < 2; clients += 1) {
    const client = connect(url, new PersistedQueryLink({ sha256, useGETForHashedQueries: true }));
    lengths.push((await follow(client, DEVICES, { first: 60 }, (data) => data.devices, forwards)).lengths);
  }
  return lengths;
}

async function sha256(text) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** How a refusal of the gateway's arrives. */
export async function refusal(url, variables) {
  try {
    await connect(url).query({ query: DEVICES, variables });
  } catch (error) {
    return { graphql: CombinedGraphQLErrors.is(error), extensions: error.errors?.map((one) => one.extensions) };
  }
  return null;
}
