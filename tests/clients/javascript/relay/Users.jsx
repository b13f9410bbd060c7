import { graphql, usePaginationFragment } from 'react-relay';

const USERS = graphql`
  fragment Users_query on Query
  @refetchable(queryName: "UsersEarlierQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 12 }, cursor: { type: "String" }) {
    users(last: $count, before: $cursor, orderBy: [{ field: LAST_NAME }, { field: USER_ID }]) @connection(key: "Users_users") {
      edges { node { id firstName lastName } }
    }
  }
`;

export function Users({ query }) {
  const { data, hasPrevious, loadPrevious } = usePaginationFragment(USERS, query);
  return (
    <section aria-label="Users">
      <button disabled={!hasPrevious} onClick={() => loadPrevious(12)}>Earlier users</button>
      <ul>{data.users.edges.map(({ node }) => <li key={node.id} data-id={node.id}>{node.lastName}</li>)}</ul>
    </section>
  );
}
