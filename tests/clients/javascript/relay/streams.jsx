import { Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { createClient } from 'graphql-sse';
import { RelayEnvironmentProvider, graphql, useFragment, useLazyLoadQuery, useSubscription } from 'react-relay';
import { Environment, Network, Observable, RecordSource, Store } from 'relay-runtime';

import { relayParts } from './parts.js';

function environmentOf(url) {
  const client = createClient({ url });
  const fetchOrSubscribe = ({ text, operationKind }, variables) =>
    Observable.create((sink) => {
      const parts = relayParts();
      const next = (result) =>
        parts(result).forEach((part) => {
          if (operationKind === 'query') heard.push(part.label ?? part.data.device.name);
          sink.next(part);
        });
      return client.subscribe({ query: text, variables }, { next, error: sink.error, complete: sink.complete });
    });
  return new Environment({
    network: Network.create(fetchOrSubscribe, fetchOrSubscribe),
    store: new Store(new RecordSource()),
  });
}

const HISTORY = graphql`
  fragment streamsHistory_device on Device {
    events(first: 3) { nodes { id timestamp } }
  }
`;

const DEVICE = graphql`
  query streamsDeviceQuery($id: ID!) {
    device(by: { id: $id }) {
      id
      name
      ...streamsHistory_device @defer(label: "history")
    }
  }
`;

const PRESSED = graphql`
  subscription streamsPressedSubscription($ids: [ID!], $after: String) {
    deviceEvents(ids: $ids, after: $after) { cursor event { id ... on ClickEvent { clickType } } }
  }
`;

export const heard = [];

function History({ device }) {
  const { events } = useFragment(HISTORY, device);
  return <p>{events.nodes.length} events</p>;
}

function Device({ variables }) {
  const { device } = useLazyLoadQuery(DEVICE, { id: variables.ids[0] });
  useSubscription({
    subscription: PRESSED,
    variables,
    onNext: ({ deviceEvents }) => heard.push(deviceEvents.event.clickType),
  });
  return (
    <article>
      <h1>{device.name}</h1>
      <Suspense fallback="Later">
        <History device={device} />
      </Suspense>
    </article>
  );
}

/** Show a device, its events when they come, and hear what happens to it. */
export function show(url, variables) {
  createRoot(document.querySelector('main')).render(
    <RelayEnvironmentProvider environment={environmentOf(url)}>
      <Suspense fallback="Loading">
        <Device variables={variables} />
      </Suspense>
    </RelayEnvironmentProvider>,
  );
}
