import { beforeAll, describe, expect, it } from 'vitest'
import { makeProject, type Project, slow } from './project.ts'

const packages = [
  ...['layers', 'models', 'losses', 'backend-cpu'],
  ...['tensor', 'core', 'graph', 'autograd', 'io', 'callbacks'],
]

describe('a plug-in package with layers, layers that hold layers, and an optimizer', () => {
  let project: Project
  beforeAll(async () => {
    project = await makeProject('plugin', packages, { from: 'plugin', manifest: { workspaces: ['acme'] } })
  }, slow)

  it('compiles, is named by a config, trains, and is saved and loaded', { timeout: slow }, async () => {
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
    const [own, frozen, inner] = ['mixture_of_experts', 'mixture_of_experts.experts.0', 'mixture_of_experts.experts.1']
    expect(printed.paths).toEqual([
      ...[`${frozen}.kernel`, `${frozen}.bias`],
      ...[`${inner}.length`, `${inner}.layer.kernel`, `${inner}.layer.bias`],
      ...[`${own}.gate.kernel`, `${own}.gate.bias`],
      ...['weight_norm.length', 'weight_norm.layer.kernel', 'weight_norm.layer.bias'],
    ])
    expect(printed.moved).toEqual(printed.paths.filter((path: string) => !path.startsWith(frozen)))
    expect(printed.outerImproved).toBe(true)
    expect(printed.penalty).toBeCloseTo(printed.expectedPenalty, 5)
    expect(printed.outerCopy).toEqual(printed.outer)
    expect(printed.refused).toContain("no layer called 'acme/RmsNorm'")
  })
})
