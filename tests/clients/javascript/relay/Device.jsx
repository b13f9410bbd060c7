import { graphql, useFragment, useMutation } from 'react-relay';

const DEVICE = graphql`
  fragment Device_device on Device {
    id
    name
    ... on OneClickDevice { enabled }
    ... on AlexaDevice { connectionStatus room { name } }
  }
`;

const ENABLE = graphql`
  mutation DeviceEnableMutation($input: SetDeviceEnabledInput!) {
    setDeviceEnabled(input: $input) {
      device { ...Device_device }
      userErrors { code }
    }
  }
`;

export function Device({ device }) {
  const { id, name, enabled, connectionStatus } = useFragment(DEVICE, device);
  const [enable, underWay] = useMutation(ENABLE);
  const turn = () => enable({ variables: { input: { id, enabled: !enabled } } });
  const state = enabled === undefined ? connectionStatus : String(enabled);
  return (
    <li data-id={id} data-state={state}>
      {name}
      <button disabled={underWay} onClick={turn}>Switch</button>
    </li>
  );
}
