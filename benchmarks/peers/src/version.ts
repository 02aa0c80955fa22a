import manifest from '../package.json' with { type: 'json' }

/** The version of a peer in the manifest, which is the exact version that is installed. */
export const versionOf = (name: keyof typeof manifest.dependencies) => manifest.dependencies[name]
