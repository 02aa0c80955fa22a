import { beforeAll, describe, expect, it } from 'vitest'
import { makeProject, type Project, packed, slow } from './project.ts'

const program = `
import { Dense, loadModel, Sequential } from 'gradus'
const model = new Sequential([new Dense({ units: 2, inputShape: [3] })])
const path = process.argv[1]
try {
  await model.save(path + '.keras')
  await model.saveWeights(path + '.weights.h5')
  const copy = await loadModel(path + '.keras')
  await copy.loadWeights(path + '.weights.h5')
  console.log(copy.countParams())
} catch (error) {
  console.log(error.name + ': ' + error.message)
}
`

const packages = packed().filter(
  (name) => !['cli', 'testing', 'backend-webgpu', 'keras-files', 'tfjs-files'].includes(name),
)

describe.each([
  ['with the package', ['keras-files'], '8'],
  ['without it', [], 'which is not found: run npm install @gradus/keras-files.'],
])('files of Keras in a project %s', (name, further, expected) => {
  let project: Project
  beforeAll(async () => {
    project = await makeProject(name.replaceAll(' ', '-'), [...packages, ...further], { offline: false })
  }, slow)

  it('are found by their names', { timeout: slow }, async () => {
    const printed = await project.run(process.execPath, '--input-type=module', '--eval', program, 'model')
    expect(printed).toContain(expected)
  })
})
