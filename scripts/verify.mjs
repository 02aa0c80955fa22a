// Runs every check of the built repository, prints one line for each, and leaves the counts in .reports/ for CI.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = join(root, '.reports')

const steps = [
  ['types of the sources', 'tsc -p tsconfig.json'],
  ['types of the build', 'tsc -p tsconfig.dist.json'],
  ['lint and format', 'biome ci --error-on-warnings --colors=off'],
  ['package arrows', 'node scripts/check-arrows.mjs'],
  ['unused code', 'knip --no-config-hints'],
  ['tests', 'vitest run --project unit --project types --project docs --project vectors', 'unit'],
  ['packed packages', 'node scripts/check-packages.mjs'],
  ['packed tests', 'vitest run --project packed', 'packed'],
  ['size tests', 'vitest run --project size', 'size'],
]

function run(command, report) {
  const reporters = ` --reporter=default --reporter=json --outputFile.json=${join(reports, `${report}.json`)}`
  const path = `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`
  const child = spawn(report ? command + reporters : command, {
    cwd: root,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path, NO_COLOR: '1' },
  })
  const output = []
  child.stdout.on('data', (chunk) => output.push(chunk))
  child.stderr.on('data', (chunk) => output.push(chunk))
  return new Promise((done) => child.on('close', (code) => done({ ok: code === 0, output: Buffer.concat(output) })))
}

/** Counts of a test step; a check without tests, or one that broke before it could report, counts as one. */
function count(ok, report) {
  const one = { passed: ok ? 1 : 0, failed: ok ? 0 : 1 }
  if (!report) return one
  try {
    const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(
      readFileSync(join(reports, `${report}.json`), 'utf8'),
    )
    return { passed, failed: ok ? failed : Math.max(failed, 1) }
  } catch {
    return { passed: 0, failed: one.failed }
  }
}

rmSync(reports, { recursive: true, force: true })
mkdirSync(reports)
const total = { passed: 0, failed: 0 }
for (const [name, command, report] of steps) {
  const start = performance.now()
  const { ok, output } = await run(command, report)
  const { passed, failed } = count(ok, report)
  total.passed += passed
  total.failed += failed
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(
    `${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(22)} ${seconds.padStart(6)} s${report ? `  ${passed} passed` : ''}`,
  )
  if (!ok) console.log(`       ${command}\n\n${output}\n`)
}
writeFileSync(join(reports, 'verify-total.json'), JSON.stringify(total))
console.log(`\nverify: ${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1
