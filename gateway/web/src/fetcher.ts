import type { GraphiQLProps } from 'graphiql';

const ENDPOINT = '/graphql';

/** Sends one operation to the gateway that served the page. Whatever goes wrong comes back as GraphQL's `errors`, to be read in the response pane. */
export const fetcher: GraphiQLProps['fetcher'] = async ({ query, operationName, variables }, options) => {
  try {
    const response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...options?.headers,
      },
      body: JSON.stringify({ query, operationName, variables }),
    });
    return result(response, await response.text());
  } catch (error) {
    return failure(`The gateway at ${location.origin} does not answer (${error}). Is it still running? Start it and run the operation again.`);
  }
};

function result(response: Response, body: string) {
  try {
    return JSON.parse(body);
  } catch {
    return failure(`The gateway answered ${response.status} ${response.statusText}, which is not GraphQL: ${body.slice(0, 500)}`);
  }
}

function failure(message: string) {
  return { errors: [{ message }] };
}
