import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { makeProblem } from '../problems/problem.ts'
import { toCommand } from './command.ts'
import { defaults, type Settings } from './settings.ts'

const cli = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url))

/** Runs the commands in an empty folder and returns their output. `npx @gradus/cli` starts the built command line. */
async function printed(changes: Partial<Settings>, epochs: number): Promise<string> {
  const settings = { ...defaults, ...changes }
  const folder = mkdtempSync(join(tmpdir(), 'gradus-command-'))
  try {
    writeFileSync(join(folder, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${cli}" "$@"\n`)
    chmodSync(join(folder, 'npx'), 0o755)
    const script = toCommand(settings, await makeProblem(settings), epochs)
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, NO_COLOR: '1' }
    return execFileSync('sh', [], { cwd: folder, env, input: script, encoding: 'utf8' })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe.skipIf(!existsSync(cli))('the commands that are copied', () => {
  it('train a network that classifies', async () => {
    const layers = [{ units: 6, activation: 'tanh' } as const]
    const text = await printed({ data: 'circles', layers, optimizer: 'Adam', learningRate: 0.05, backend: 'cpu' }, 15)
    expect(text).toContain('Training circles on the cpu backend')
    expect(text).toContain('Held-out samples: test.csv')
    expect(Number(/Held-out samples.*\n {2}accuracy: (\S+)/.exec(text)![1])).toBeGreaterThan(0.9)
  })

  it('train one that fits a curve, with momentum, and without held-out samples', async () => {
    const text = await printed({ data: 'curve', optimizer: 'Momentum', learningRate: 0.02, trainShare: 1 }, 3)
    expect(text).toContain('Epoch 3/3')
    expect(text).not.toContain('Held-out samples')
    expect(text).toMatch(/ - loss: 0\.\d+/)
  })

  it('stop where the folder exists', async () => {
    const settings = { ...defaults, data: 'xor' } as const
    const script = toCommand(settings, await makeProblem(settings), 1)
    expect(script.startsWith('(\nset -e\nmkdir gradus-xor\ncd gradus-xor\n')).toBe(true)
  })

  it('train on digits', async () => {
    const text = await printed({ data: 'digits', layers: [{ units: 12, activation: 'relu' }], learningRate: 0.2 }, 4)
    expect(Number(/Held-out samples.*\n {2}accuracy: (\S+)/.exec(text)![1])).toBeGreaterThan(0.8)
  })
})
