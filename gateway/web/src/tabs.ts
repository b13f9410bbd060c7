import claim from './tabs/claim.graphql?raw';
import claimVariables from './tabs/claim.json?raw';
import device from './tabs/device.graphql?raw';
import deviceVariables from './tabs/device.json?raw';
import fleet from './tabs/fleet.graphql?raw';
import live from './tabs/live.graphql?raw';
import tags from './tabs/tags.graphql?raw';
import tagsVariables from './tabs/tags.json?raw';

/** What a newcomer finds; from then on the browser keeps the tabs as they were left. GraphiQL shows no default variables in the first one. */
export const defaultTabs = [
  { query: fleet },
  { query: device, variables: deviceVariables },
  { query: claim, variables: claimVariables },
  { query: tags, variables: tagsVariables },
  { query: live },
];
