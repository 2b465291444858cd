import { parseArgs } from 'node:util';
import { roles } from '../src/application/ports/authenticator.ts';
import { createApiKey } from '../src/infrastructure/auth/api-key.ts';

/** `npm run api-key -- <name> <role>`: makes an API key and its entry for `auth.api_keys`. */
const [name, asked] = parseArgs({ allowPositionals: true }).positionals;
const role = roles.find((known) => known === asked);
if (name === undefined || role === undefined) {
  console.error(`usage: npm run api-key -- <name> <${roles.join('|')}>`);
  process.exit(2);
}
const { secret, entry } = createApiKey(name, role);
console.log(`key, shown only now: ${secret}`);
console.log(`entry for auth.api_keys: ${JSON.stringify(entry)}`);
