import { useState } from 'react';

type Way = 'WebSocket' | 'SSE';

const STORED_AS = 'device-gateway:subscriptions';

/** What subscriptions travel over; the browser keeps it. */
export const chosenWay = (): Way => (localStorage.getItem(STORED_AS) === 'SSE' ? 'SSE' : 'WebSocket');

export function WaySwitch() {
  const [way, setWay] = useState(chosenWay);
  const other: Way = way === 'SSE' ? 'WebSocket' : 'SSE';
  const turn = () => {
    localStorage.setItem(STORED_AS, other);
    setWay(other);
  };
  const meaning = `Subscriptions travel over ${way}; change to ${other}`;
  return (
    <button type="button" className="graphiql-un-styled graphiql-toolbar-button way" aria-label={meaning} title={meaning} onClick={turn}>
      {way === 'SSE' ? 'SSE' : 'WS'}
    </button>
  );
}
