import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    // The page is served under `script-src 'self'`: what is loaded comes as files, from the gateway.
    modulePreload: { polyfill: false },
    // Nobody waits for the editor on a slow line here, and splitting it further gains nothing.
    chunkSizeWarningLimit: 4096,
    // React's "use client" marks mean nothing without a React server.
    rolldownOptions: { checks: { moduleLevelDirective: false }, output: { keepNames: true } },
    // The page carries other people's code: their licences go with it.
    license: { fileName: 'licenses.md' },
  },
  worker: { format: 'es' },
  // `npm run dev` serves the page and passes queries on to a gateway that runs beside it, Host and Origin as they are:
  // the gateway refuses a request in which they differ.
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } } },
});
