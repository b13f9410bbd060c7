import { Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { RelayEnvironmentProvider, graphql, loadQuery, usePreloadedQuery } from 'react-relay';
import { Environment, Network, RecordSource, Store } from 'relay-runtime';

import { Device } from './Device.jsx';
import { Devices } from './Devices.jsx';
import { Events } from './Events.jsx';
import { Users } from './Users.jsx';

const FLEET = graphql`
  query mainFleetQuery($id: ID!) {
    ...Devices_query
    ...Users_query
    device(by: { id: $id }) {
      ...Device_device
      ...Events_device
    }
  }
`;

function Fleet({ loaded }) {
  const data = usePreloadedQuery(FLEET, loaded);
  return (
    <>
      <Devices query={data} />
      <Users query={data} />
      <section aria-label="The one">
        <Device device={data.device} />
      </section>
      <Events device={data.device} />
    </>
  );
}

/** Show the fleet, and one of its devices with its events. */
export function show(url, id) {
  const environment = new Environment({
    network: Network.create(async ({ text }, variables) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: text, variables }),
      });
      return answer.json();
    }),
    store: new Store(new RecordSource()),
  });
  const loaded = loadQuery(environment, FLEET, { id });
  createRoot(document.querySelector('main')).render(
    <RelayEnvironmentProvider environment={environment}>
      <Suspense fallback="Loading">
        <Fleet loaded={loaded} />
      </Suspense>
    </RelayEnvironmentProvider>,
  );
}
