// Builds ../echarts.min.js and gathers the licences that must be shipped beside it. Its output depends on nothing but the locked versions.
import { build } from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';

const here = (path) => new URL(path, import.meta.url);
const version = async (name) => JSON.parse(await readFile(here(`node_modules/${name}/package.json`))).version;
const text = async (path) => (await readFile(here(path), 'utf8')).trim() + '\n';

const echarts = await version('echarts');
const zrender = await version('zrender');
await build({
  entryPoints: ['entry.mjs'],
  absWorkingDir: here('.').pathname,
  outfile: here('../echarts.min.js').pathname,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2018',
  charset: 'ascii', // the bytes mean the same whatever a page says its encoding is
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none',
  banner: { js: `/* Apache ECharts ${echarts} (Apache-2.0) and ZRender ${zrender} (BSD-3-Clause): see LICENSE and NOTICE */` },
});

const rule = '\n' + '='.repeat(80) + '\n';
await writeFile(here('../LICENSE'), [
  `Apache ECharts ${echarts}\n\n` + await text('node_modules/echarts/LICENSE'),
  `d3, parts of which are in Apache ECharts\n\n` + await text('node_modules/echarts/licenses/LICENSE-d3'),
  `ZRender ${zrender}\n\n` + await text('node_modules/zrender/LICENSE'),
  `tslib ${await version('tslib')}\n\n` + await text('node_modules/tslib/LICENSE.txt'),
].join(rule));
await writeFile(here('../NOTICE'), await text('node_modules/echarts/NOTICE'));
