import { defineConfig } from 'vitest/config'

// The built site in Chromium; needs `npm run build`.
export default defineConfig({
  test: { name: 'site', include: ['tests/browser/*.test.ts'], testTimeout: 30_000 },
})
