/** Replaces the package `webgpu` if it is not installed: loads its `dawn.node` from the folder of the bundle. */
import { createRequire } from 'node:module'

export const { create, globals } = createRequire(import.meta.url)('./dawn.node') as typeof import('webgpu')
