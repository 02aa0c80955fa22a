import { defaultClientConditions, defineConfig } from 'vite'

// Relative addresses, so that the page can lie anywhere on a static host. Workspace packages come from their sources.
export default defineConfig({
  base: './',
  resolve: { conditions: ['@gradus/source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: { target: 'es2022', modulePreload: { polyfill: false } },
})
