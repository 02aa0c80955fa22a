import { defineConfig } from 'vitest/config'

const conditions = ['@gradus/source', 'module', 'node', 'import', 'default']

export default defineConfig({
  // Workspace packages resolve to their sources, so no build is needed before a test.
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'scripts/**/*.test.ts',
      'tests/docs/**/*.test.ts',
    ],
    typecheck: {
      enabled: true,
      include: ['packages/*/src/**/*.test-d.ts', 'apps/*/src/**/*.test-d.ts'],
      tsconfig: 'tsconfig.json',
    },
    testTimeout: 30_000,
    passWithNoTests: true,
  },
})
