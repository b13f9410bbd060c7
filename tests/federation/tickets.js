/** The second subgraph: tickets about devices, rooms and users, which it knows by their ids alone. */
import { readFileSync } from 'node:fs';
import { buildSchema, graphql } from 'graphql';
import { serve } from './serve.js';

const [file, listed] = process.argv.slice(2);
const FEDERATION = `
  scalar _Any
  union _Entity = Ticket | Device | Room | User
  extend type Query { _entities(representations: [_Any!]!): [_Entity]! }
`;
const schema = buildSchema(readFileSync(file, 'utf8') + FEDERATION, { assumeValidSDL: true });

const entity = (__typename, id) => id && { __typename, id, tickets: () => tickets.filter(({ about }) => about.has(id)) };
const tickets = JSON.parse(listed).map(({ id, text, device, room, reporter }) => ({
  __typename: 'Ticket',
  id,
  text,
  about: new Set([device, room, reporter]),
  device: () => entity('Device', device),
  room: () => entity('Room', room),
  reporter: () => entity('User', reporter),
}));
const find = ({ id }) => tickets.find((ticket) => ticket.id === id) ?? null;
const rootValue = {
  ticket: find,
  node: find,
  nodes: ({ ids }) => ids.map((id) => find({ id })),
  _entities: ({ representations }) =>
    representations.map((one) => (one.__typename === 'Ticket' ? find(one) : entity(one.__typename, one.id))),
};

serve(async (request, response) => {
  const chunks = await request.toArray();
  const { query, variables } = JSON.parse(Buffer.concat(chunks));
  const answer = await graphql({ schema, source: query, rootValue, variableValues: variables });
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});
