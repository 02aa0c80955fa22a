import { beforeAll, describe, expect, it } from 'vitest'
import { makeProject, type Project, slow } from './project.ts'

const packages = [
  ...['layers', 'models', 'losses', 'backend-cpu'],
  ...['tensor', 'core', 'graph', 'autograd', 'io', 'callbacks'],
]

describe('a plug-in package with a layer and an optimizer', () => {
  let project: Project
  beforeAll(async () => {
    project = await makeProject('plugin', packages, { from: 'plugin', manifest: { workspaces: ['acme'] } })
  }, slow)

  it('compiles, is named by a config, trains, and comes back from a file', { timeout: slow }, async () => {
    await project.compile('-p', 'acme')
    await project.compile('-p', '.')
    const printed = JSON.parse(await project.run(process.execPath, 'out/main.js'))
    expect(printed).toMatchObject({
      classes: [0, 1, 1, 0],
      layers: ['Dense', 'acme/RmsNorm', 'Dense'],
      optimizer: 'acme/SignDescent',
      improved: true,
    })
    expect(printed.after).toEqual(printed.before)
    expect(printed.model).not.toEqual(printed.before)
    expect(printed.copy).toEqual(printed.model)
    expect(printed.refused).toContain("no layer called 'acme/RmsNorm'")
  })
})
