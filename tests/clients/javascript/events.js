// What the clients of streams follow, and what they have heard so far.
export const EVENTS = /* GraphQL */ `
  subscription Events($ids: [ID!], $after: String) {
    deviceEvents(ids: $ids, after: $after) { cursor event { id ... on ClickEvent { clickType } } }
  }
`;

export const SET_ENABLED = /* GraphQL */ `
  mutation SetEnabled($input: SetDeviceEnabledInput!) {
    setDeviceEnabled(input: $input) { userErrors { code } }
  }
`;

export const DEFERRED = /* GraphQL */ `
  query Deferred($id: ID!) {
    device(by: { id: $id }) {
      id
      name
      ... on OneClickDevice @defer(label: "history") {
        events(first: 3) { nodes { id timestamp } }
      }
    }
  }
`;

export const heard = [];

/** Take note of a result, and leave once there were so many; what went wrong is heard as well. */
export function listener(count, leave) {
  return {
    next({ data, errors, error }) {
      heard.push(errors ?? error ?? data.deviceEvents.event.clickType);
      if (heard.length === count) leave();
    },
    error: (error) => heard.push(String(error)),
    complete() {},
  };
}
