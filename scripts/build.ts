import { bundleServer } from './bundle-server.ts';

/** `npm run build`: what `npm start` and the image run. */
const outdir = 'dist/server';
const metafile = await bundleServer(outdir);
const bytes = Object.entries(metafile.outputs)
  .filter(([path]) => path.endsWith('.js'))
  .reduce((sum, [, output]) => sum + output.bytes, 0);
console.log(
  `${outdir}: ${Object.keys(metafile.outputs).length} files, ${Math.round(bytes / 1024)} KiB of JavaScript`,
);
