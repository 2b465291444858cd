import { listSettings, type Setting } from '../src/infrastructure/config/list-settings.ts';

const introduction = `# Configuration

<!-- Generated from src/infrastructure/config by \`npm run docs\`; do not edit. -->

Nothing has to be set: without any, the service runs on port 8080 with the embedded database in \`./data\`.

Settings come from three places; the later wins:

1. \`configs/config.yaml\`
2. the file that the variable \`APP_CONFIG\` names, for example \`configs/config.production.yaml\`
3. environment variables, \`APP_<SECTION>_<KEY>\`: \`server.http.port\` is \`APP_SERVER_HTTP_PORT\`

- Lists are written with commas (\`APP_CASSANDRA_CONTACT_POINTS=a:9042,b:9042\`), durations as \`500ms\`, \`30s\`, \`5m\`, \`1h\`.
- An address in the environment (\`APP_MONGODB_URI\`, \`APP_ELASTICSEARCH_ADDRESSES\` …) enables its database, unless
  \`APP_MONGODB_ENABLED=false\` says otherwise.
- A setting that does not exist, a value of the wrong kind or a missing one stops the service with exit code 78. All
  mistakes are listed at once; values are never printed.

## API keys and tokens

\`npm run api-key -- ci writer\` makes a key. The first line it prints is the key, for whoever calls the API with the
header \`X-API-Key\`; the second is the entry for \`auth.api_keys\`, which holds only a hash. Roles: \`reader\` reads,
\`writer\` also writes documents, \`admin\` also renames and drops collections, makes and drops indexes, and runs raw queries.

For tokens (\`Authorization: Bearer …\`) set \`auth.jwt\`: the issuer's \`jwks_url\` or its \`public_key\`, \`issuer\` and
\`audience\`. Only the listed signature algorithms are taken, all of them asymmetric.
`;

/** The page of every setting, by section. */
export function describeConfiguration(): string {
  const sections = Map.groupBy(listSettings(), ({ path }) => sectionOf(path));
  const tables = [...sections].map(([section, settings]) => `\n## \`${section}\`\n\n${tableOf(settings)}`);
  return `${introduction}${tables.join('')}`;
}

function sectionOf(path: readonly string[]): string {
  return path[0] === 'server' ? path.slice(0, 2).join('.') : (path[0] ?? '');
}

function tableOf(settings: readonly Setting[]): string {
  const rows = settings.map(
    (setting) =>
      `| \`${setting.path.join('.')}\` | \`${setting.variable}\` | ${kindOf(setting)} | ${defaultOf(setting)} | ${setting.description} |`,
  );
  return ['| setting | variable | kind | default | |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}

function kindOf({ kind, values, secret }: Setting): string {
  const text = kind === 'enum' ? values.map((value) => `\`${value}\``).join(' ') : kind;
  return secret ? `${text}, secret` : text;
}

function defaultOf({ byDefault }: Setting): string {
  if (byDefault === undefined) return '–';
  if (Array.isArray(byDefault)) return byDefault.length === 0 ? 'none' : `\`${byDefault.join(',')}\``;
  return `\`${String(byDefault)}\``;
}
