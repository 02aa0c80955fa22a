// Packs every public package as it would be published and lets publint (strict) and attw look at the tarball.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (name) => join(root, 'node_modules', '.bin', name)

const folders = ['packages', 'apps'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => join(root, group, name)),
)

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

async function check(folder, out) {
  const manifest = manifestOf(folder)
  const { stdout } = await run('pnpm', ['pack', '--json', '--pack-destination', out], { cwd: folder })
  const { filename, files } = JSON.parse(stdout)
  const problems = []
  const attempt = (name, args) =>
    run(bin(name), args, { cwd: folder }).catch((error) => problems.push(`${name}:\n${error.stdout}${error.stderr}`))

  await attempt('publint', ['run', filename, '--strict'])
  const importable = manifest.exports?.['.'] !== undefined
  if (importable) await attempt('attw', [filename, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'])

  const stray = files.filter(({ path }) => !/^(dist\/|package\.json$|README|LICENSE|CHANGELOG|schema\/)/.test(path))
  if (stray.length > 0) problems.push(`packs files that do not belong: ${stray.map(({ path }) => path).join(', ')}`)
  const { stdout: packed } = await run('tar', ['-xzOf', filename, 'package/package.json'])
  if (/@gradus\/source|workspace:|catalog:/.test(packed)) problems.push('the packed package.json is not clean')
  return { name: manifest.name, problems }
}

const out = mkdtempSync(join(tmpdir(), 'gradus-pack-'))
let failed = 0
try {
  const wanted = folders.filter((folder) => existsSync(join(folder, 'package.json')) && !manifestOf(folder).private)
  for (let at = 0; at < wanted.length; at += 4) {
    for (const { name, problems } of await Promise.all(wanted.slice(at, at + 4).map((folder) => check(folder, out)))) {
      if (problems.length > 0) failed++
      for (const problem of problems) console.error(`${name}: ${problem}`)
    }
  }
  console.log(`packages: ${wanted.length - failed} fit to publish, ${failed} not`)
} finally {
  rmSync(out, { recursive: true })
}
process.exitCode = failed === 0 ? 0 : 1
