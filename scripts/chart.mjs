// The chart of docs/proof.md: bars of ratios, on a logarithmic scale.

const width = 960;
const rowHeight = 26;
const barStart = 330;
const barEnd = 880;
const least = 0.25;

/** An SVG, in the colors of the other figures. */
export function chart({ entry, others }) {
  const [node, found] = Object.entries(others)[0];
  const groups = [
    ['the same generator, driven by hand = 1', hand(Object.values(entry)[0])],
    [`managers as generators, withal = 1 (${node})`, peers(found['generators, returning'])],
    [`managers as objects, withal = 1 (${node})`, peers(found['objects, returning'])],
  ];
  const rows = groups.flatMap(([title, bars]) => [{ title }, ...bars, {}]);
  const height = rows.length * rowHeight + 40;
  const most = Math.max(...rows.map(({ value = 1 }) => value));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    '<title id="title">How long one entry and exit takes: against the same generator driven by hand, and against others</title>',
    style,
    `<rect width="${width}" height="${height}" rx="10" class="page"/>`,
    ...rows.map((row, index) => drawn(row, 30 + index * rowHeight, scaleTo(most))),
    '</svg>\n',
  ].join('\n');
}

function hand(scenarios) {
  return Object.entries(scenarios)
    .filter(([name]) => name !== 'version')
    .map(([name, { median }]) => ({
      name: `withal, ${name}`,
      value: median,
      isOwn: true,
    }));
}

function peers(ratios) {
  return Object.entries(ratios).map(([name, { median }]) => ({
    name: name.replaceAll('`', ''),
    value: median,
    isOwn: name === 'withal',
  }));
}

/** The position of a ratio on the scale, which starts at a quarter. */
function scaleTo(most) {
  const span = Math.log(most / least);
  return (value) => barStart + (Math.max(0, Math.log(value / least)) / span) * (barEnd - barStart);
}

function drawn({ title, name, value, isOwn }, y, scale) {
  if (title) return `<text class="title" x="24" y="${y}">${title}</text>`;
  if (!name) return '';
  const end = scale(value).toFixed(1);
  return [
    `<text x="${barStart - 12}" y="${y}" text-anchor="end">${name}</text>`,
    `<rect class="${isOwn ? 'own' : 'other'}" x="${barStart}" y="${y - 13}" width="${(end - barStart).toFixed(1)}" height="16" rx="3"/>`,
    `<line class="one" x1="${scale(1).toFixed(1)}" x2="${scale(1).toFixed(1)}" y1="${y - 18}" y2="${y + 8}"/>`,
    `<text class="soft" x="${Math.max(Number(end), scale(1)) + 8}" y="${y}">${value < 10 ? value.toFixed(2) : value.toFixed(0)}</text>`,
  ].join('');
}

const style = `<style>
  :root { --page: #ffffff; --rim: #d0d7de; --text: #1f2328; --soft: #59636e; --own: #1a7f37; --other: #8c959f; }
  @media (prefers-color-scheme: dark) { :root { --page: #0d1117; --rim: #30363d; --text: #e6edf3; --soft: #9198a1; --own: #3fb950; --other: #6e7681; } }
  text { font: 14px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: var(--text); }
  .title { font-weight: 600; } .soft { fill: var(--soft); } .page { fill: var(--page); }
  .own { fill: var(--own); } .other { fill: var(--other); } .one { stroke: var(--rim); stroke-width: 1.5; }
</style>`;
