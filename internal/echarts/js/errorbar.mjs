// errorBar draws a whisker from low to high with a cap at either end, upright over x or, with itemPayload {horizontal: true}, along y.
// Use: {type: 'custom', renderItem: 'errorBar', data: [[position, low, high], …], encode: {x: 0, y: [1, 2]}}
export function errorBar(params, api) {
  const { horizontal = false, cap = 6 } = params.itemPayload || {};
  const at = (value) => (horizontal ? api.coord([value, api.value(0)]) : api.coord([api.value(0), value]));
  const ends = [at(api.value(1)), at(api.value(2))];
  if (!ends.flat().every(Number.isFinite)) return null;
  const across = horizontal ? [0, cap / 2] : [cap / 2, 0];
  const line = (a, b) => ({
    type: 'line',
    shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] },
    style: { stroke: api.visual('color'), lineWidth: 1.5 },
  });
  const crossbar = (p) => line([p[0] - across[0], p[1] - across[1]], [p[0] + across[0], p[1] + across[1]]);
  return { type: 'group', children: [line(ends[0], ends[1]), crossbar(ends[0]), crossbar(ends[1])] };
}
