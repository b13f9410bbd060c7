import { createServer } from 'node:http';

/** Serve on a free port of this machine, say where, and end with whoever started it. */
export function serve(listener) {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/graphql`));
  process.stdin.on('end', () => process.exit(0)).resume();
}
