import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import './page.css';
import './workers';
import { fetcher } from './fetcher';
import { defaultTabs } from './tabs';
import { WaySwitch } from './way';

createRoot(document.getElementById('graphiql')!).render(
  <GraphiQL fetcher={fetcher} defaultTabs={defaultTabs} defaultEditorToolsVisibility="variables">
    <GraphiQL.Logo>Device gateway</GraphiQL.Logo>
    <GraphiQL.Toolbar>
      {({ prettify, merge, copy }) => (
        <>
          {prettify}
          {merge}
          {copy}
          <WaySwitch />
        </>
      )}
    </GraphiQL.Toolbar>
  </GraphiQL>,
);
