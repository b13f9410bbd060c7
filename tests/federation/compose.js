/** Compose `name url file` triples into a supergraph, on stdout; what is wrong with them goes to stderr. */
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { composeServices, compositionHasErrors } from '@theguild/federation-composition';

const given = process.argv.slice(2);
const services = [];
while (given.length) {
  const [name, url, file] = given.splice(0, 3);
  services.push({ name, url, typeDefs: parse(readFileSync(file, 'utf8')) });
}
const composed = composeServices(services);
if (compositionHasErrors(composed)) {
  composed.errors.forEach(({ message }) => console.error(message));
  process.exit(1);
}
console.log(composed.supergraphSdl);
