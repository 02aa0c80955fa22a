import { beforeAll, describe, expect, it } from 'vitest'
import { makeProject, type Project, slow } from './project.ts'

// The packages that the program imports, and their dependencies.
const packages = [
  ...['layers', 'models', 'optimizers', 'losses', 'backend-cpu'],
  ...['tensor', 'core', 'graph', 'autograd', 'io', 'callbacks'],
]

describe('an empty project that installs the packages', () => {
  let project: Project
  beforeAll(async () => {
    project = await makeProject('xor', packages, { from: 'xor' })
  }, slow)

  it('learns XOR in plain JavaScript', { timeout: slow }, async () => {
    expect(JSON.parse(await project.run(process.execPath, 'main.mjs'))).toEqual({ accuracy: 1, types: 'Sequential' })
  })

  it.each([
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ])('learns XOR in strict TypeScript, resolved as %s', { timeout: slow }, async (resolution, module) => {
    const out = `out-${resolution}`
    await project.compile('-p', '.', '--moduleResolution', resolution, '--module', module, '--outDir', out)
    expect(JSON.parse(await project.run(process.execPath, `${out}/main.js`))).toEqual({
      accuracy: 1,
      types: 'Sequential',
    })
  })

  it('is rejected by the compiler if an option is misspelt', { timeout: slow }, async () => {
    await expect(project.compile('-p', 'tsconfig.wrong.json')).rejects.toThrow(
      /wrong\.ts\(3,\d+\): error TS2561.*'unit'.*'units'/s,
    )
  })
})
