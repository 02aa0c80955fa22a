// Inside the workspace a peer range covers every release before 1.0, because changesets would otherwise answer each minor
// release with a major one. What is published asks for the very minor release it was built with.
const narrow = (manifest) => {
  for (const name of Object.keys(manifest.peerDependencies ?? {})) {
    if (name.startsWith('@gradus/')) manifest.peerDependencies[name] = `^${manifest.version}`
  }
  return manifest
}

module.exports = { hooks: { beforePacking: narrow } }
