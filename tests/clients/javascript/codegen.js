// Writes typed/generated from schema.graphql and the documents in typed, by graphql-codegen's client preset.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { parse } from 'graphql';

const location = 'typed/fleet.graphql';
const rawSDL = readFileSync(location, 'utf8');
const files = await preset.buildGeneratesSection({
  baseOutputDir: 'typed/generated/',
  schema: parse(readFileSync('schema.graphql', 'utf8')),
  documents: [{ location, rawSDL, document: parse(rawSDL) }],
  config: { emitLegacyCommonJSImports: false, scalars: { DateTime: 'string', JSON: 'unknown' } },
  presetConfig: {},
  plugins: [],
  pluginMap: {},
});
mkdirSync('typed/generated');
for (const file of files) writeFileSync(file.filename, await codegen(file));
