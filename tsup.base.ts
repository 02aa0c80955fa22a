import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig, type Options } from 'tsup'

/** Declares namespace objects (`export * as x`) without side effects, so that a bundler drops those that nobody uses. */
const pureNamespaces: NonNullable<Options['plugins']>[number] = {
  name: 'pure-namespaces',
  renderChunk: (code) => ({
    code: code
      .replace(/^(var __export = \(target, \w+\) => \{\n.*\n.*)\n\};$/m, '$1 return target;\n};')
      .replace(/^var (\w+) = \{\};\n__export\(\1, \{$/gm, 'var $1 = /* @__PURE__ */ __export({}, {\n')
      // the same for namespaces that have all exports of a package (`export * from`)
      .replace(
        /^(var __reExport = \(target, mod), secondTarget\) => .*$/m,
        '$1) => (__copyProps(target, mod, "default"), target);',
      )
      .replace(
        /^(var (\w+) = \/\* @__PURE__ \*\/ )(__export\(\{\}, \{[^;]*\}\));\n__reExport\(\2, (\w+)\);$/gm,
        '$1__reExport(/* @__PURE__ */ $3, $4);',
      ),
  }),
}

/**
 * Puts all code of `entries` into one file, from which they export their parts. Otherwise each set of entries that share code has a
 * file for it, and every file that Node loads takes time. `others` are entries that use the code and are not part of it.
 */
export function inOneFile(
  entries: readonly string[],
  others: readonly string[] = [],
): NonNullable<Options['esbuildPlugins']>[number] {
  const all = 'all-entries'
  const importing = new Set([...entries, ...others].map((path) => resolve(path)))
  const contents = entries.map((path) => `import ${JSON.stringify(resolve(path))}`).join('\n')
  return {
    name: 'in-one-file',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^all-entries$/ }, () => ({ path: all, namespace: all, sideEffects: true }))
      onResolve({ filter: /.*/, namespace: all }, ({ path }) => ({ path, sideEffects: true }))
      onLoad({ filter: /.*/, namespace: all }, () => ({ contents, resolveDir: process.cwd() }))
      onLoad({ filter: /\.ts$/ }, ({ path }) =>
        importing.has(path) ? { contents: `import '${all}';${readFileSync(path, 'utf8')}`, loader: 'ts' } : undefined,
      )
    },
  }
}

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
    plugins: [pureNamespaces],
    ...options,
  })
