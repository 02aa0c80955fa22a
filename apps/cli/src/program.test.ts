import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCodes } from './exit-codes.ts'
import { Sandbox } from './testing/sandbox.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
})

afterEach(() => sandbox.remove())

const help = async (...command: string[]) => {
  const { code, out } = await sandbox.run([...command, '--help'])
  expect(code).toBe(0)
  return out
}

describe('help', () => {
  it('lists the commands and the exit codes', async () => {
    const out = await help()
    for (const name of ['backends', 'config', 'train']) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'))
    for (const code of Object.values(exitCodes)) expect(out).toMatch(new RegExp(`^  ${code} +\\w`, 'm'))
  })

  it('names the backends and the environment variables', async () => {
    const out = (await help('train')).replace(/\s+/g, ' ')
    expect(out).toContain('--backend <name> where to compute: auto, wasm, cpu, webgpu (GRADUS_BACKEND)')
    expect(out).toContain('--epochs <count> the number of epochs (GRADUS_EPOCHS)')
  })
})
