/** Hive Gateway over a supergraph file; callers' credentials go on to the subgraphs. */
import { readFileSync } from 'node:fs';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { serve } from './serve.js';

serve(
  createGatewayRuntime({
    supergraph: readFileSync(process.argv[2], 'utf8'),
    maskedErrors: false,
    logging: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) => {
        const authorization = request.headers.get('authorization');
        return authorization ? { authorization } : {};
      },
    },
  }),
);
