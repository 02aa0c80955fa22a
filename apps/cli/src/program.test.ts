import type { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCodes } from './exit-codes.ts'
import { createProgram } from './program.ts'
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

  it.each([['backends'], ['config print'], ['config schema'], ['config init'], ['train']])(
    '%s has --debug',
    async (command) => {
      expect(await help(...command.split(' '))).toContain('--debug')
    },
  )

  it('of every command has two examples', () => {
    const terminal = { out: { write: () => {} }, err: { write: () => {} }, env: {}, cwd: '.', command: 'gradus' }
    const without = leavesOf(createProgram(terminal)).filter((command) => {
      let text = ''
      command.configureOutput({ writeOut: (piece) => (text += piece) }).outputHelp()
      const [, examples = ''] = text.split('\nExamples:\n')
      return examples.split('\n').filter((line) => line.includes('gradus')).length < 2
    })
    expect(without.map((command) => command.name())).toEqual([])
  })

  it('names the backends and the environment variables', async () => {
    const out = (await help('train')).replace(/\s+/g, ' ')
    expect(out).toContain('--backend <name> where to compute: auto, wasm, cpu, webgpu (GRADUS_BACKEND)')
    expect(out).toContain('--epochs <count> the number of epochs (GRADUS_EPOCHS)')
  })
})

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)
}
