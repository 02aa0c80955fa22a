import { defineConfig, type Options } from 'tsup'

/** The one build of every package: a single ES module with source maps. Declarations come from `tsc`. */
export const build = (options: Options = {}) =>
  defineConfig({
    entry: ['src/index.ts'],
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    outDir: 'dist',
    dts: false,
    sourcemap: true,
    clean: true,
    silent: true,
    splitting: false,
    treeshake: false,
    ...options,
  })
