// Asks with documents that know their types, and prints what came. What must not compile is marked so.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { useFragment } from './generated/fragment-masking.js';
import { DeviceFragmentDoc, FleetDocument, TagDocument } from './generated/graphql.js';

async function ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: Data; errors?: unknown };
  if (data === undefined || errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

declare const process: { argv: [string, string, string] };
const url = process.argv[2];

const { devices } = await ask(FleetDocument, { first: 100, filter: { service: 'ALEXA_FOR_BUSINESS' } });
const found = devices.nodes.map((node) => useFragment(DeviceFragmentDoc, node));
const counted: number | null | undefined = devices.totalCount;
const rooms = found.map((device) => (device.__typename === 'AlexaDevice' ? device.room?.name ?? null : device.enabled));
const [first] = found;
const [latest] = first?.events?.nodes ?? [];
const status = latest?.__typename === 'ConnectionStatusEvent' ? latest.connectionStatus : null;

const { tagDevice } = await ask(TagDocument, { input: { id: first?.id ?? '', tags: [] } });

// @ts-expect-error A filter knows its enum's values.
void (() => ask(FleetDocument, { first: 1, filter: { service: 'TELEPATHY' } }));
// @ts-expect-error A required variable is required.
void (() => ask(FleetDocument, {}));
// @ts-expect-error A button has no room.
void found.map((device) => (device.__typename === 'OneClickDevice' ? device.room : null));
// @ts-expect-error A read of its own may fail, so it may be null.
void found.map((device) => device.events.nodes);

console.log(JSON.stringify({ counted, names: found.map(({ name }) => name), rooms, status, userErrors: tagDevice.userErrors }));
