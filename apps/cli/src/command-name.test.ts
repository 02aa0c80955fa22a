import { expect, it } from 'vitest'
import { commandName } from './command-name.ts'

it.each([
  ['/home/ann/shop/node_modules/.bin/gradus', '/home/ann/shop/data', 'npx gradus'],
  ['/home/ann/shop/node_modules/@gradus/cli/dist/main.js', '/home/ann/shop', 'npx gradus'],
  [
    '/home/ann/shop/node_modules/.pnpm/@gradus+cli@1.0.0/node_modules/@gradus/cli/dist/main.js',
    '/home/ann/shop',
    'npx gradus',
  ],
  ['C:\\shop\\node_modules\\@gradus\\cli\\dist\\main.js', 'C:\\shop', 'npx gradus'],
  ['C:\\Users\\ann\\npm\\node_modules\\@gradus\\cli\\dist\\main.js', 'C:\\shop', 'gradus'],
  ['/home/ann/.npm/_npx/1f/node_modules/.bin/gradus', '/home/ann/shop', 'npx --package @gradus/cli gradus'],
  ['/usr/local/bin/gradus', '/home/ann/shop', 'gradus'],
  ['/home/ann/gradus/apps/cli/dist/main.js', '/home/ann/gradus', 'node apps/cli/dist/main.js'],
  ['/home/ann/gradus/apps/cli/dist/main.js', '/home/ann', 'node gradus/apps/cli/dist/main.js'],
])('%s in %s is %s', (script, cwd, command) => expect(commandName(script, cwd)).toBe(command))
