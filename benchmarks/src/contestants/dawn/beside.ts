/** The package `webgpu` where it is not installed: its `dawn.node` lies beside the bundle. */
import { createRequire } from 'node:module'

export const { create, globals } = createRequire(import.meta.url)('./dawn.node') as typeof import('webgpu')
