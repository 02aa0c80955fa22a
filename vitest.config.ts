import { defineConfig } from 'vitest/config'

const conditions = ['@gradus/source', 'module', 'node', 'import', 'default']

const project = (name: string, include: string[]) => ({ extends: true as const, test: { name, include } })

export default defineConfig({
  // Workspace packages resolve to their sources, so no build is needed before a test.
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    testTimeout: 30_000,
    maxWorkers: '100%',
    passWithNoTests: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts', 'benchmarks/**/*.test.ts', 'scripts/**/*.test.mjs'],
          // Loading the packages takes longer than most files, so the files of a worker share them.
          isolate: false,
          setupFiles: 'tests/setup/each-file.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, include: ['{packages,apps}/*/src/**/*.test-d.ts'] },
        },
      },
      project('docs', ['tests/{docs,examples}/**/*.test.ts']),
      project('structure', ['tests/structure/*.test.mjs']),
      project('recorded', ['tests/recorded/**/*.test.ts']),
      {
        extends: true,
        test: { name: 'packed', include: ['tests/packed/*.test.ts'], globalSetup: 'tests/packed/pack.ts' },
      },
      project('size', ['tests/size/*.test.mjs']),
      project('fuzz', ['tests/fuzz/*.test.ts']),
      project('platforms', ['tests/platforms/*.test.ts']),
    ],
  },
})
