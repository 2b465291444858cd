import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The page's own files and those of the npm package swagger-ui-dist that it shows them with. */
const packageFiles: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

/** Scripts only from here; Swagger UI sets style attributes and shows images as data URLs. */
export const explorerPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const explorerPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Database Service API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="explorer"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/explorer.js"></script>
  </body>
</html>
`;

/** https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/ */
const explorerScript = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#explorer',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  persistAuthorization: true,
  validatorUrl: null,
});
`;

export interface ExplorerFile {
  readonly contentType: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

const loaded = new Map<string, Promise<ExplorerFile | undefined>>();

/** A file of the page by its name; undefined: there is none. Read once. */
export function explorerAsset(name: string): Promise<ExplorerFile | undefined> {
  if (name === 'explorer.js')
    return Promise.resolve({ contentType: 'text/javascript; charset=utf-8', body: explorerScript });
  const contentType = Object.hasOwn(packageFiles, name) ? packageFiles[name] : undefined;
  if (contentType === undefined) return Promise.resolve(undefined);
  let file = loaded.get(name);
  if (file === undefined) {
    file = read(name, contentType);
    loaded.set(name, file);
  }
  return file;
}

async function read(name: string, contentType: string): Promise<ExplorerFile | undefined> {
  for (const directory of directories()) {
    const body = await readFile(join(directory, name)).catch(() => undefined);
    if (body !== undefined) return { contentType, body: new Uint8Array(body) };
  }
  return undefined;
}

/** The installed package, or where a bundle has its files. */
function directories(): readonly string[] {
  const beside = join(import.meta.dirname, 'explorer');
  try {
    const require = createRequire(import.meta.url);
    return [beside, dirname(require.resolve('swagger-ui-dist/package.json'))];
  } catch {
    return [beside];
  }
}
