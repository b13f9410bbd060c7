import type { GraphiQLProps } from 'graphiql';

export type Operation = Parameters<GraphiQLProps['fetcher']>[0];
export type Results = ReturnType<GraphiQLProps['fetcher']>;
export type Headers = Record<string, string>;

export const ENDPOINT = '/graphql';

export const notAnswering = (error: unknown) =>
  `The gateway at ${location.origin} does not answer (${error}). Is it still running? Start it and run the operation again.`;
