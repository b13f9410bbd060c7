import { graphql, usePaginationFragment } from 'react-relay';

const EVENTS = graphql`
  fragment Events_device on Device
  @refetchable(queryName: "EventsMoreQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    events(first: $count, after: $cursor) @connection(key: "Events_events") {
      edges { node { id __typename timestamp } }
    }
  }
`;

export function Events({ device }) {
  const { data, hasNext, loadNext } = usePaginationFragment(EVENTS, device);
  return (
    <section aria-label="Events">
      <ul>{data.events.edges.map(({ node }) => <li key={node.id} data-id={node.id}>{node.timestamp}</li>)}</ul>
      <button disabled={!hasNext} onClick={() => loadNext(10)}>More events</button>
    </section>
  );
}
