// Bundles each browser client into the directory given, as a script that defines `client`.
import { transformAsync } from '@babel/core';
import { rolldown } from 'rolldown';

const CLIENTS = {
  apollo: 'apollo.js',
  urql: 'urql.js',
  relay: 'relay/main.jsx',
  relay_streams: 'relay/streams.jsx',
  streams: 'streams.js',
  apollo_streams: 'apollo_streams.js',
  urql_streams: 'urql_streams.js',
};

const relayDocuments = {
  name: 'relay-documents',
  async transform(code, id) {
    if (!code.includes('graphql`') || id.includes('node_modules')) return null;
    const options = { filename: id, parserOpts: { plugins: ['jsx'] }, plugins: ['relay'], babelrc: false, configFile: false };
    return (await transformAsync(code, options)).code;
  },
};

const [directory] = process.argv.slice(2);
for (const [name, input] of Object.entries(CLIENTS)) {
  const bundle = await rolldown({
    input,
    platform: 'browser',
    plugins: [relayDocuments],
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  });
  await bundle.write({ file: `${directory}/${name}.js`, format: 'iife', name: 'client' });
}
