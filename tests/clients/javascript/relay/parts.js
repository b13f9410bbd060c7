/** From the gateway's parts to Relay's: each deferred fragment as a whole, with its label and path. */
export function relayParts() {
  const pending = new Map();
  let whole;
  const at = (path) => path.reduce((value, key) => value[key], whole);

  return ({ pending: more = [], incremental = [], completed = [], hasNext = false, ...result }) => {
    const parts = [];
    if ('data' in result) {
      whole = structuredClone(result.data);
      parts.push(result);
    }
    more.forEach((one) => pending.set(one.id, one));
    incremental.forEach(({ id, subPath = [], data, items = [] }) => {
      const { path, label } = pending.get(id);
      if (data) Object.assign(at([...path, ...subPath]), data);
      items.forEach((item) => parts.push({ data: item, label, path: [...path, at(path).push(item) - 1] }));
    });
    completed.forEach(({ id, errors }) => {
      const { path, label } = pending.get(id);
      if (errors) parts.push({ data: null, label, path, errors });
      else if (!Array.isArray(at(path))) parts.push({ data: at(path), label, path });
    });
    const last = parts.length - 1;
    return parts.map((part, index) => ({ ...part, extensions: { is_final: !hasNext && index === last } }));
  };
}
