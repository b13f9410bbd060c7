import type { GraphiQLProps } from 'graphiql';
import { OperationTypeNode, getOperationAST, parse, visit } from 'graphql';

import { request } from './request';
import { overEvents, overSocket } from './streams';
import { chosenWay } from './way';

/** Sends one operation to the gateway that served the page, in the way that its results need. */
export const fetcher: GraphiQLProps['fetcher'] = (params, options) => {
  const headers = options?.headers ?? {};
  if (isSubscription(params)) return chosenWay() === 'SSE' ? overEvents(params, headers) : overSocket(params, headers);
  return isDeferred(params.query) ? overEvents(params, headers) : request(params, headers);
};

function isSubscription({ query, operationName }: { query: string; operationName?: string | null }) {
  return parsed(query, (document) => getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION);
}

function isDeferred(query: string) {
  return parsed(query, (document) => {
    let found = false;
    visit(document, { Directive: ({ name }) => { found ||= name.value === 'defer' || name.value === 'stream'; } });
    return found;
  });
}

/** What cannot be parsed is the gateway's to refuse. */
function parsed(query: string, ask: (document: ReturnType<typeof parse>) => boolean) {
  try {
    return ask(parse(query));
  } catch {
    return false;
  }
}
