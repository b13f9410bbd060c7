import { graphql, usePaginationFragment } from 'react-relay';

import { Device } from './Device.jsx';

const DEVICES = graphql`
  fragment Devices_query on Query
  @refetchable(queryName: "DevicesMoreQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 30 }, cursor: { type: "String" }, filter: { type: "DeviceFilter" }) {
    devices(first: $count, after: $cursor, filter: $filter) @connection(key: "Devices_devices") {
      edges { node { id ...Device_device } }
    }
  }
`;

export function Devices({ query }) {
  const { data, hasNext, loadNext, refetch } = usePaginationFragment(DEVICES, query);
  return (
    <section aria-label="Devices">
      <ul>{data.devices.edges.map(({ node }) => <Device key={node.id} device={node} />)}</ul>
      <button disabled={!hasNext} onClick={() => loadNext(30)}>More devices</button>
      <button onClick={() => refetch({ filter: { service: 'ALEXA_FOR_BUSINESS' } })}>Echo devices only</button>
    </section>
  );
}
