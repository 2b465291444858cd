import packageJson from '../../package.json' with { type: 'json' };

/** The version that `/health` tells. */
export const serviceVersion: string = packageJson.version;
