import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// The messages of the TypeScript compiler are part of the interface: the snippet is compiled like a user's code.
const here = dirname(fileURLToPath(import.meta.url))
const snippet = `
import type { Tensor } from '@gradus/tensor'
import { Layer, Registry, Regularizer } from '../../src/index.ts'
class L2 extends Regularizer<{ readonly l2?: number }> {
  static readonly type = 'L2'
  loss(x: Tensor): Tensor { return x }
}
class Dense extends Layer<{ readonly units: number; readonly activation?: 'relu'; readonly penalty?: Regularizer }> {
  static readonly type = 'Dense'
  apply(x: Tensor): Tensor { return x }
}
class Dropout extends Layer<{ readonly rate: number }> {
  static readonly type = 'Dropout'
  apply(x: Tensor): Tensor { return x }
}
const registry = new Registry([L2, Dense, Dropout])
registry.create({ layer: 'Dens', units: 3 }) // name
registry.create({ layer: 'Dense', units: 3, activaton: 'relu' }) // option
registry.create({ layer: 'Dense', units: 3, penalty: { regularizer: 'L3' } }) // nested name
registry.create({ layer: 'Dense' }) // missing
registry.create({ layer: 'Dense', units: 3, regularizer: 'L2' }) // two
`

describe('messages of the compiler', () => {
  let folder: string
  let output = ''

  beforeAll(() => {
    folder = mkdtempSync(join(here, '..', '..', 'node_modules', '.snippet-'))
    writeFileSync(join(folder, 'snippet.ts'), snippet)
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.json', include: [], files: ['snippet.ts'] }),
    )
    try {
      const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
      execFileSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' })
    } catch (error) {
      output = (error as { stdout: string }).stdout
    }
  }, 60_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const messageFor = (mark: string): string => {
    const line = snippet.split('\n').findIndex((text) => text.endsWith(`// ${mark}`)) + 1
    const [, message] =
      new RegExp(`snippet\\.ts\\(${line},\\d+\\): error ([^]*?)(?=\\S*snippet\\.ts\\(|$)`).exec(output) ?? []
    return message ?? `(no error in line ${line}; the compiler said: ${output})`
  }

  it('suggest the nearest name', () => {
    expect(messageFor('name')).toContain(
      `Type '"Dens"' is not assignable to type '"Dense" | "Dropout" | "dense" | "dropout"'. Did you mean '"Dense"'?`,
    )
    expect(messageFor('nested name')).toContain(`'"L3"' is not assignable to type '"L2" | "l2"`)
  })

  it('suggest the nearest option', () => {
    expect(messageFor('option')).toContain("'activaton' does not exist in type")
    expect(messageFor('option')).toContain("Did you mean to write 'activation'?")
  })

  it('name missing options and surplus kinds', () => {
    expect(messageFor('missing')).toContain("Property 'units' is missing")
    expect(messageFor('two')).toContain('A spec names one class.')
  })
})
