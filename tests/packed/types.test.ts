import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeProject, type Project, packed, slow } from './project.ts'

/** The oldest version that README.md states. 5.1 has no `Symbol.dispose`. */
const oldest = '5.2.2'

describe('the declarations of all packages, checked with the strictest options', () => {
  let project: Project
  beforeAll(async () => {
    // the types of WebGPU are in TypeScript from 6.0
    const packages = packed().filter((name) => name !== 'cli' && name !== 'backend-webgpu')
    project = await makeProject('types', packages, {
      from: 'types',
      registry: [`typescript@${oldest}`],
      offline: false,
    })
  }, slow)

  it('compile with the TypeScript of this repository', { timeout: slow }, async () => {
    await project.compile('-p', '.')
  })

  it(`compile with TypeScript ${oldest}, the oldest that works`, { timeout: slow }, async () => {
    await project.run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', '.')
  })

  it('README.md states that version', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
    expect(readme).toContain(`TypeScript ${oldest.slice(0, 3)} or newer`)
  })
})
