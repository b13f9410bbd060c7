import { ENDPOINT, type Headers, type Operation, notAnswering } from './endpoint';

/** Sends one operation that has one result. Whatever goes wrong comes back as GraphQL's `errors`, to be read in the response pane. */
export async function request({ query, operationName, variables }: Operation, headers: Headers) {
  try {
    const response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify({ query, operationName, variables }),
    });
    return result(response, await response.text());
  } catch (error) {
    return failure(notAnswering(error));
  }
}

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
