// Runs the pinned pnpm through npx, so that only Node and npm have to be installed:
//   node scripts/pnpm.mjs <any pnpm arguments>
// `setup` is a quiet installation by the lockfile.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

const given = process.argv.slice(2)
const setup = given[0] === 'setup'
const wanted = setup ? ['install', '--frozen-lockfile', '--loglevel=warn', '--reporter=append-only'] : given

if (setup) console.log(`Installing with ${packageManager} ...`)
const windows = process.platform === 'win32'
const { status } = spawnSync(windows ? 'npx.cmd' : 'npx', ['--yes', packageManager, ...wanted], {
  cwd: root,
  stdio: [setup ? 'ignore' : 'inherit', 'inherit', 'inherit'],
  shell: windows,
  env: {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    npm_config_update_notifier: 'false',
  },
})
process.exit(status ?? 1)
