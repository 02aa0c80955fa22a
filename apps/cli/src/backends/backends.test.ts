import { afterEach, beforeEach, expect, it } from 'vitest'
import { Sandbox } from '../testing/sandbox.ts'
import { backendNames } from './backends.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
})

afterEach(() => sandbox.remove())

it('lists the backends, whether they are available, why not, and the default', async () => {
  const { out } = await sandbox.run(['backends', '--json'])
  const { backends } = JSON.parse(out) as {
    backends: { name: string; available: boolean; chosen: boolean; reason?: string }[]
  }
  expect(['auto', ...backends.map(({ name }) => name)]).toEqual(backendNames)
  expect(backends.filter(({ chosen }) => chosen)).toHaveLength(1)
  expect(backends.find(({ name }) => name === 'cpu')).toMatchObject({ available: true })
  for (const { available, reason } of backends) expect(available).toBe(reason === undefined)
  const text = (await sandbox.run(['backends'])).out
  expect(text).toMatch(/^cpu .*available/m)
  expect(text).toMatch(/^wasm .*available, the default$/m)
})
