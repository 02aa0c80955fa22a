import { execFileSync } from 'node:child_process'
import { Command, Option } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProgram } from '../program.ts'
import { Sandbox } from '../testing/sandbox.ts'
import { bashScript } from './bash.ts'
import { allCommands, describeCommand } from './described-command.ts'
import { fishScript } from './fish.ts'
import { zshScript } from './zsh.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
})

afterEach(() => sandbox.remove())

const silent = { write: () => {} }
const program = () =>
  describeCommand(createProgram({ out: silent, err: silent, env: {}, cwd: '/', command: 'gradus' } as never))

function has(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'exit 0'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** What bash completes after words, the last of which is unfinished. */
function inBash(script: string, words: readonly string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(' ')
  const run = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _${words[0]}; printf '%s\\n' "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['--norc', '-c', run], { encoding: 'utf8' })
  return out.split('\n').filter((line) => line !== '')
}

describe('gradus completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s with every command and flag', async (shell) => {
    const { code, out, err } = await sandbox.run(['completion', shell])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const commands = allCommands(program())
    expect(commands.length).toBeGreaterThan(8)
    for (const { words, flags } of commands) {
      for (const word of words) expect(out).toContain(word)
      for (const { names } of flags) for (const name of names) expect(out).toContain(name.replace(/^--?/, ''))
    }
  })

  it.each(['bash', 'zsh', 'fish'].filter(has))('is valid in %s', async (shell) => {
    const { out } = await sandbox.run(['completion', shell])
    sandbox.write('script', out)
    execFileSync(shell, ['-n', sandbox.file('script')])
  })

  it.runIf(has('bash'))('completes commands, flags and values in bash', async () => {
    const { out } = await sandbox.run(['completion', 'bash'])
    expect(inBash(out, ['gradus', 'tra'])).toEqual(['train'])
    expect(inBash(out, ['gradus', 'config', 'p'])).toEqual(['print'])
    expect(inBash(out, ['gradus', 'export', 'm.keras', '--fo'])).toEqual(['--format', '--force'])
    expect(inBash(out, ['gradus', 'export', 'm.keras', '--format', ''])).toEqual(['esm', 'iife'])
    expect(inBash(out, ['gradus', 'train', '--backend', 'w'])).toEqual(['wasm', 'webgpu'])
    expect(inBash(out, ['gradus', 'completion', ''])).toEqual(['bash', 'zsh', 'fish'])
    // the names of files are left to bash
    expect(inBash(out, ['gradus', 'inspect', 'ru'])).toEqual([])
    expect(inBash(out, ['gradus', 'inspect', 'train', '--w'])).toEqual(['--which'])
  })
})

it('knows commands that are added, with quotes and colons in their texts', () => {
  const own = new Command('own').description("it's new: really")
  own.addOption(new Option('-k, --kind <kind>', "a 'kind'").choices(['a', 'b'])).option('--from <file>', 'a file')
  const described = describeCommand(new Command('tool').addCommand(own))
  expect(described.commands[0]).toMatchObject({ words: ['own'], about: "it's new: really" })
  expect(described.commands[0]!.flags.slice(0, 2)).toEqual([
    { names: ['-k', '--kind'], about: "a 'kind'", value: { choices: ['a', 'b'], isFile: false } },
    { names: ['--from'], about: 'a file', value: { choices: [], isFile: true } },
  ])
  const scripts = [bashScript, zshScript, fishScript].map((write) => write(described, 'tool'))
  for (const [index, shell] of ['bash', 'zsh', 'fish'].entries()) {
    expect(scripts[index]).toContain('own')
    if (!has(shell)) continue
    sandbox.write('script', scripts[index]!)
    execFileSync(shell, ['-n', sandbox.file('script')])
  }
  if (has('bash')) expect(inBash(scripts[0]!, ['tool', 'own', '-k', ''])).toEqual(['a', 'b'])
})

describe('a misspelt word gets a suggestion', () => {
  it.each([
    ['a command', ['trian'], /unknown command 'trian'\n\(Did you mean train\?\)/],
    ['a flag', ['inspect', 'm.keras', '--wich', 'best'], /unknown option '--wich'\n\(Did you mean --which\?\)/],
    ['a value of a flag', ['export', 'm.keras', '--to', 'a.js', '--format', 'iief'], /Did you mean 'iife'\?/],
    ['a value of an argument', ['completion', 'bsh'], /Did you mean 'bash'\? \(known: bash, zsh, fish\)/],
    ['a value that is like none', ['bench', '--workload', 'x'], /Expected one of: dense, conv, lstm\./],
  ])('%s', async (_, args, message) => {
    const { code, err } = await sandbox.run(args)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})
