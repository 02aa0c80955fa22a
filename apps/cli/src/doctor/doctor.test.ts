import { afterEach, beforeEach, expect, it } from 'vitest'
import { Sandbox } from '../testing/sandbox.ts'
import type { Examination } from './examination.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
})

afterEach(() => sandbox.remove())

function install(place: string, name: string, version: string, main?: string): void {
  sandbox.write(`${place}/package.json`, JSON.stringify({ name, version, main: 'main.cjs' }))
  if (main !== undefined) sandbox.write(`${place}/main.cjs`, main)
}

async function examined(): Promise<Examination & { version: number }> {
  const { code, out, err } = await sandbox.run(['doctor', '--json'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as Examination & { version: number }
}

it('describes the machine, the backends and the packages', async () => {
  const { version, node, machine, backends, packages } = await examined()
  expect(version).toBe(1)
  expect(node).toEqual({ version: process.versions.node, supported: true })
  expect(machine.cores).toBeGreaterThan(0)
  expect(machine.memory).toBeGreaterThan(2 ** 26)
  expect(backends.map(({ name }) => name)).toContain('wasm')
  expect(packages.every(({ folder, version: own }) => folder !== '' && own !== '')).toBe(true)
  const { code, out } = await sandbox.run(['doctor'])
  expect(code).toBe(0)
  expect(out).toMatch(new RegExp(`^node +${process.versions.node}$`, 'm'))
  expect(out).toMatch(/^wasm +WebAssembly/m)
})

it('finds a package twice, and gives the command that changes it', async () => {
  install('node_modules/@gradus/core', '@gradus/core', '1.0.0')
  install('node_modules/@gradus/layers', '@gradus/layers', '1.0.0')
  install('node_modules/@gradus/layers/node_modules/@gradus/core', '@gradus/core', '0.9.0')
  install('node_modules/other/node_modules/@gradus/tensor', '@gradus/tensor', '1.0.0')
  const { packages, findings } = await examined()
  const own = packages.filter(({ folder }) => folder.startsWith(sandbox.path))
  expect(own.map(({ name, version }) => `${name} ${version}`).sort()).toEqual([
    '@gradus/core 0.9.0',
    '@gradus/core 1.0.0',
    '@gradus/layers 1.0.0',
    '@gradus/tensor 1.0.0',
  ])
  const [first] = findings
  expect(first).toMatchObject({ kind: 'problem', command: 'npm dedupe' })
  expect(first!.text).toMatch(/^@gradus\/core is installed \d times \(.*1\.0\.0 in .*0\.9\.0 in /)
})

it('says whether optional packages are there and load', async () => {
  install('node_modules/sharp', 'sharp', '0.30.0', 'throw new Error("no binary for this machine")')
  install('node_modules/hyparquet', 'hyparquet', '1.33.0', '')
  const { optional, findings } = await examined()
  expect(optional.find(({ name }) => name === 'sharp')).toMatchObject({
    version: '0.30.0',
    problem: 'no binary for this machine',
  })
  expect(optional.find(({ name }) => name === 'hyparquet')).toMatchObject({ version: '1.33.0', problem: null })
  expect(findings.find(({ text }) => text.startsWith('sharp 0.30.0 does not load'))).toMatchObject({ kind: 'problem' })
  expect((await sandbox.run(['doctor'])).out).toMatch(/^sharp +0\.30\.0, does not load$/m)
})
