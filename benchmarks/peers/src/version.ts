import manifest from '../package.json' with { type: 'json' }

/** The version of a peer, which is installed exactly as the manifest says. */
export const versionOf = (name: keyof typeof manifest.dependencies) => manifest.dependencies[name]
