import packageJson from '../package.json' with { type: 'json' };
import { bundleServer } from './bundle-server.ts';

/** The arguments of Node that `npm start` gives, for a build in a folder of its own: the one in `dist` may be in use. */
export async function startCommand(outdir: string): Promise<readonly string[]> {
  await bundleServer(outdir);
  // `exec`: the shell of npm would not pass a SIGTERM on.
  const words = packageJson.scripts.start.split(' ');
  return words
    .slice(words.indexOf('node') + 1)
    .map((arg) => (arg.endsWith('.js') ? `${outdir}/http.js` : arg));
}
